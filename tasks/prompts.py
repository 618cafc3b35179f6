"""Picture prompts."""

from __future__ import annotations

from media_factory.calls import making
from media_factory.calls.foretelling import foretell_prompt
from media_factory.factory import Factory
from media_factory.requests import PromptRequest
from media_factory.results import Prompt
from tasks.stage import stage


@stage("write-prompt", version=making.PROMPT_STAGE_VERSION, foretell=foretell_prompt, timeout_s=60)
async def write_prompt(request: PromptRequest, factory: Factory) -> Prompt:
    """Turn a headline and a style into a picture prompt."""
    return await making.write_prompt(request, factory)


__all__ = ["write_prompt"]
