"""Where each asset of a product comes from: stories, images, narrations and videos."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from media_factory.assets import Asset
from media_factory.delivery.extras_model import FilmExtras, SceneImages
from media_factory.delivery.films import FinishedFilm
from media_factory.delivery.provenance.model import Origin, Part
from media_factory.delivery.provenance.origins import attribution_of, composed, heard_beside, narrated
from media_factory.factory import Factory
from media_factory.recipes.image import ImagePiece
from media_factory.recipes.narration import NarrationPiece
from media_factory.recipes.story import Story
from media_factory.rendering.film import SceneMedia
from media_factory.rendering.model import LabelledImage, Soundtrack
from media_factory.results import Picture, Prompt, Utterance

if TYPE_CHECKING:
    from media_factory.recipes.video import VideoPiece

Origins = dict[str, Origin]


async def image_origins(
    piece: ImagePiece, prompt: Prompt, picture: Picture, shown: LabelledImage, factory: Factory
) -> Origins:
    """Return the origin of a picture, by the digest of what is shown of it."""
    attribution = await attribution_of([picture.image], factory)
    origin = attribution.picture(picture.image, prompt.text, realistic=piece.brief.realistic)
    return {shown.image.digest: origin} if origin else {}


async def narration_origins(
    piece: NarrationPiece, utterances: Sequence[Utterance], sound: Soundtrack, factory: Factory
) -> Origins:
    """Return the origin of a narration's sound, by digest."""
    attribution = await attribution_of([], factory)
    return {sound.mix.digest: narrated(attribution.spoken(zip(piece.texts, utterances, strict=True)))}


async def story_origins(
    story: Story,
    scenes: Sequence[SceneMedia],
    sound: Soundtrack,
    films: Sequence[FinishedFilm],
    images: Sequence[SceneImages],
    factory: Factory,
) -> Origins:
    """Return the origins of a story's films, sounds and pictures, by digest."""
    music = await heard_beside(sound.mix, (scene.utterance.sound for scene in scenes), factory)
    pictures = [asset for scene in scenes for asset in scene.pictures.values()]
    attribution = await attribution_of([*pictures, *music], factory)
    spoken = attribution.spoken((scene.text, scene.utterance) for scene in scenes)
    heard = [*spoken, *(attribution.part("music", asset) for asset in music)]
    realistic = story.brief.realistic
    origins: Origins = {sound.narration.digest: narrated(spoken)}
    for scene in scenes:
        for asset in scene.pictures.values():
            if origin := attribution.picture(asset, scene.prompt, realistic=realistic):
                origins[asset.digest] = origin
    for image in images:
        if origin := origins.get(scenes[image.scene].pictures[image.aspect].digest):
            origins |= {one.digest: origin for one in image.images.renditions}
    for film in films:
        seen = [attribution.part("picture", scene.pictures[film.aspect], scene.prompt) for scene in scenes]
        origins |= _film_origins(film, seen, heard, realistic=realistic)
    return origins


async def video_origins(piece: VideoPiece, film: FinishedFilm, sound: Soundtrack | None, factory: Factory) -> Origins:
    """Return the origins of a video of given pictures and clips, by digest; those made by a provider here are known."""
    sounds = await heard_beside(sound.mix, (), factory) if sound else ()
    attribution = await attribution_of([*(one.image for one in piece.footage), *sounds], factory)
    seen = [attribution.part("clip" if one.clip else "picture", one.image) for one in piece.footage]
    heard = [attribution.part("sound", asset) for asset in sounds]
    return _film_origins(film, seen, heard, realistic=piece.brief.realistic)


def _film_origins(
    film: FinishedFilm, seen: Sequence[Part], heard: Sequence[Part], *, realistic: bool | None
) -> Origins:
    """Return the origins of a film and of what shows its frames alone."""
    whole, frames = composed([*seen, *heard], realistic=realistic), composed(seen, realistic=realistic)
    hdr = [film.hdr.video] if film.hdr else []
    shown = [film.poster, *_shown_beside(film.extras)]
    return {asset.digest: whole for asset in [film.master.video, *hdr]} | {asset.digest: frames for asset in shown}


def _shown_beside(extras: FilmExtras) -> Iterable[Asset]:
    if extras.preview:
        yield extras.preview.image
    if extras.storyboard:
        yield extras.storyboard.sheet


__all__ = ["Origins", "image_origins", "narration_origins", "story_origins", "video_origins"]
