"""Runway's real SDK against the simulator: tasks, files behind addresses that expire, and how each fault ends."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media_factory.assets import Asset
from media_factory.calls.jobs import reply_for
from media_factory.catalogue.entries import catalogue
from media_factory.errors import (
    InvalidRequest,
    ProviderUnavailable,
)
from media_factory.providers.base import Call
from media_factory.providers.runway import RunwayClips, RunwayImages, providers
from media_factory.providers.runway.stills import MOST_URI_CHARS, data_uri
from media_factory.providers.runway.tasks import nearest_size
from media_factory.requests import ClipRequest, ImageRequest
from media_factory.settings import Settings
from media_factory.testing.conformance import CALL, ClipConformance, QueuedImageConformance
from media_factory.testing.simulator.media import picture
from media_factory.testing.simulator.recording import RecordingSimulator
from media_factory.testing.simulator.runway import Runway
from media_factory.testing.vendor_suites import KEY

IMAGE = ImageRequest(provider="runway:gen4_image", prompt="a lighthouse at dusk", width_px=1280, height_px=720)
CLIP = ClipRequest(
    provider="runway:gen4.5", prompt="waves on dark sand", width_px=1280, height_px=720, duration_s=1.5, seed=2**40 + 7
)


@pytest.fixture(scope="module")
def simulator() -> Iterator[RecordingSimulator]:
    with RecordingSimulator(vendors=[Runway]) as running:
        yield running


def settings(base_url: str) -> Settings:
    return Settings({"RUNWAYML_API_SECRET": KEY, "RUNWAYML_BASE_URL": base_url})


def quick(provider: Any) -> Any:
    provider.poll_every_s = 0.001
    return provider


async def made(provider: Any, request: Any, call: Call = CALL) -> Any:
    return await reply_for(quick(provider), await provider.submit(request, call), 30.0)


def still_in(folder: Path, data: bytes) -> tuple[Asset, Call]:
    path = folder / "still"
    path.write_bytes(data)
    still = Asset(digest="sha256:" + "1" * 64, media_type="image/png", size_bytes=len(data))
    return still, Call(key="0" * 64, files={still.digest: path})


class TestImages(QueuedImageConformance):
    @pytest.fixture(autouse=True)
    def _here(self, simulator: RecordingSimulator) -> None:
        self.made_once = quick(RunwayImages(settings(simulator.base_url("runway"))))

    def provider(self) -> RunwayImages:
        return self.made_once

    def requests(self) -> Iterator[ImageRequest]:
        yield IMAGE
        yield IMAGE.model_copy(update={"width_px": 1080, "height_px": 1920})


class TestClips(ClipConformance):
    @pytest.fixture(autouse=True)
    def _here(self, simulator: RecordingSimulator, tmp_path: Path) -> None:
        self.made_once = quick(RunwayClips(settings(simulator.base_url("runway"))))
        self.still, self.with_still = still_in(tmp_path, picture("still", 64, 64))

    def provider(self) -> RunwayClips:
        return self.made_once

    def call(self, request: ClipRequest) -> Call:
        return self.with_still

    def requests(self) -> Iterator[ClipRequest]:
        yield CLIP
        yield CLIP.model_copy(update={"provider": "runway:gen4_turbo", "image": self.still})


async def test_what_the_vendor_charged_is_the_price(simulator: RecordingSimulator) -> None:
    provider = RunwayClips(settings(simulator.base_url("runway")))
    reply = await made(provider, CLIP)
    assert reply.price_usd == provider.price_usd(CLIP) == Decimal("0.24")
    assert reply.vendor_id
    assert RunwayImages().price_usd(IMAGE) == Decimal("0.05")
    assert RunwayImages().price_usd(IMAGE.model_copy(update={"width_px": 1920, "height_px": 1080})) == Decimal("0.08")


async def test_a_still_is_sent_as_a_data_uri_with_the_motion_in_words(
    simulator: RecordingSimulator, tmp_path: Path
) -> None:
    data = picture("still", 64, 64)
    still, call = still_in(tmp_path, data)
    await RunwayClips(settings(simulator.base_url("runway"))).submit(CLIP.model_copy(update={"image": still}), call)
    exchange = simulator.exchanges[-1]
    assert exchange.path == "/v1/image_to_video"
    assert json.loads(exchange.request) == {
        "model": "gen4.5",
        "promptImage": f"data:image/png;base64,{base64.b64encode(data).decode()}",
        "promptText": CLIP.prompt,
        "ratio": "1280:720",
        "duration": 2,
        "seed": 7,
    }


def test_a_still_that_is_too_large_becomes_a_jpeg_that_fits(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (2400, 3600, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG", compress_level=1)
    _, call = still_in(tmp_path, buffer.getvalue())
    uri = data_uri(next(iter(call.files.values())))
    assert len(uri) <= MOST_URI_CHARS
    assert uri.startswith("data:image/jpeg;base64,")
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as sent:
        assert sent.width / sent.height == pytest.approx(1.5, rel=0.01)


async def test_gen4_turbo_without_a_still_is_refused_before_anything_is_asked(simulator: RecordingSimulator) -> None:
    before = len(simulator.exchanges)
    with pytest.raises(InvalidRequest, match="give it a still"):
        await RunwayClips(settings(simulator.base_url("runway"))).submit(
            CLIP.model_copy(update={"provider": "runway:gen4_turbo"}), CALL
        )
    # Nor is it priced, so that nobody is chosen who can't do it.
    with pytest.raises(InvalidRequest, match="give it a still"):
        RunwayClips().price_usd(CLIP.model_copy(update={"provider": "runway:gen4_turbo"}))
    assert len(simulator.exchanges) == before


async def test_the_vendor_s_issues_name_the_field_and_not_the_prompt(simulator: RecordingSimulator) -> None:
    prompt = "a very long description of waves " * 50
    with pytest.raises(InvalidRequest, match="promptText") as caught:
        await RunwayImages(settings(simulator.base_url("runway"))).submit(
            IMAGE.model_copy(update={"prompt": prompt}), CALL
        )
    assert "very long description" not in str(caught.value)


async def test_an_address_that_expired_is_replaced_by_asking_again(simulator: RecordingSimulator) -> None:
    provider = quick(RunwayImages(settings(simulator.base_url("runway"))))
    ticket = await provider.submit(IMAGE, CALL)
    while not (await provider.poll(ticket)).done:
        pass
    vendor = simulator.vendors["runway"]
    assert isinstance(vendor, Runway)
    vendor.url_life_s = -1.0
    with pytest.raises(ProviderUnavailable, match="not at its address"):
        await provider.fetch(ticket)
    vendor.url_life_s = 3600.0
    assert (await provider.fetch(ticket)).data


async def test_a_task_waits_for_others_then_runs_and_both_are_no_error(simulator: RecordingSimulator) -> None:
    provider = RunwayImages(settings(simulator.base_url("runway")))
    ticket = await provider.submit(IMAGE, CALL)
    progress = [await provider.poll(ticket) for _ in range(3)]
    assert [(one.done, one.fraction) for one in progress] == [(False, None), (False, 0.5), (True, None)]
    states = [json.loads(exchange.reply)["status"] for exchange in simulator.exchanges[-3:]]
    assert states == ["THROTTLED", "RUNNING", "SUCCEEDED"]


def test_missing_names_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RUNWAYML_API_SECRET", "RUNWAY_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert [one.missing() for one in providers(Settings({}))] == ["set RUNWAYML_API_SECRET"] * 2
    assert RunwayImages(Settings({"RUNWAY_API_KEY": "k"})).missing() is None


def test_polls_are_five_seconds_apart() -> None:
    assert RunwayImages.poll_every_s == RunwayClips.poll_every_s == 5.0


def test_every_model_of_the_catalogue_has_sizes() -> None:
    for entry in catalogue():
        if entry.provider == "runway" and entry.status == "active":
            provider: Any = RunwayImages() if entry.modality == "image" else RunwayClips()
            assert entry.model in provider.capabilities.models


SIZES = ((1280, 720), (720, 1280), (960, 960), (1920, 1080), (1080, 1920))


@given(st.integers(64, 4000), st.integers(64, 4000))
def test_turning_what_is_asked_turns_the_size(width_px: int, height_px: int) -> None:
    assert nearest_size(SIZES, height_px, width_px) == nearest_size(SIZES, width_px, height_px)[::-1]


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ((1280, 720), (1280, 720)),
        ((1281, 720), (1920, 1080)),
        ((3840, 2160), (1920, 1080)),
        ((500, 500), (960, 960)),
        ((540, 960), (720, 1280)),
    ],
)
def test_the_smallest_size_of_the_nearest_aspect_that_covers_is_taken(
    asked: tuple[int, int], size: tuple[int, int]
) -> None:
    assert nearest_size(SIZES, *asked) == size
