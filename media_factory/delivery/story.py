"""Delivering a story: films, captions, narration, pictures, and the page that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from media_factory.delivery.building import manifest_of
from media_factory.delivery.destinations import film_reasons
from media_factory.delivery.extras import add_scene_images
from media_factory.delivery.extras_model import SceneImages
from media_factory.delivery.films import FinishedFilm, add_films, are_blocked, reasons_of, suffix_of
from media_factory.delivery.folder import Delivery
from media_factory.delivery.manifest import Manifest, Output, SceneEntry
from media_factory.delivery.provenance.products import story_origins
from media_factory.delivery.words import add_words
from media_factory.factory import Factory
from media_factory.recipes.story import Story
from media_factory.rendering.film import SceneMedia, film_timeline, film_words
from media_factory.rendering.model import Soundtrack
from media_factory.timing import Word, seconds_of


async def deliver_story(
    story: Story,
    scenes: Sequence[SceneMedia],
    sound: Soundtrack,
    films: Sequence[FinishedFilm],
    images: Sequence[SceneImages],
    factory: Factory,
    folder: Path | None,
) -> Manifest:
    """Write everything that belongs to a story to a folder, and return its manifest.

    Raises:
        StoreError: the folder can't be written.
    """
    delivery = Delivery(factory, signed=story.brief.provenance == "c2pa")
    await add_films(delivery, films)
    await add_scene_images(delivery, images)
    delivery.add(Output(role="narration", path="narration.m4a", asset=sound.narration))
    words = film_words(scenes, story.look)
    await add_words(delivery, words, (scene.utterance.alignment for scene in scenes), story.brief.language)
    entries = _add_pictures(delivery, story, scenes, words)
    timeline = film_timeline(scenes, story.look)
    duration_s = float(seconds_of(timeline.frames, timeline.rate))
    masters = {film.aspect: film.master.video for film in films}
    burned_in = story.brief.captions != "none"
    manifest = manifest_of(
        story.brief,
        delivery,
        reasons=(
            *story.reasons,
            *reasons_of(films),
            *film_reasons(story.brief, masters, duration_s, sound, burned_in=burned_in),
        ),
        blocked=are_blocked(films),
        scenes=entries,
        duration_s=duration_s,
        providers=story.choices,
    )
    if not delivery.run.planning:
        delivery.origins |= await story_origins(story, scenes, sound, films, images, factory)
    return await delivery.finish(manifest, folder)


def _add_pictures(
    delivery: Delivery, story: Story, scenes: Sequence[SceneMedia], words: Sequence[tuple[Word, ...]]
) -> tuple[SceneEntry, ...]:
    entries: list[SceneEntry] = []
    for index, (scene, spoken) in enumerate(zip(scenes, words, strict=True)):
        for aspect in story.brief.aspects:
            path = f"scenes/scene-{index + 1:02d}-{suffix_of(aspect)}.png"
            placeholder = scene.placeholders.get(aspect)
            asset = scene.pictures[aspect]
            delivery.add(Output(role="scene-image", aspect=aspect, path=path, asset=asset, placeholder=placeholder))
        entries.append(
            SceneEntry(
                text=scene.text,
                headline=scene.headline,
                prompt=scene.prompt,
                image=f"scenes/scene-{index + 1:02d}-{suffix_of(story.brief.aspects[0])}.png",
                start_s=spoken[0].start_s,
                end_s=spoken[-1].end_s,
                words=spoken,
            )
        )
    return tuple(entries)


__all__ = ["deliver_story"]
