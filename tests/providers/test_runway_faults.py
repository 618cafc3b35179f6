"""Runway's faults, one by one, and its traffic against its own OpenAPI file."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_factory.providers.base import Call
from media_factory.providers.runway import RunwayClips, RunwayImages
from media_factory.requests import ClipRequest, ImageRequest
from media_factory.testing.simulator.media import picture
from media_factory.testing.vendor_suites import VendorFaults, VendorTraffic
from tests.providers.test_runway import CLIP, IMAGE, settings, still_in


class TestImageFaults(VendorFaults[ImageRequest]):
    vendor = "runway"

    def provider(self, base_url: str) -> RunwayImages:
        return RunwayImages(settings(base_url))

    def request(self) -> ImageRequest:
        return IMAGE


class TestClipFaults(VendorFaults[ClipRequest]):
    vendor = "runway"

    def provider(self, base_url: str) -> RunwayClips:
        return RunwayClips(settings(base_url))

    def request(self) -> ClipRequest:
        return CLIP


class TestImageTraffic(VendorTraffic[ImageRequest]):
    vendor = "runway"

    def provider(self, base_url: str) -> RunwayImages:
        return RunwayImages(settings(base_url))

    def request(self) -> ImageRequest:
        return IMAGE


class TestClipTraffic(VendorTraffic[ClipRequest]):
    vendor = "runway"

    def provider(self, base_url: str) -> RunwayClips:
        return RunwayClips(settings(base_url))

    def request(self) -> ClipRequest:
        return CLIP


class TestVeoTraffic(TestClipTraffic):
    def request(self) -> ClipRequest:
        return CLIP.model_copy(update={"provider": "runway:veo3.1_fast"})


class TestStillTraffic(TestClipTraffic):
    @pytest.fixture(autouse=True)
    def _here(self, tmp_path: Path) -> None:
        self.still, self.with_still = still_in(tmp_path, picture("still", 64, 64))

    def call(self) -> Call:
        return self.with_still

    def request(self) -> ClipRequest:
        return CLIP.model_copy(update={"image": self.still})
