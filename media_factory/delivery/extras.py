"""Delivering what was made beside a film: streams, previews, storyboards, pictures in web sizes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import Field

from media_factory.assets import Asset
from media_factory.briefs.fields import Aspect
from media_factory.captions.cueing import phrase_cues
from media_factory.captions.sidecars import webvtt
from media_factory.delivery.dash import MEDIA_TYPE as DASH_TYPE
from media_factory.delivery.extras_model import FilmExtras, SceneImages
from media_factory.delivery.folder import Delivery
from media_factory.delivery.manifest import Output
from media_factory.delivery.storyboards import storyboard_vtt
from media_factory.factory import Factory
from media_factory.model import Model
from media_factory.results import Placeholder
from media_factory.runs import current_run
from media_factory.timing import Word

_SUFFIXES: dict[str, str] = {"image/avif": "avif", "image/webp": "webp", "image/jpeg": "jpg"}


class ImageSource(Model):
    """One file of a picture; `path` is relative to the manifest."""

    path: str
    media_type: str
    width_px: int
    height_px: int | None


class ImageEntry(Model):
    """A scene's picture of one aspect: its files, and what to show until one is there."""

    scene: int = Field(ge=0)
    aspect: Aspect
    placeholder: Placeholder
    sources: tuple[ImageSource, ...]


class ImageIndex(Model):
    """The content of `images/images.json`."""

    images: tuple[ImageEntry, ...]


async def add_film_extras(delivery: Delivery, extras: Sequence[FilmExtras]) -> None:
    """Add what was made beside the films; those of the first have the plain names, as its poster has."""
    for index, beside in enumerate(extras):
        suffix = f"-{_suffix(beside.aspect)}" if index else ""
        if beside.stream:
            for place, file in enumerate(beside.stream.files):
                role = "stream-part" if place else "stream"
                role = "stream-dash" if file.asset.media_type == DASH_TYPE else role
                path = f"stream{suffix}/{file.path}"
                delivery.add(Output(role=role, aspect=beside.aspect, path=path, asset=file.asset))
        if beside.preview:
            path = f"preview{suffix}.webp"
            delivery.add(Output(role="preview", aspect=beside.aspect, path=path, asset=beside.preview.image))
        if beside.storyboard:
            sheet, times = f"storyboard{suffix}.jpg", f"storyboard{suffix}.vtt"
            asset = beside.storyboard.sheet
            delivery.add(Output(role="storyboard", aspect=beside.aspect, path=sheet, asset=asset))
            text = storyboard_vtt(beside.storyboard, sheet)
            await delivery.add_text("storyboard-times", times, text, "text/vtt", beside.aspect)


async def add_scene_images(delivery: Delivery, pictures: Sequence[SceneImages]) -> None:
    """Add scenes' pictures in web sizes, and the index that says what a page needs to show them."""
    entries = []
    for picture in pictures:
        stem = f"images/scene-{picture.scene + 1:02d}-{_suffix(picture.aspect)}"
        sources = []
        for asset in picture.images.renditions:
            path = f"{stem}-{asset.width_px}.{_SUFFIXES[asset.media_type]}"
            delivery.add(Output(role="rendition", aspect=picture.aspect, path=path, asset=asset))
            sources.append(
                ImageSource(
                    path=path, media_type=asset.media_type, width_px=asset.width_px or 0, height_px=asset.height_px
                )
            )
        placeholder = picture.images.placeholder
        entries.append(
            ImageEntry(scene=picture.scene, aspect=picture.aspect, placeholder=placeholder, sources=tuple(sources))
        )
    if entries:
        index = ImageIndex(images=tuple(entries)).model_dump_json(indent=1) + "\n"
        await delivery.add_text("image-index", "images/images.json", index, "application/json")


async def keep_captions(spoken: Sequence[tuple[Word, ...]], language: str, factory: Factory) -> Asset:
    """Return the captions of what was spoken as WebVTT for a stream; a planning run names them and keeps nothing.

    Raises:
        StoreError: they could not be kept.
    """
    cues = [cue for words in spoken for cue in phrase_cues(words, language)]
    data = webvtt(cues, language).encode()
    run = current_run()
    if run and run.planning:
        return Asset(digest=f"sha256:{hashlib.sha256(data).hexdigest()}", media_type="text/vtt", size_bytes=len(data))
    return await factory.store.put(data, "text/vtt")


def _suffix(aspect: Aspect) -> str:
    return aspect.replace(":", "x")


__all__ = ["ImageEntry", "ImageIndex", "ImageSource", "add_film_extras", "add_scene_images", "keep_captions"]
