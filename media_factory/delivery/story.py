"""Delivering a story: films, captions, narration, pictures, and the page that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from media_factory.assets import Asset
from media_factory.briefs.fields import Aspect
from media_factory.delivery.building import manifest_of
from media_factory.delivery.folder import Delivery
from media_factory.delivery.manifest import Manifest, Output, SceneEntry
from media_factory.delivery.words import add_words
from media_factory.factory import Factory
from media_factory.model import Model
from media_factory.recipes.story import Story
from media_factory.rendering.film import SceneMedia, film_timeline, film_words
from media_factory.rendering.model import Master, Soundtrack
from media_factory.timing import Word, seconds_of


class FinishedFilm(Model):
    """A film of one aspect, and the still that stands for it."""

    aspect: Aspect
    master: Master
    poster: Asset


async def deliver_story(
    story: Story,
    scenes: Sequence[SceneMedia],
    sound: Soundtrack,
    films: Sequence[FinishedFilm],
    factory: Factory,
    folder: Path | None,
) -> Manifest:
    """Write everything that belongs to a story to a folder, and return its manifest.

    Raises:
        StoreError: the folder can't be written.
    """
    delivery = Delivery(factory)
    for film in films:
        suffix = _suffix(film.aspect)
        delivery.add(Output(role="video", aspect=film.aspect, path=f"video-{suffix}.mp4", asset=film.master.video))
    for index, film in enumerate(films):
        path = "poster.jpg" if index == 0 else f"poster-{_suffix(film.aspect)}.jpg"
        delivery.add(Output(role="poster", aspect=film.aspect, path=path, asset=film.poster))
    delivery.add(Output(role="narration", path="narration.m4a", asset=sound.narration))
    words = film_words(scenes, story.look)
    await add_words(delivery, words, (scene.utterance.alignment for scene in scenes), story.brief.language)
    entries = _add_pictures(delivery, story, scenes, words)
    timeline = film_timeline(scenes, story.look)
    manifest = manifest_of(
        story.brief,
        delivery,
        reasons=story.reasons,
        scenes=entries,
        duration_s=float(seconds_of(timeline.frames, timeline.rate)),
    )
    return await delivery.finish(manifest, folder)


def _add_pictures(
    delivery: Delivery, story: Story, scenes: Sequence[SceneMedia], words: Sequence[tuple[Word, ...]]
) -> tuple[SceneEntry, ...]:
    entries: list[SceneEntry] = []
    for index, (scene, spoken) in enumerate(zip(scenes, words, strict=True)):
        for aspect in story.brief.aspects:
            path = f"scenes/scene-{index + 1:02d}-{_suffix(aspect)}.png"
            delivery.add(Output(role="scene-image", aspect=aspect, path=path, asset=scene.pictures[aspect]))
        entries.append(
            SceneEntry(
                text=scene.text,
                headline=scene.headline,
                prompt=scene.prompt,
                image=f"scenes/scene-{index + 1:02d}-{_suffix(story.brief.aspects[0])}.png",
                start_s=spoken[0].start_s,
                end_s=spoken[-1].end_s,
                words=spoken,
            )
        )
    return tuple(entries)


def _suffix(aspect: Aspect) -> str:
    return aspect.replace(":", "x")


__all__ = ["FinishedFilm", "deliver_story"]
