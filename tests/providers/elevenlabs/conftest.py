"""One simulated account for the tests that leave nothing behind in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from media_factory.testing.simulator import Simulator
from media_factory.testing.simulator.elevenlabs import ElevenLabs


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Start ElevenLabs on loopback."""
    with Simulator(vendors=[ElevenLabs]) as started:
        yield started


@pytest.fixture
def base_url(simulator: Simulator) -> str:
    """Return the root of its API."""
    return simulator.base_url("elevenlabs")
