"""What OpenAI's tests ask for, and of whom."""

from __future__ import annotations

from media_factory.requests import ImageRequest, ModerationRequest, PromptRequest, SpeechRequest
from media_factory.settings import Settings
from media_factory.testing.vendor_suites import KEY

IMAGE = ImageRequest(
    provider="openai:gpt-image-2.5-flare",
    prompt="A quiet harbour at dawn, cranes in mist",
    width_px=1024,
    height_px=768,
)
SPEECH = SpeechRequest(provider="openai:gpt-4o-mini-tts", text="It rose to 3.25% in the U.S. today, a surprise.")
PROMPT = PromptRequest(
    provider="openai:gpt-6-luna",
    headline="Ports reopen after the longest strike in years",
    style="news",
    guidelines=("no people",),
)
TEXT = ModerationRequest(provider="openai:omni-moderation-latest", text="The port reopened at dawn this Tuesday.")


def settings(base_url: str) -> Settings:
    """Return the settings of an account whose API has its root there."""
    return Settings({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"{base_url}/v1"})
