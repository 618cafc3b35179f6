"""Artboard answers requests with PNG bytes, free and repeatable."""

import io
import struct
from decimal import Decimal

import numpy as np
import pytest
from PIL import Image

from media_factory.errors import GlyphsMissing
from media_factory.providers.artboard import Artboard
from media_factory.requests import Card, ImageRequest
from media_factory.testing.conformance import CALL

REQUEST = ImageRequest(
    provider="artboard:cards-1",
    prompt="a calm sea at night",
    width_px=270,
    height_px=480,
    theme="water",
    card=Card(layout="title", headline="Breathe with the tide"),
)


def chunks(data: bytes) -> set[bytes]:
    """Return the kinds of chunks that a PNG holds."""
    found, at = set(), 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        found.add(data[at + 4 : at + 8])
        at += 12 + length
    return found


async def test_a_request_is_answered_with_a_png_of_its_size_for_nothing() -> None:
    reply = await Artboard().generate(REQUEST, CALL)
    assert reply.media_type == "image/png"
    assert reply.price_usd == Artboard().price_usd(REQUEST) == Decimal(0)
    with Image.open(io.BytesIO(reply.data)) as image:
        image.load()
        assert (image.size, image.mode) == ((270, 480), "RGB")
        assert np.asarray(image).std() > 5


async def test_the_same_request_gives_the_same_bytes_without_metadata() -> None:
    first, second = await Artboard().generate(REQUEST, CALL), await Artboard().generate(REQUEST, CALL)
    assert first.data == second.data
    assert chunks(first.data) == {b"IHDR", b"IDAT", b"IEND"}


async def test_text_that_no_font_can_draw_is_refused() -> None:
    card = Card(layout="title", headline="\U0010fffd")
    with pytest.raises(GlyphsMissing):
        await Artboard().generate(REQUEST.model_copy(update={"card": card}), CALL)


def test_it_says_what_it_can_do_and_lacks_nothing() -> None:
    assert Artboard.capabilities.cards
    assert Artboard.capabilities.seed
    assert Artboard.capabilities.local
    assert not Artboard.capabilities.draft
    assert Artboard.capabilities.models == ("cards-1",)
    assert Artboard().missing() is None
