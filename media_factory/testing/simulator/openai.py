"""OpenAI, simulated: pictures, speech, chat completions, moderation and the list of models."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
import uuid
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from media_factory.catalogue.entries import shipped, today
from media_factory.testing.simulator import media
from media_factory.testing.simulator.faults import Fault
from media_factory.testing.simulator.openai_words import answered, fault_answer, headers, invalid, problem, wrong_key
from media_factory.testing.simulator.vendor import Vendor

# Output tokens of a square, by quality: what OpenAI's prices per picture come to at 30 dollars a million.
_IMAGE_TOKENS = {"low": 197, "medium": 440, "high": 1757, "xhigh": 3123, "max": 7023}
_OLDER_IMAGE_TOKENS = {"low": 200, "medium": 1767, "high": 7033}
_FIXED_SIZES = frozenset({"1024x1024", "1536x1024", "1024x1536"})
_USD_PER_IMAGE_TOKEN, _USD_PER_TEXT_TOKEN = 30e-6, 5e-6
_USD_PER_CHAR = {"tts-1": 15e-6, "tts-1-hd": 30e-6}
_USD_PER_SECOND = 0.00025
_CHAT_USD = {"gpt-6-luna": (0.10e-6, 0.50e-6), "gpt-6-sol": (2e-6, 10e-6), "gpt-5.4-mini": (0.75e-6, 4.5e-6)}
_VOICES = frozenset(
    ["alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer", "verse"]
)
_OLDER_VOICES = _VOICES - frozenset(["ballad", "cedar", "marin", "verse"])
_SOUND_TYPES = {"wav": "audio/wav", "pcm": "audio/pcm", "mp3": "audio/mpeg"}
_RATE_HZ = 24_000
_HARMFUL = {"violence": ("murder", "massacre"), "illicit": ("explosives",), "hate": ("subhuman",)}
_CATEGORIES = (
    *("harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm"),
    *("self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic"),
)


class OpenAI(Vendor):
    """OpenAI's API, below `/v1`."""

    name = "openai"

    def routes(self) -> list[Route]:
        """Return the paths that it answers."""
        return [
            Route("/v1/models", self.models, methods=["GET"]),
            Route("/v1/images/generations", self.image, methods=["POST"]),
            Route("/v1/audio/speech", self.speech, methods=["POST"]),
            Route("/v1/chat/completions", self.chat, methods=["POST"]),
            Route("/v1/moderations", self.moderation, methods=["POST"]),
        ]

    def error(self, fault: Fault, request: Request) -> Response:
        """Return OpenAI's own words for a fault."""
        return fault_answer(fault, request)

    async def models(self, request: Request) -> Response:
        """Answer GET /models."""
        if not _has_key(request):
            return wrong_key(request)
        listed = [
            {
                "id": model,
                "object": "model",
                "created": 1_790_000_000,
                "owned_by": "openai",
                "shutdown_date": gone.isoformat() if gone else None,
            }
            for model, gone in _models().items()
        ]
        return answered({"object": "list", "data": listed})

    async def image(self, request: Request) -> Response:
        """Answer POST /images/generations."""
        asked = await self._asked(request, "prompt", 32_000)
        if isinstance(asked, Response):
            return asked
        older = not asked["model"].startswith("gpt-image-2.")
        tokens_by_quality = _OLDER_IMAGE_TOKENS if older else _IMAGE_TOKENS
        quality = asked.get("quality", "auto")
        quality = "medium" if quality == "auto" else quality
        if quality not in tokens_by_quality:
            return invalid(f"Invalid value: '{quality}'.", "quality")
        if wrong := _size_problem(asked["model"], asked.get("size", "auto")):
            return invalid(wrong, "size")
        size = "1024x1024" if asked.get("size", "auto") == "auto" else asked["size"]
        text_tokens, image_tokens = _tokens(asked["prompt"]) + 6, tokens_by_quality[quality]
        price = text_tokens * _USD_PER_TEXT_TOKEN + image_tokens * _USD_PER_IMAGE_TOKEN

        async def made() -> Response:
            width, height = map(int, size.split("x"))
            kind = asked.get("output_format", "png")
            picture = await asyncio.to_thread(media.picture, json.dumps(asked, sort_keys=True), width, height, kind)
            return answered(
                {
                    "created": int(time.time()),
                    "background": "opaque",
                    "output_format": kind,
                    "quality": quality,
                    "size": size,
                    "data": [{"b64_json": base64.b64encode(picture).decode()}],
                    "usage": {
                        "input_tokens": text_tokens,
                        "output_tokens": image_tokens,
                        "total_tokens": text_tokens + image_tokens,
                        "input_tokens_details": {"image_tokens": 0, "text_tokens": text_tokens},
                    },
                }
            )

        return await self.paid(request, "image", price, made)

    async def speech(self, request: Request) -> Response:
        """Answer POST /audio/speech."""
        asked = await self._asked(request, "input", 4096)
        if isinstance(asked, Response):
            return asked
        older = asked["model"] in _USD_PER_CHAR
        if wrong := _speech_problem(asked, older):
            return invalid(*wrong)
        spoken = media.speech(asked["input"], _RATE_HZ, 160 * asked.get("speed", 1.0))
        price = len(asked["input"]) * _USD_PER_CHAR[asked["model"]] if older else spoken.duration_s * _USD_PER_SECOND

        async def made() -> Response:
            kind = asked.get("response_format", "mp3")
            if kind == "mp3":
                data = await asyncio.to_thread(media.mp3, spoken.pcm, _RATE_HZ)
            else:
                data = spoken.pcm if kind == "pcm" else media.wav(spoken.pcm, _RATE_HZ, streamed=True)
            return Response(data, media_type=_SOUND_TYPES[kind], headers=headers())

        return await self.paid(request, "speech", price, made)

    async def chat(self, request: Request) -> Response:
        """Answer POST /chat/completions with one line about the headline that the last message holds."""
        asked = await self._asked(request, "messages", 10_000)
        if isinstance(asked, Response):
            return asked
        text = _written(asked["messages"][-1]["content"])
        tokens_in = sum(_tokens(message["content"]) + 4 for message in asked["messages"])
        tokens_out = _tokens(text) + 64
        usd_in, usd_out = _CHAT_USD.get(asked["model"], (0.0, 0.0))

        async def made() -> Response:
            return answered(
                {
                    "id": f"chatcmpl-{uuid.uuid4().hex}",
                    "object": "chat.completion",
                    "created": int(time.time()),
                    "model": asked["model"],
                    "choices": [
                        {
                            "index": 0,
                            "message": {"role": "assistant", "content": text, "refusal": None, "annotations": []},
                            "logprobs": None,
                            "finish_reason": "stop",
                        }
                    ],
                    "usage": {
                        "prompt_tokens": tokens_in,
                        "completion_tokens": tokens_out,
                        "total_tokens": tokens_in + tokens_out,
                        "completion_tokens_details": {"reasoning_tokens": 64},
                    },
                }
            )

        return await self.paid(request, "prompt", tokens_in * usd_in + tokens_out * usd_out, made)

    async def moderation(self, request: Request) -> Response:
        """Answer POST /moderations."""
        asked = await self._asked(request, "input", 100_000)
        if isinstance(asked, Response):
            return asked
        words = set(re.findall(r"\w+", str(asked["input"]).lower()))
        found = {category for category, signs in _HARMFUL.items() if words.intersection(signs)}

        async def made() -> Response:
            verdict = {
                "flagged": bool(found),
                "categories": {category: category in found for category in _CATEGORIES},
                "category_scores": {category: 0.9 if category in found else 0.01 for category in _CATEGORIES},
                "category_applied_input_types": {category: ["text"] for category in _CATEGORIES},
            }
            return answered({"id": f"modr-{uuid.uuid4().hex}", "model": asked["model"], "results": [verdict]})

        return await self.paid(request, "moderation", 0.0, made)

    async def _asked(self, request: Request, field: str, most_chars: int) -> dict[str, Any] | Response:
        """Return a request's body, or what is wrong with it: key, JSON, model, length."""
        if not _has_key(request):
            return wrong_key(request)
        try:
            asked: dict[str, Any] = await request.json()
        except ValueError:
            return invalid("We could not parse the JSON body of your request.", None)
        model = asked.get("model")
        if model not in _models():
            words = f"The model `{model}` does not exist or you do not have access to it."
            return problem(404, words, "invalid_request_error", "model_not_found")
        if not asked.get(field):
            return invalid(f"Missing required parameter: '{field}'.", field)
        if len(asked[field]) > most_chars:
            words = f"Invalid '{field}': string too long. Expected a string with maximum length {most_chars}."
            return problem(400, words, "invalid_request_error", "string_above_max_length", field)
        return asked


def _models() -> dict[str, date | None]:
    """Return the models that are not switched off yet, with the dates on which they will be."""
    ours = [entry for entry in shipped() if entry.provider == OpenAI.name]
    return {entry.model: entry.shutdown_date for entry in ours if entry.status_on(today()) != "retired"}


def _size_problem(model: str, size: str) -> str | None:
    if size == "auto" or size in _FIXED_SIZES:
        return None
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", size)
    if not match or not model.startswith("gpt-image-2"):
        return f"Invalid value: '{size}'. Supported values are: '1024x1024', '1024x1536', '1536x1024', and 'auto'."
    width, height = int(match[1]), int(match[2])
    if width % 16 or height % 16:
        return f"Invalid size '{size}'. Width and height must both be divisible by 16."
    if not 1 / 3 <= width / height <= 3:
        return f"Invalid size '{size}'. The aspect ratio must be between 1:3 and 3:1."
    if not 655_360 <= width * height <= 3840 * 2160 or max(width, height) > 3840:
        return f"Invalid size '{size}'. It does not satisfy the model's pixel and edge limits."
    return None


def _speech_problem(asked: dict[str, Any], older: bool) -> tuple[str, str] | None:
    voice, kind, speed = asked.get("voice"), asked.get("response_format", "mp3"), asked.get("speed", 1.0)
    own = isinstance(voice, dict) and not older
    if not own and voice not in (_OLDER_VOICES if older else _VOICES):
        return f"Invalid value: '{voice}'. Supported values are: {', '.join(sorted(_VOICES))}.", "voice"
    if kind not in _SOUND_TYPES:
        return f"Invalid value: '{kind}'.", "response_format"
    if not 0.25 <= speed <= 4:
        return "Invalid 'speed': expected a value between 0.25 and 4.", "speed"
    if older and asked.get("instructions"):
        return "Unsupported parameter: 'instructions' is not supported with this model.", "instructions"
    return None


def _written(content: str) -> str:
    try:
        about = json.loads(content)
    except ValueError:
        about = content
    headline = str(about.get("headline", "")) if isinstance(about, dict) else str(about)
    return f"Editorial photograph: {headline[:60].strip()}"


def _tokens(text: str) -> int:
    return len(text) // 4 + 1


def _has_key(request: Request) -> bool:
    return bool(request.headers.get("authorization", "").removeprefix("Bearer ").strip())


__all__ = ["OpenAI"]
