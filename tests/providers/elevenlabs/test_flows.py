"""Pictures and clips by ElevenLabs' flows: what is queued, how it fails, and where it is fetched from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from media_factory.errors import (
    BadReply,
    ContentRefused,
    InvalidRequest,
    ProviderError,
    ProviderUnavailable,
    QuotaExhausted,
)
from media_factory.providers.base import Ticket
from media_factory.providers.elevenlabs import ElevenLabsClip, ElevenLabsImage
from media_factory.providers.elevenlabs.shapes import CLIPS, IMAGES, clip_size, nearest_aspect, picture_size
from media_factory.requests import ClipRequest, ImageRequest
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Simulator
from media_factory.testing.simulator.elevenlabs import ElevenLabs
from media_factory.testing.simulator.recording import RecordingSimulator
from tests.providers.elevenlabs.accounts import call_with, provider_at, still_call, vendor_of

PROMPT = "a harbour at dawn, seen from the old lighthouse"


def image(model: str = "gemini-3.1-flash-image", width_px: int = 1280, height_px: int = 720) -> ImageRequest:
    return ImageRequest(provider=f"elevenlabs:{model}", prompt=PROMPT, width_px=width_px, height_px=height_px, seed=7)


def clip(model: str = "veo-3.1-generate-001", duration_s: float = 5.2, **more: Any) -> ClipRequest:
    return ClipRequest(
        provider=f"elevenlabs:{model}", prompt=PROMPT, width_px=1080, height_px=1920, duration_s=duration_s, **more
    )


async def queued(provider: ElevenLabsImage, request: ImageRequest) -> Ticket:
    ticket = await provider.submit(request, CALL)
    while not (await provider.poll(ticket)).done:
        pass
    return ticket


async def test_a_picture_is_asked_for_in_its_nearest_shape() -> None:
    with RecordingSimulator(vendors=[ElevenLabs]) as simulator:
        provider = provider_at(simulator.base_url("elevenlabs"), ElevenLabsImage)
        await provider.submit(image(width_px=1080, height_px=1920), CALL)
        await provider.submit(image("bytedance-seedream-5-pro"), CALL)
        first, second = (json.loads(one.request) for one in simulator.exchanges)
    assert first == {
        "model_id": "gemini-3.1-flash-image",
        "prompt": PROMPT,
        "aspect_ratio": "9:16",
        "resolution": "2K",
    }
    assert (second["seed"], second["resolution"]) == (7, "1K")


async def test_a_clip_is_silent_long_enough_and_starts_from_its_still(tmp_path: Path) -> None:
    asset, call = still_call(tmp_path)
    with RecordingSimulator(vendors=[ElevenLabs]) as simulator:
        provider = provider_at(simulator.base_url("elevenlabs"), ElevenLabsClip)
        await provider.submit(clip(image=asset), call)
        await provider.submit(clip("bytedance-seedance-v2.5", 11.5, image=asset), call)
        first, second = (json.loads(one.request) for one in simulator.exchanges)
    assert (first["duration_secs"], first["aspect_ratio"], first["resolution"]) == (6, "9:16", "1080p")
    assert first["generate_audio"] is False
    assert first["start_frame"]["mime_type"] == "image/png"
    assert (second["duration_secs"], second["aspect_ratio"]) == (12, "auto")
    assert "seed" not in second


async def test_a_generation_is_pending_then_made_then_there(base_url: str) -> None:
    provider = provider_at(base_url, ElevenLabsImage)
    ticket = await provider.submit(image(), CALL)
    assert [(await provider.poll(ticket)).done for _ in range(4)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("failure", "ours", "retryable"),
    [
        ("moderated", ContentRefused, False),
        ("charging_failed", QuotaExhausted, False),
        ("invalid_parameters", BadReply, False),
        ("dependency_failed", BadReply, False),
        ("model_error", BadReply, True),
        ("timeout", BadReply, True),
    ],
)
async def test_a_failed_generation_is_classified_and_not_charged(
    simulator: Simulator, base_url: str, failure: str, ours: type[ProviderError], retryable: bool
) -> None:
    provider = provider_at(base_url, ElevenLabsImage)
    ticket = await provider.submit(image(), CALL)
    vendor_of(simulator).flows.queues["image"][ticket.id].failure = failure
    with pytest.raises(ours, match=failure) as caught:
        for _ in range(5):
            await provider.poll(ticket)
    assert (caught.value.paid, caught.value.retryable) == ("no", retryable)
    assert PROMPT not in str(caught.value)


async def test_an_address_that_expired_is_asked_for_again(simulator: Simulator, base_url: str) -> None:
    provider = provider_at(base_url, ElevenLabsImage)
    ticket = await queued(provider, image())
    vendor_of(simulator).flows.url_lifetime_s = -5
    with pytest.raises(ProviderUnavailable) as caught:
        await provider.fetch(ticket)
    assert "signature" not in str(caught.value)
    vendor_of(simulator).flows.url_lifetime_s = 60
    assert (await provider.fetch(ticket)).media_type == "image/png"


async def test_an_unknown_ticket_is_told_from_a_failed_one(base_url: str) -> None:
    provider = provider_at(base_url, ElevenLabsClip)
    for lost in ("f3b0", "../../v1/voices"):
        with pytest.raises(InvalidRequest):
            await provider.poll(Ticket(provider="elevenlabs", id=lost))


async def test_a_picture_is_not_fetched_before_it_is_made(base_url: str) -> None:
    provider = provider_at(base_url, ElevenLabsImage)
    ticket = await provider.submit(image(), CALL)
    with pytest.raises(BadReply, match="is pending"):
        await provider.fetch(ticket)


@pytest.mark.parametrize("data", [b"GIF89a not one of ours", b""])
async def test_a_still_of_another_kind_is_refused_before_anybody_is_asked(
    simulator: Simulator, base_url: str, tmp_path: Path, data: bytes
) -> None:
    asset, call = call_with(tmp_path / "still", data or b"\x89PNG\r\n\x1a\n" + bytes(25_000_001), "image/png")
    with pytest.raises(InvalidRequest, match="PNG, JPEG or WebP"):
        await provider_at(base_url, ElevenLabsClip).submit(clip(image=asset), call)
    with pytest.raises(InvalidRequest, match="not handed over"):
        await provider_at(base_url, ElevenLabsClip).submit(clip(image=asset), CALL)
    assert not simulator.billing.outcomes


async def test_too_long_a_clip_and_an_unknown_model_are_refused(base_url: str) -> None:
    provider = provider_at(base_url, ElevenLabsClip)
    with pytest.raises(InvalidRequest, match="8 s at most"):
        await provider.submit(clip(duration_s=9), CALL)
    with pytest.raises(InvalidRequest, match="veo-3.1-generate-001"):
        await provider.submit(clip("sora-2"), CALL)
    assert provider.price_usd(clip("sora-2")) is provider.price_usd(clip(duration_s=9)) is None


@pytest.mark.parametrize(
    ("size", "aspect"), [((1920, 1080), "16:9"), ((1000, 1000), "1:1"), ((1080, 1350), "4:5"), ((8000, 1000), "8:1")]
)
def test_the_nearest_aspect_is_chosen_by_ratio(size: tuple[int, int], aspect: str) -> None:
    assert nearest_aspect(IMAGES["gemini-3.1-flash-image"].aspects, *size) == aspect


def test_sizes_cover_what_is_asked_or_are_the_largest() -> None:
    assert [picture_size(("1K", "2K", "4K"), side, side) for side in (500, 1024, 1080, 2000, 8000)] == [
        *("1K", "1K", "2K", "2K", "4K")
    ]
    assert picture_size((), 500, 500) is None
    assert [clip_size(CLIPS["bytedance-seedance-v2"].sizes, side, 4000) for side in (400, 720, 1080, 2400)] == [
        *("480p", "720p", "1080p", "4k")
    ]


@pytest.mark.parametrize("provider", [ElevenLabsImage(), ElevenLabsClip()])
def test_every_model_that_the_catalogue_offers_has_its_shapes(provider: ElevenLabsImage | ElevenLabsClip) -> None:
    shapes = IMAGES if isinstance(provider, ElevenLabsImage) else CLIPS
    assert set(provider.capabilities.models) <= set(shapes)
