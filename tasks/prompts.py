"""Picture prompts."""

from __future__ import annotations

from media_factory.calls import prompts
from media_factory.calls.broker import STAGE_TIMEOUT_S
from media_factory.calls.foretelling import foretell_prompt
from media_factory.factory import Factory
from media_factory.requests import PromptRequest
from media_factory.results import Prompt
from tasks.stage import stage


@stage("write-prompt", version=prompts.PROMPT_STAGE_VERSION, foretell=foretell_prompt, timeout_s=STAGE_TIMEOUT_S)
async def write_prompt(request: PromptRequest, factory: Factory) -> Prompt:
    """Turn a headline and a style into a picture prompt."""
    return await prompts.write_prompt(request, factory)


__all__ = ["write_prompt"]
