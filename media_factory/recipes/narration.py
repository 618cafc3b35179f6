"""NarrationPiece: a narration brief worked out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from media_factory.briefs.model import NarrationBrief
from media_factory.briefs.utterances import utterances_of
from media_factory.calls.selection import Choice, Market, choose, shortfalls
from media_factory.captions.alignment import shifted
from media_factory.design.themes import THEMES
from media_factory.model import Model
from media_factory.recipes.chains import speaking_need, speech_chain
from media_factory.rendering.model import MixRequest, PlacedUtterance
from media_factory.rendering.timeline import Timeline, build_timeline
from media_factory.requests import SpeechRequest
from media_factory.results import Utterance
from media_factory.timing import Word, seconds_of

# A narration has no frames; hundredths of a second place its utterances.
_TICKS_PER_S = Fraction(100)


class NarrationPiece(Model):
    """A narration brief, what is said in one breath, and who says it."""

    brief: NarrationBrief
    texts: tuple[str, ...]
    speaker: Choice

    @classmethod
    def of(cls, brief: NarrationBrief, market: Market) -> NarrationPiece:
        """Work out a brief.

        Raises:
            InputError: the named provider does not exist, or nobody speaks the language.
            NotReached: nobody can work here.
        """
        texts = utterances_of(brief.text, brief.language)
        speaking = speaking_need(brief, max(map(len, texts), default=0))
        return cls(brief=brief, texts=texts, speaker=choose(market, speaking))

    def speech_requests(self) -> tuple[tuple[SpeechRequest, ...], ...]:
        """Return what to ask, utterance by utterance: the chosen speaker, then whoever may stand in."""
        return speech_chain(self.speaker, self.brief, self.texts)

    def timeline(self, utterances: Sequence[Utterance]) -> Timeline:
        """Return when each utterance is heard."""
        durations = [utterance.duration_s for utterance in utterances]
        return build_timeline(durations, _TICKS_PER_S, 0, THEMES[self.brief.theme].pause_s)

    def mix_request(self, utterances: Sequence[Utterance]) -> MixRequest:
        """Return what to ask of the mixer."""
        timeline = self.timeline(utterances)
        placed = (
            PlacedUtterance(sound=utterance.sound, first_frame=shot.film_speech_frame)
            for utterance, shot in zip(utterances, timeline.shots, strict=True)
        )
        return MixRequest(utterances=tuple(placed), frames=timeline.frames, rate=timeline.rate)

    def words(self, utterances: Sequence[Utterance]) -> tuple[tuple[Word, ...], ...]:
        """Return each utterance's words with times in seconds of the narration."""
        timeline = self.timeline(utterances)
        return tuple(
            shifted(utterance.words, seconds_of(shot.film_speech_frame, timeline.rate))
            for utterance, shot in zip(utterances, timeline.shots, strict=True)
        )

    @property
    def choices(self) -> dict[str, Choice]:
        """Who makes what, by modality."""
        return {"speech": self.speaker}

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the narration is less than it could be."""
        return shortfalls(narration=self.speaker)


__all__ = ["NarrationPiece"]
