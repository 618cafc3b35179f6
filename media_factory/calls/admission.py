"""Admission: whether what is asked for may be asked of anybody, judged before the first paid call.

A verdict names rules and never the text. Every run judges its brief anew, so that a stricter policy holds for what was
made before it, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from media_factory.briefs.base import BriefBase
from media_factory.calls.broker import STAGE_TIMEOUT_S, buy
from media_factory.content.judging import judge, refuse_blocked
from media_factory.errors import ContentBlocked
from media_factory.factory import Factory
from media_factory.providers.base import ModerationReply
from media_factory.requests import ModerationRequest
from media_factory.results import Moderation
from media_factory.runs import Run
from media_factory.stages import Stage

# What a brief says in words of its own; the rest of its fields are names out of lists, or paths.
_WORDED = frozenset(
    (
        "attribution",
        "caption",
        "card",
        "deck",
        "figure_label",
        "guidelines",
        "headline",
        "items",
        "kicker",
        "label",
        "on_screen",
        "points",
        "prompt",
        "scenes",
        "script",
        "shots",
        "speaking_style",
        "text",
        "title",
    )
)

# A path says nothing; the description of what is to be made does.
_MADE = frozenset(("music", "sound"))


async def admit(brief: BriefBase, factory: Factory, run: Run) -> None:
    """Judge a brief's words by the content rules, and by a vendor's moderation if the policy names one.

    The rules that fired are noted in the run; one of the tier `review` makes its result degraded.

    Raises:
        ContentBlocked: it may not be made; the message names the rules.
        ProviderError: the moderation could not be asked.
    """
    policy, text = factory.policy.content, "\n".join(_words(brief.model_dump(mode="json")))
    verdict = await asyncio.to_thread(judge, text, policy)
    refuse_blocked(verdict)
    run.content_rules = verdict.rules
    if verdict.tier == "review":
        run.remarks.append(f"content: {', '.join(verdict.rules)} ask for a look before this is published")
    if policy.moderation and text.strip() and not run.planning:
        asked = ModerationRequest(provider=policy.moderation, text=text)
        found = (await _MODERATE_TEXT.run(asked, factory)).result
        if found.flagged:
            raise ContentBlocked(f"{policy.moderation} finds this unfit to publish: {', '.join(found.categories)}")


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in _WORDED or (name in _MADE and isinstance(item, dict)):
                yield from _words(item)


async def _moderate(request: ModerationRequest, factory: Factory) -> Moderation:
    async def keep(reply: ModerationReply) -> Moderation:
        return Moderation(
            provider=request.provider, cost_usd=reply.price_usd, flagged=reply.flagged, categories=reply.categories
        )

    return await buy(factory.providers.named("moderation", request.provider), request, factory, keep)


async def _foretell(request: ModerationRequest, key: str, factory: Factory) -> Moderation:  # noqa: ARG001
    return Moderation(provider=request.provider, cost_usd=None, flagged=False, categories=())


_MODERATE_TEXT: Stage[ModerationRequest, Moderation] = Stage(
    name="moderate-text",
    version=1,
    body=_moderate,
    foretell=_foretell,
    result_type=Moderation,
    timeout_s=STAGE_TIMEOUT_S,
)

__all__ = ["admit"]
