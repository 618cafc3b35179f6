"""Deliveries without a flow: real files in a real store, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from media_factory.delivery.folder import Delivery
from media_factory.delivery.manifest import Manifest, Output
from media_factory.delivery.provenance.model import Origin
from media_factory.factory import Factory
from tests.delivery.provenance.files import AI, TYPES

NAMES = ("still.png", "still.jpg", "simple.webp", "film.mp4", "speech.m4a")


async def deliver(
    factory: Factory,
    plain: Mapping[str, Path],
    folder: Path,
    *,
    origin: Origin = AI,
    signed: bool = True,
    names: tuple[str, ...] = NAMES,
) -> Manifest:
    """Deliver files as a product of pictures, a film and a sound, all of one origin, and a text."""
    delivery = Delivery(factory, signed=signed)
    for name in names:
        asset = await factory.store.put(plain[name], TYPES[name])
        delivery.add(Output(role=name.partition(".")[0], path=f"media/{name}", asset=asset))
        delivery.origins[asset.digest] = origin
    await delivery.add_text("captions", "captions.vtt", "WEBVTT\n", "text/vtt")
    manifest = Manifest(
        kind="image",
        id="product",
        title="A product",
        status="passed",
        outputs=(),
        stages=(),
        cost_usd=None,
        created_at="2026-11-20T12:00:00+00:00",
        made_with="tests",
    )
    return await delivery.finish(manifest, folder)
