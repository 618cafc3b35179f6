"""Stories made by vendors: one voice for all of it, nobody who shops around, and a result that says so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.image import create_image
from media_factory.briefs.model import BRIEF
from media_factory.delivery.manifest import Manifest
from media_factory.errors import ContentRefused
from media_factory.testing.simulator import Fault, Simulator
from tests.flows.stories import produce, rows_of, story_brief


@pytest.fixture
def vendors(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Simulator]]:
    """Give the test four vendors with accounts, each with its own faults."""
    monkeypatch.setattr("media_factory.stages.retry_delay_s", lambda _error, _attempt: 0.0)
    with Simulator() as openai, Simulator() as elevenlabs, Simulator() as google:
        for name, value in {
            "OPENAI_API_KEY": "test-openai-key",
            "OPENAI_BASE_URL": f"{openai.base_url('openai')}/v1",
            "ELEVENLABS_API_KEY": "test-elevenlabs-key",
            "ELEVENLABS_BASE_URL": elevenlabs.base_url("elevenlabs"),
            "GEMINI_API_KEY": "test-google-key",
            "GOOGLE_GEMINI_BASE_URL": google.base_url("google"),
        }.items():
            monkeypatch.setenv(name, value)
        yield {"openai": openai, "elevenlabs": elevenlabs, "google": google}


def speakers(manifest: Manifest) -> set[str]:
    return {str(row.provider).partition(":")[0] for row in rows_of(manifest, "synthesize-speech")}


def test_a_story_whose_first_voice_is_down_is_told_whole_by_one_other_voice(
    vendors: dict[str, Simulator], tmp_path: Path
) -> None:
    calm = produce(story_brief(providers={"image": "fake"}, id="calm"), tmp_path / "calm")
    (first,) = speakers(calm)
    assert calm.status == "passed"
    goes_wrong(vendors[first], "unavailable")
    brief = story_brief(("Another day at the harbour.", "Nobody came."), providers={"image": "fake"}, id="told")
    manifest = produce(brief, tmp_path / "told")
    (second,) = speakers(manifest)
    assert second != first
    assert manifest.status == "degraded"
    (reason,) = [one for one in manifest.reasons if "stands in for" in one]
    assert reason.startswith(f"{second}:")
    assert f"stands in for {first}:" in reason
    charged = {charge.vendor for charge in vendors[second].billing.charges}
    assert charged == {second}


def test_nobody_else_is_asked_for_a_picture_that_was_refused(vendors: dict[str, Simulator], tmp_path: Path) -> None:
    calm = picture("a heron at dawn", tmp_path / "calm")
    first = calm.providers["image"].reference.partition(":")[0]
    assert first in vendors
    assert {one.partition(":")[0] for one in calm.providers["image"].chain} & vendors.keys()
    goes_wrong(vendors[first], "refused")
    before = {name: len(one.billing.by_key) for name, one in vendors.items()}
    with pytest.raises(ContentRefused):
        picture("a heron at dusk", tmp_path / "refused")
    assert {name for name, one in vendors.items() if len(one.billing.by_key) > before[name]} == {first}


def picture(prompt: str, out: Path) -> Manifest:
    brief = BRIEF.validate_python(
        {"kind": "image", "prompt": prompt, "width_px": 1024, "height_px": 1024, "providers": {"prompt": "template"}}
    )
    return asyncio.run(create_image.fn(brief, out=out))


def goes_wrong(simulator: Simulator, fault: Fault) -> None:
    """Let everything go wrong that a vendor is paid for."""
    simulator.faults.share, simulator.faults.kinds = 1.0, (fault,)
