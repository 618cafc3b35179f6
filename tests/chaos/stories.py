"""The program that the chaos tests kill: stories of three paid stages each, until all are made.

python -m tests.chaos.stories PROVIDERS STORIES
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from typing import Any

from media_factory.errors import MediaFactoryError
from media_factory.factory import Factory, factory_from_environment
from media_factory.providers.base import JobProvider
from media_factory.providers.runway import RunwayImages
from media_factory.requests import ImageRequest, PromptRequest, SpeechRequest
from media_factory.runs import Run, begin_run
from media_factory.stages import Stage
from tasks.images import generate_image
from tasks.prompts import write_prompt
from tasks.speech import synthesize_speech

_AT_ONCE = 8
_ATTEMPTS = 12


def patient(stage: Stage[Any, Any]) -> Stage[Any, Any]:
    """Return a stage that is tried more often."""
    return dataclasses.replace(stage, attempts=_ATTEMPTS)


async def tell(number: int, names: dict[str, str], factory: Factory) -> None:
    """Have a story's prompt, picture and narration made."""
    prompt = None
    if "prompt" in names:
        asked = PromptRequest(provider=names["prompt"], headline=f"Story number {number}", style="news")
        prompt = (await patient(write_prompt.stage).run(asked, factory)).result
    picture = ImageRequest(
        provider=names["image"], prompt=prompt.text if prompt else f"Picture {number}", width_px=816, height_px=816
    )
    await patient(generate_image.stage).run(picture, factory)
    if "speech" in names:
        said = SpeechRequest(provider=names["speech"], text=f"This is story number {number}.")
        await patient(synthesize_speech.stage).run(said, factory)
    for seed in (1, 2) if "speech" not in names else ():
        await patient(generate_image.stage).run(picture.model_copy(update={"seed": seed}), factory)


async def tell_all(names: dict[str, str], stories: int) -> int:
    """Have all stories made, a few at once; return how many failed."""
    factory, turns = factory_from_environment(), asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> None:
        async with turns:
            await tell(number, names, factory)

    with begin_run(Run()):
        done = await asyncio.gather(*(one(number) for number in range(stories)), return_exceptions=True)
    failures = [error for error in done if isinstance(error, BaseException)]
    for error in failures:
        if not isinstance(error, MediaFactoryError):
            raise error
        print(type(error).__name__, error, file=sys.stderr)
    return len(failures)


def main() -> None:
    """Exit with 0 when all stories are made, with 3 when some are not."""
    import media_factory.stages

    media_factory.stages.retry_delay_s = lambda _error, _attempt: 0.05
    JobProvider.poll_every_s = RunwayImages.poll_every_s = 0.05
    names = json.loads(sys.argv[1])
    sys.exit(3 if asyncio.run(tell_all(names, int(sys.argv[2]))) else 0)


if __name__ == "__main__":
    main()
