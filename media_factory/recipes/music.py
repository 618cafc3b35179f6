"""Music that is made for a film: who makes it, and what each of them is asked."""

from __future__ import annotations

import math
from fractions import Fraction

from pydantic import Field

from media_factory.briefs.base import FilmedBrief
from media_factory.briefs.sounds import MadeSound
from media_factory.calls.selection import Choice, Market, Need, choose
from media_factory.model import Model
from media_factory.requests import ProviderModel, SoundRequest

# The longest that a request can ask for.
_MOST_S = 600.0
# Music is asked for in steps, so that an edit which moves the film's end by a second or two buys no other music; the
# mixer cuts it. Vendors make no piece of music that is shorter than 3 s.
_STEP_S = 10


class Composing(Model):
    """Who makes a film's music, and how long a piece each of them can make."""

    prompt: str
    composer: Choice
    longest_s: dict[ProviderModel, float] = Field(description="seconds, by provider:model")

    @classmethod
    def of(cls, asked: str | MadeSound | None, brief: FilmedBrief, market: Market) -> Composing | None:
        """Return who makes the music that a brief describes; None if it describes none.

        Raises:
            InputError: a named provider does not exist or can't make it, or nobody can.
            NotReached: nobody can work here.
        """
        if not isinstance(asked, MadeSound):
            return None
        need = Need(
            modality="sound",
            language=brief.language,
            text_chars=len(asked.prompt),
            sounds="music",
            named=asked.provider or brief.providers.sound,
        )
        composer = choose(market, need)
        longest_s = {reference: _longest_s(reference, market) for reference in composer.references}
        return cls(prompt=asked.prompt, composer=composer, longest_s=longest_s)

    def requests(self, length_s: Fraction) -> tuple[SoundRequest, ...]:
        """Return what to ask for the music of a film of a length in seconds: the chosen one, then whoever may stand in.

        Where a provider makes no piece as long as that, the mixer begins it again.
        """
        wanted_s = max(1, math.ceil(length_s / _STEP_S)) * _STEP_S
        return tuple(
            SoundRequest(
                provider=reference,
                kind="music",
                prompt=self.prompt,
                duration_s=min(float(wanted_s), self.longest_s[reference]),
            )
            for reference in self.composer.references
        )


def _longest_s(reference: str, market: Market) -> float:
    entry = market.entries.get(reference)
    most_s = entry.max_duration_s if entry else None
    provider = market.providers.named("sound", reference)
    return min(_MOST_S, provider.capabilities.max_duration_s, most_s or _MOST_S)


__all__ = ["Composing"]
