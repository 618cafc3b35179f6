"""Prompts: one call to a prompt writer."""

from __future__ import annotations

from datetime import UTC, datetime

from media_factory.calls.broker import buy
from media_factory.errors import BadReply
from media_factory.factory import Factory
from media_factory.providers.base import PromptReply
from media_factory.requests import PromptRequest
from media_factory.results import Prompt

PROMPT_STAGE_VERSION = 1


async def write_prompt(request: PromptRequest, factory: Factory) -> Prompt:
    """Have a picture prompt written.

    Raises:
        ProviderError: as the writer raised it; BadReply if the prompt is longer than asked.
    """

    async def keep(reply: PromptReply) -> Prompt:
        if len(reply.text) > request.max_chars:
            raise BadReply(f"{request.provider} wrote {len(reply.text)} characters; {request.max_chars} were allowed")
        return Prompt(
            provider=request.provider,
            cost_usd=reply.price_usd,
            text=reply.text,
            style=request.style,
            version=PROMPT_STAGE_VERSION,
            written_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    return await buy(factory.providers.named("prompt", request.provider), request, factory, keep)


__all__ = ["PROMPT_STAGE_VERSION", "write_prompt"]
