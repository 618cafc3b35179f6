"""What the tests of ElevenLabs share: providers on a simulated account, and files that requests name."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from media_factory.assets import Asset
from media_factory.providers.base import Call
from media_factory.providers.elevenlabs import providers
from media_factory.settings import Settings
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Simulator
from media_factory.testing.simulator.elevenlabs import ElevenLabs
from media_factory.testing.simulator.media import picture, speech, wav
from media_factory.testing.vendor_suites import KEY

ProviderT = TypeVar("ProviderT")
TEXT = "Rates rose to 3.25% – again. “Nobody knew,” said Dr. Smith of the U.S. Treasury."


def settings_for(base_url: str, key: str = KEY) -> Settings:
    """Return the settings of an account."""
    return Settings({"ELEVENLABS_API_KEY": key, "ELEVENLABS_BASE_URL": base_url})


def provider_at(base_url: str, kind: type[ProviderT], key: str = KEY) -> ProviderT:
    """Return the provider of a kind on an account of its own."""
    return next(one for one in providers(settings_for(base_url, key)) if isinstance(one, kind))


def vendor_of(simulator: Simulator) -> ElevenLabs:
    """Return the simulated vendor, to look into."""
    vendor = simulator.vendors["elevenlabs"]
    assert isinstance(vendor, ElevenLabs)
    return vendor


def call_with(path: Path, data: bytes, media_type: str, **facts: float) -> tuple[Asset, Call]:
    """Return a file as an asset, and the call that brings it."""
    path.write_bytes(data)
    asset = Asset(digest=f"sha256:{len(data):064x}", media_type=media_type, size_bytes=len(data), **facts)  # type: ignore[arg-type]
    return asset, Call(key=CALL.key, files={asset.digest: path})


def sound_call(folder: Path, text: str) -> tuple[Asset, Call]:
    """Return a text spoken as WAV, and the call that brings it."""
    said = speech(text, 16_000)
    return call_with(folder / "said.wav", wav(said.pcm, 16_000), "audio/wav", duration_s=said.duration_s)


def still_call(folder: Path) -> tuple[Asset, Call]:
    """Return a picture, and the call that brings it."""
    return call_with(folder / "still.png", picture("a still", 320, 180), "image/png", width_px=320, height_px=180)
