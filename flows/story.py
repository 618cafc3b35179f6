"""A story: an article, a script or scenes become a narrated, captioned video in every asked aspect."""

from __future__ import annotations

import asyncio
from pathlib import Path

from flows.extras import make_scene_images
from flows.films import make_film, make_music
from media_factory.briefs.branding import branded
from media_factory.briefs.fields import Aspect
from media_factory.briefs.model import StoryBrief
from media_factory.briefs.storyboard import Scene
from media_factory.calls.market import market_of
from media_factory.delivery.extras import keep_captions
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.story import deliver_story
from media_factory.factory import Factory
from media_factory.recipes.story import Story
from media_factory.rendering.film import film_words, mix_request
from media_factory.requests import ImageRequest
from media_factory.results import Picture, Prompt
from tasks.fallback import all_by_one, first_made
from tasks.handover import Together, gathered
from tasks.images import generate_image
from tasks.music import take_in_music
from tasks.naming import run_name
from tasks.orchestration import flow
from tasks.prompts import write_prompt
from tasks.publishing import publish_product
from tasks.run import running
from tasks.sound import mix_sound
from tasks.speech import synthesize_speech


@flow(name="story", flow_run_name=run_name, persist_result=False)
async def produce_story(brief: StoryBrief, factory: str = "default", out: Path | None = None) -> Manifest:
    """Make a story's video, and everything that belongs to it.

    Args:
        brief: what the story tells and how it looks.
        factory: name of the saved factory to make it in.
        out: folder for the finished files; the factory's own deliveries if none is given.

    Returns:
        What was delivered, what made it, and what it cost.
    """
    async with running(factory, brief) as here:
        brief = branded(brief, here.brand)
        story = Story.of(brief, await market_of(here, brief))
        given = await take_in_music(brief.music, "music", here)
        async with gathered(generate_image, here, parties=len(story.scenes) * len(brief.aspects)) as painting:
            spoken, painted = await asyncio.gather(
                all_by_one(synthesize_speech, story.speech_requests(), here),
                asyncio.gather(*(make_pictures(story, scene, painting, here) for scene in story.scenes)),
            )
        scenes = story.media(spoken, painted)
        music = given or await make_music(story.music_requests(scenes), here)
        asked = mix_request(scenes, story.look, music)
        sound = await mix_sound(asked, here)
        captions = await keep_captions(film_words(scenes, story.look), brief.language, here)
        films = await asyncio.gather(
            *(
                make_film(
                    story.film(scenes, aspect), brief, sound.mix, captions, story.gate(scenes, aspect, asked), here
                )
                for aspect in brief.aspects
            )
        )
        images = await make_scene_images(brief.extras, [scene.pictures for scene in scenes], story.lettered, here)
        delivered = await deliver_story(story, scenes, sound, films, images, here, out)
        return await publish_product(delivered, brief, here, out)


async def make_pictures(
    story: Story, scene: Scene, painting: Together[ImageRequest], here: Factory
) -> tuple[Prompt, dict[Aspect, Picture]]:
    """Have a scene's prompt written, and a picture made from it for every aspect."""
    prompt = await first_made(write_prompt, story.prompt_requests(scene), here, scene=scene.index)
    asked = [story.image_requests(scene, aspect, prompt) for aspect in story.brief.aspects]
    made = await asyncio.gather(
        *(first_made(generate_image, chain, here, scene=scene.index, together=painting) for chain in asked)
    )
    return prompt, dict(zip(story.brief.aspects, made, strict=True))


__all__ = ["produce_story"]
