"""ElevenLabs as it answers: speech with times, sounds, alignment, voices, history; see `elevenlabs_flows` for the rest.

What was made stays in the history, also when its answer was lost on the way.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media_factory.providers.replies import media_type_of, wav_from_sound
from media_factory.testing.simulator.billing import Billing
from media_factory.testing.simulator.elevenlabs_errors import invalid, problem, unauthorized
from media_factory.testing.simulator.elevenlabs_flows import Flows
from media_factory.testing.simulator.elevenlabs_speech import RATE_HZ, aligned, parts_of, utterance
from media_factory.testing.simulator.faults import Fault, Faults
from media_factory.testing.simulator.forms import form_of
from media_factory.testing.simulator.media import mp3, tone
from media_factory.testing.simulator.vendor import Vendor

_USD_PER_1000_CHARS = {
    "eleven_v4": 0.08,
    "eleven_v3": 0.10,
    "eleven_multilingual_v2": 0.10,
    "eleven_flash_v2_5": 0.05,
}
_MOST_CHARS = {"eleven_v4": 5000, "eleven_v3": 5000, "eleven_multilingual_v2": 10_000, "eleven_flash_v2_5": 40_000}
_EFFECT_CREDITS_PER_S = 40
# The vendor may send fewer than it was asked for.
_LARGEST_PAGE = 3
_STREAMED_WORDS = 8
_WAV_HEAD_BYTES = 44
_PREMADE = {
    "JBFqnCBsd6RMkjVDRZzb": "George - Warm, Captivating Storyteller",
    "EXAVITQu4vr4xnSDxMaL": "Sarah - Mature, Reassuring, Confident",
    "cgSgspJ2msm6clMCkdW9": "Jessica - Playful, Bright, Warm",
    "onwK4e9ZLuTAKqWW03F9": "Daniel - Steady Broadcaster",
    "pFZP5JQG7iQjIQuC4Bku": "Lily - Velvety Actress",
}


class ElevenLabs(Vendor):
    """Simulates ElevenLabs."""

    name = "elevenlabs"

    def __init__(self, billing: Billing, faults: Faults, *, honours_keys: bool = False) -> None:
        super().__init__(billing, faults, honours_keys=honours_keys)
        self.voices = {voice_id: _voice(voice_id, name, "premade") for voice_id, name in _PREMADE.items()}
        self.history: list[dict[str, Any]] = []
        # Nobody says whether the times of a stream's parts count from its start or from theirs.
        self.times_begin_anew = False
        self.verifies_voices = False
        self.flows = Flows(self)

    def routes(self) -> list[Route]:
        """Return the paths of the API, and of the files that it makes."""
        spoken = "/v1/text-to-speech/{voice}"
        return [
            Route(f"{spoken}/with-timestamps", self.speech, methods=["POST"]),
            Route(f"{spoken}/stream/with-timestamps", self.streamed_speech, methods=["POST"]),
            Route("/v1/sound-generation", self.effect, methods=["POST"]),
            Route("/v1/music", self.music, methods=["POST"]),
            Route("/v1/forced-alignment", self.alignment, methods=["POST"]),
            Route("/v1/voices/add", self.add_voice, methods=["POST"]),
            Route("/v2/voices", self.list_voices),
            Route("/v1/models", self.list_models),
            Route("/v1/history", self.list_history),
            Route("/v1/history/{item}/audio", self.history_audio),
            *self.flows.routes(),
        ]

    def error(self, fault: Fault, request: Request) -> Response:
        """Return the vendor's answer: an empty account is a 401, like a wrong key."""
        match fault:
            case "rate_limited":
                words = "You have exceeded the number of concurrent requests that your plan allows."
                return problem(429, "too_many_concurrent_requests", words, {"retry-after": "1"})
            case "quota":
                words = "This request exceeds your quota. You have 3 credits remaining, while 60 credits are required."
                return problem(401, "quota_exceeded", words)
            case "auth":
                return problem(401, "invalid_api_key", f"Invalid API key: {request.headers.get('xi-api-key')}")
            case "unavailable":
                return Response("upstream connect error or disconnect", 503, media_type="text/plain")
            case "refused" if request.url.path.rpartition("/")[2] in ("image", "video"):
                return self.flows.moderated(request)
            case "refused":
                words = "Your prompt appears to have violated our Terms of Service. Please try a different prompt."
                return problem(400, "bad_prompt", words)
            case _:
                return problem(500, "internal_server_error", "Something went wrong on our side.")

    def spoil_queued(self, fault: Fault, right: Response) -> None:
        """Make a generation slow or unknown."""
        self.flows.spoil(fault, right)

    async def speech(self, request: Request) -> Response:
        """Answer text-to-speech/{voice}/with-timestamps."""
        return await self._spoken(request, streamed=False)

    async def streamed_speech(self, request: Request) -> Response:
        """Answer text-to-speech/{voice}/stream/with-timestamps: one JSON object a line."""
        return await self._spoken(request, streamed=True)

    async def _spoken(self, request: Request, *, streamed: bool) -> Response:
        body, voice = await request.json(), request.path_params["voice"]
        model = body.get("model_id", "eleven_multilingual_v2")
        if refusal := self._unfit(request, body, voice, model):
            return refusal

        async def answer() -> Response:
            item = utterance(body, voice, self.history)
            self.history.append(item)
            headers = {
                "request-id": item["request_id"],
                "history-item-id": item["history_item_id"],
                "character-cost": str(len(body["text"])),
            }
            each = _STREAMED_WORDS if streamed else None
            parts = parts_of(item, each, times_begin_anew=self.times_begin_anew)
            content = b"".join(json.dumps(part).encode() + b"\n" for part in parts)
            return Response(content, media_type="application/json", headers=headers)

        price = len(body["text"]) / 1000 * _USD_PER_1000_CHARS[model]
        return await self.paid(request, "speech", price, answer)

    def _unfit(self, request: Request, body: Any, voice: str, model: str) -> Response | None:
        if refusal := unauthorized(request):
            return refusal
        if not isinstance(body.get("text"), str) or not body["text"]:
            return invalid("text", "Field required")
        if voice not in self.voices:
            return problem(404, "voice_not_found", f"A voice with the voice_id {voice} was not found.")
        if model not in _MOST_CHARS:
            return problem(400, "model_not_found", f"A model with model ID {model} does not exist.")
        if len(body["text"]) > _MOST_CHARS[model]:
            words = f"This request's text has {len(body['text'])} characters and exceeds {_MOST_CHARS[model]}."
            return problem(400, "max_character_limit_exceeded", words)
        speed = (body.get("voice_settings") or {}).get("speed") or 1.0
        if not 0.7 <= speed <= 1.2:
            return problem(400, "invalid_voice_settings", "Invalid setting for speed, it must be between 0.7 and 1.2.")
        return None

    async def effect(self, request: Request) -> Response:
        """Answer sound-generation."""
        body = await request.json()
        seconds = body.get("duration_seconds") or 2.0
        if refusal := unauthorized(request) or (None if body.get("text") else invalid("text", "Field required")):
            return refusal
        if not 0.5 <= seconds <= 30:
            return problem(400, "invalid_duration", "Duration must be between 0.5 and 30 seconds.")

        async def answer() -> Response:
            cost = str(round(_EFFECT_CREDITS_PER_S * seconds))
            return _sound(body, seconds, {"character-cost": cost})

        return await self.paid(request, "sound", 0.0, answer)

    async def music(self, request: Request) -> Response:
        """Answer music."""
        body = await request.json()
        milliseconds = body.get("music_length_ms") or 10_000
        if refusal := unauthorized(request) or (None if body.get("prompt") else invalid("prompt", "Field required")):
            return refusal
        if not 3000 <= milliseconds <= 600_000:
            return invalid("music_length_ms", "Input should be between 3000 and 600000")

        async def answer() -> Response:
            return _sound(body, milliseconds / 1000, {"song-id": "song0000000000000001"})

        return await self.paid(request, "sound", 0.0, answer)

    async def alignment(self, request: Request) -> Response:
        """Answer forced-alignment, whose form must hold a sound and its text."""
        if refusal := unauthorized(request):
            return refusal
        form = await form_of(request)
        for field in ("file", "text"):
            if not form.get(field):
                return invalid(field, "Field required")
        data, text = form["file"][0], form["text"][0].decode()
        if not str(media_type_of(data)).startswith("audio/"):
            return problem(400, "invalid_audio", "The file is no audio that can be read.")

        async def answer() -> Response:
            sound = wav_from_sound(data, self.name)
            duration_s = (len(sound) - _WAV_HEAD_BYTES) / int.from_bytes(sound[28:32], "little")
            return JSONResponse(aligned(text, duration_s), headers={"request-id": "alignment-1"})

        return await self.paid(request, "align", 0.0, answer)

    async def add_voice(self, request: Request) -> Response:
        """Answer voices/add, whose form must hold a name and files."""
        if refusal := unauthorized(request):
            return refusal
        form = await form_of(request)
        for field in ("name", "files"):
            if not any(form.get(field, [])):
                return invalid(field, "Field required")
        name, description = (b"".join(form.get(field, [])).decode() for field in ("name", "description"))
        voice_id = hashlib.sha256(name.encode() + b"".join(form["files"])).hexdigest()[:20]
        self.voices[voice_id] = _voice(voice_id, name, "cloned", description)
        return JSONResponse({"voice_id": voice_id, "requires_verification": self.verifies_voices})

    async def list_voices(self, request: Request) -> Response:
        """Answer v2/voices: the first page has a default voice that comes again in its place."""
        if refusal := unauthorized(request):
            return refusal
        listed = list(self.voices.values())
        start = int(request.query_params.get("next_page_token", 0))
        end = start + min(int(request.query_params.get("page_size", 10)), _LARGEST_PAGE)
        page = listed[start:end] + ([listed[-1]] if start == 0 else [])
        more = end < len(listed)
        token = str(end) if more else None
        return JSONResponse({"voices": page, "has_more": more, "total_count": len(listed), "next_page_token": token})

    async def list_models(self, request: Request) -> Response:
        """Answer models."""
        return unauthorized(request) or JSONResponse([_model(name, most) for name, most in _MOST_CHARS.items()])

    async def list_history(self, request: Request) -> Response:
        """Answer history: the newest first, filtered by voice, model and time."""
        if refusal := unauthorized(request):
            return refusal
        asked = request.query_params
        found = [
            {name: value for name, value in item.items() if name != "pcm"}
            for item in reversed(self.history)
            if asked.get("voice_id") in (None, item["voice_id"])
            and asked.get("model_id") in (None, item["model_id"])
            and item["date_unix"] >= int(asked.get("date_after_unix", 0))
        ]
        ids = [item["history_item_id"] for item in found]
        after = asked.get("start_after_history_item_id")
        start = ids.index(after) + 1 if after in ids else 0
        page = found[start : start + min(int(asked.get("page_size", 100)), _LARGEST_PAGE)]
        more = start + len(page) < len(found)
        last = page[-1]["history_item_id"] if page else None
        return JSONResponse({"history": page, "has_more": more, "last_history_item_id": last})

    async def history_audio(self, request: Request) -> Response:
        """Answer history/{item}/audio, which is MP3 whatever was asked for."""
        if refusal := unauthorized(request):
            return refusal
        found = [item for item in self.history if item["history_item_id"] == request.path_params["item"]]
        if not found:
            return problem(404, "history_item_not_found", "There is no such history item.")
        return Response(mp3(found[0]["pcm"], RATE_HZ), media_type="audio/mpeg")


def _sound(body: dict[str, Any], seconds: float, headers: dict[str, str]) -> Response:
    data = mp3(tone(json.dumps(body, sort_keys=True), seconds), 44_100)
    return Response(data, media_type="audio/mpeg", headers=headers | {"request-id": "sound-1"})


def _voice(voice_id: str, name: str, category: str, description: str = "") -> dict[str, Any]:
    return {
        "voice_id": voice_id,
        "name": name,
        "category": category,
        "description": description or f"{name}, as the vendor describes it",
        "labels": {"language": "en"},
        "available_for_tiers": [],
        "high_quality_base_model_ids": ["eleven_multilingual_v2"],
        "verified_languages": [{"language": "en", "model_id": "eleven_multilingual_v2"}],
    }


def _model(name: str, most_chars: int) -> dict[str, Any]:
    flags = ("can_be_finetuned", "can_do_voice_conversion", "can_use_style", "can_use_speaker_boost")
    more = ("serves_pro_voices", "requires_alpha_access")
    limits = ("max_characters_request_free_user", "max_characters_request_subscribed_user")
    return {
        "model_id": name,
        "name": name.replace("_", " ").title(),
        "description": "",
        "can_do_text_to_speech": True,
        "token_cost_factor": 1.0,
        "maximum_text_length_per_request": most_chars,
        "languages": [{"language_id": "en", "name": "English"}],
        "model_rates": {"character_cost_multiplier": 1.0},
        "concurrency_group": "standard",
        **dict.fromkeys((*flags, *more), False),
        **dict.fromkeys(limits, most_chars),
    }


__all__ = ["ElevenLabs"]
