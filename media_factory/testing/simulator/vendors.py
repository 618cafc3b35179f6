"""Every vendor that the simulator speaks for."""

from __future__ import annotations

from media_factory.testing.simulator.elevenlabs import ElevenLabs
from media_factory.testing.simulator.google import Google
from media_factory.testing.simulator.openai import OpenAI
from media_factory.testing.simulator.runway import Runway
from media_factory.testing.simulator.vendor import Vendor

VENDORS: tuple[type[Vendor], ...] = (ElevenLabs, Google, OpenAI, Runway)

__all__ = ["VENDORS"]
