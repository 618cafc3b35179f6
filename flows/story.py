"""A story: an article, a script or scenes become a narrated, captioned video in every asked aspect."""

from __future__ import annotations

import asyncio
from pathlib import Path

from media_factory.assets import Asset
from media_factory.briefs.fields import Aspect
from media_factory.briefs.model import StoryBrief
from media_factory.briefs.storyboard import Scene
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.story import FinishedFilm, deliver_story
from media_factory.factory import Factory
from media_factory.recipes.story import Story
from media_factory.rendering.film import Film, SceneMedia, film_of, mix_request
from media_factory.rendering.model import JoinRequest, Soundtrack
from media_factory.rendering.music import take_in_music
from media_factory.results import Prompt
from tasks.images import generate_image
from tasks.masters import join_master
from tasks.orchestration import flow
from tasks.posters import make_poster
from tasks.prompts import write_prompt
from tasks.run import running
from tasks.segments import render_segment
from tasks.sound import mix_sound
from tasks.speech import synthesize_speech


@flow(name="story", flow_run_name="story: {brief.title}", persist_result=False)
async def produce_story(brief: StoryBrief, factory: str = "default", out: Path | None = None) -> Manifest:
    """Make a story's video, and everything that belongs to it.

    Args:
        brief: what the story tells and how it looks.
        factory: name of the saved factory to make it in.
        out: folder for the finished files; the factory's own deliveries if none is given.

    Returns:
        What was delivered, what made it, and what it cost.
    """
    async with running(factory) as here:
        story = Story.of(brief, here.providers)
        music = await take_in_music(brief.music, "music", here.store)
        scenes = await asyncio.gather(*(make_scene(story, scene, here) for scene in story.scenes))
        sound = await mix_sound(mix_request(scenes, story.look, music), here)
        films = await asyncio.gather(
            *(make_film(film_of(scenes, story.look, aspect, brief.size), sound, here) for aspect in brief.aspects)
        )
        return await deliver_story(story, scenes, sound, films, here, out)


async def make_scene(story: Story, scene: Scene, here: Factory) -> SceneMedia:
    """Have a scene spoken, and its pictures made."""
    utterance, (prompt, pictures) = await asyncio.gather(
        synthesize_speech(story.speech_request(scene), here, scene=scene.index),
        make_pictures(story, scene, here),
    )
    return SceneMedia(
        text=scene.text, headline=scene.headline, prompt=prompt.text, pictures=pictures, utterance=utterance
    )


async def make_pictures(story: Story, scene: Scene, here: Factory) -> tuple[Prompt, dict[Aspect, Asset]]:
    """Have a scene's prompt written, and a picture made from it for every aspect."""
    prompt = await write_prompt(story.prompt_request(scene), here, scene=scene.index)
    asked = [story.image_request(scene, aspect, prompt) for aspect in story.brief.aspects]
    made = await asyncio.gather(*(generate_image(request, here, scene=scene.index) for request in asked))
    return prompt, {aspect: picture.image for aspect, picture in zip(story.brief.aspects, made, strict=True)}


async def make_film(film: Film, sound: Soundtrack, here: Factory) -> FinishedFilm:
    """Render a film's segments and its poster, and join the segments with the sound."""
    poster, segments = await asyncio.gather(
        make_poster(film.poster, here),
        asyncio.gather(*(render_segment(segment, here) for segment in film.segments)),
    )
    master = await join_master(JoinRequest(segments=tuple(segments), sound=sound.mix, rate=film.rate), here)
    return FinishedFilm(aspect=film.aspect, master=master, poster=poster.image)


__all__ = ["produce_story"]
