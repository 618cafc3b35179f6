"""Delivering an image or a narration, and the page that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from media_factory.delivery.building import manifest_of
from media_factory.delivery.folder import Delivery
from media_factory.delivery.manifest import Manifest, Output, SceneEntry
from media_factory.delivery.provenance.products import image_origins, narration_origins
from media_factory.delivery.words import add_words
from media_factory.factory import Factory
from media_factory.recipes.image import ImagePiece
from media_factory.recipes.narration import NarrationPiece
from media_factory.rendering.model import LabelledImage, Soundtrack
from media_factory.results import Picture, Prompt, Utterance

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/avif": "avif"}


async def deliver_image(
    piece: ImagePiece, prompt: Prompt, picture: Picture, shown: LabelledImage, factory: Factory, folder: Path | None
) -> Manifest:
    """Write a picture, as it is shown, and its page to a folder, and return the manifest.

    Raises:
        StoreError: the folder can't be written.
    """
    delivery = Delivery(factory, signed=piece.brief.provenance == "c2pa")
    path = f"image.{_SUFFIXES.get(shown.image.media_type, 'bin')}"
    delivery.add(Output(role="image", path=path, asset=shown.image, placeholder=shown.placeholder))
    scene = SceneEntry(text=piece.brief.title, prompt=prompt.text, image=path, start_s=0, end_s=0, words=())
    manifest = manifest_of(piece.brief, delivery, reasons=piece.reasons, scenes=(scene,), providers=piece.choices)
    if not delivery.run.planning:
        delivery.origins |= await image_origins(piece, prompt, picture, shown, factory)
    return await delivery.finish(manifest, folder)


async def deliver_narration(
    piece: NarrationPiece, utterances: Sequence[Utterance], sound: Soundtrack, factory: Factory, folder: Path | None
) -> Manifest:
    """Write a narration, its words and its page to a folder, and return the manifest.

    Raises:
        StoreError: the folder can't be written.
    """
    delivery = Delivery(factory, signed=piece.brief.provenance == "c2pa")
    delivery.add(Output(role="narration", path="narration.m4a", asset=sound.mix))
    spoken = piece.words(utterances)
    await add_words(delivery, spoken, (utterance.alignment for utterance in utterances), piece.brief.language)
    scenes = tuple(
        SceneEntry(text=text, prompt="", image="", start_s=words[0].start_s, end_s=words[-1].end_s, words=words)
        for text, words in zip(piece.texts, spoken, strict=True)
    )
    duration_s = float(piece.timeline(utterances).frames / piece.timeline(utterances).rate)
    manifest = manifest_of(
        piece.brief,
        delivery,
        reasons=piece.reasons,
        scenes=scenes,
        duration_s=duration_s,
        providers=piece.choices,
    )
    if not delivery.run.planning:
        delivery.origins |= await narration_origins(piece, utterances, sound, factory)
    return await delivery.finish(manifest, folder)


__all__ = ["deliver_image", "deliver_narration"]
