"""Google, simulated: generateContent, the Interactions API with its files, and Veo's operations on Vertex."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media_factory.catalogue.entries import price_of
from media_factory.testing.simulator import google_errors as errors
from media_factory.testing.simulator.faults import Fault
from media_factory.testing.simulator.media import clip, picture, speech
from media_factory.testing.simulator.queued import Queue, Work
from media_factory.testing.simulator.vendor import Vendor

_SIZES = {"1:1": (1024, 1024), "16:9": (1376, 768), "9:16": (768, 1376), "3:4": (896, 1200), "4:3": (1200, 896)}
_TIERS = {"1K": 1, "2K": 2, "4K": 4}
_IMAGE_TOKENS = {"1K": 1120, "2K": 1680, "4K": 2520}
_WIDTHS = {"360p": 640, "720p": 1280, "1080p": 1920, "4k": 3840}
_CLIP_USD_PER_S = 0.1
_RATE_HZ = 24_000
_ASKED_CHARS = re.compile(r"at most (\d+) characters")
# What real answers name, wherever the API is asked: files are fetched by name, not by address.
_FILES = "https://generativelanguage.googleapis.com/v1/files"


class Google(Vendor):
    """Google's APIs; `keep_files` false makes finished files vanish, as they do after two days."""

    name = "google"
    keep_files = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.queue = Queue()

    def routes(self) -> list[Route]:
        return [
            Route("/v1/models", self.models),
            Route("/v1/models/{model}:generateContent", self.generate_content, methods=["POST"]),
            Route("/v1/interactions", self.create_interaction, methods=["POST"]),
            Route("/v1/interactions/{id}", self.interaction),
            Route("/v1/interactions/{id}/cancel", self.cancel_interaction, methods=["POST"]),
            Route("/v1/files/{id}:download", self.file),
            Route("/v1beta1/{parent:path}/models", self.models),
            Route("/v1beta1/{parent:path}/models/{model}:generateContent", self.generate_content, methods=["POST"]),
            Route("/v1beta1/{parent:path}/models/{model}:predictLongRunning", self.predict, methods=["POST"]),
            Route("/v1beta1/{parent:path}/models/{model}:fetchPredictOperation", self.operation, methods=["POST"]),
        ]

    def error(self, fault: Fault, request: Request) -> Response:
        if fault != "refused":
            return errors.of_fault(fault)
        if request.url.path.endswith("/interactions"):
            return JSONResponse(_interaction(self._queued({}, "https://ai.google.dev/errors#safety")))
        if request.url.path.endswith(":predictLongRunning"):
            return JSONResponse({"name": self._operation_name(request, self._queued({}, "3"))})
        return JSONResponse(errors.REFUSED_PROMPT)

    def spoil_queued(self, fault: Fault, right: Response) -> None:
        made = json.loads(bytes(right.body))
        self.queue.spoil(made.get("id") or made["name"].rpartition("/")[2], fault)

    async def models(self, request: Request) -> Response:
        return errors.key_problem(request) or JSONResponse(
            {"models": [{"name": "models/gemini-nano-banana-2.1", "displayName": "Nano Banana 2.1"}]}
        )

    async def generate_content(self, request: Request) -> Response:
        if problem := errors.key_problem(request):
            return problem
        body, model = await request.json(), request.path_params["model"]
        modality = next(iter(body.get("generationConfig", {}).get("responseModalities", ["TEXT"])))
        making = {"IMAGE": _picture, "AUDIO": _speech, "TEXT": _text}.get(modality)
        if making is None or not body.get("contents"):
            return errors.answer(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        parts, tokens = making(body)
        kind = {"IMAGE": "image", "AUDIO": "speech", "TEXT": "prompt"}[modality]
        usage = _usage(len(json.dumps(body["contents"])) // 4, tokens, modality)

        async def answer() -> Response:
            candidate = {"content": {"parts": parts, "role": "model"}, "finishReason": "STOP", "index": 0}
            return JSONResponse(
                {
                    "candidates": [candidate],
                    "usageMetadata": usage,
                    "modelVersion": model,
                    "responseId": f"response-{len(self.billing.charges)}",
                }
            )

        return await self.paid(request, kind, _price_usd(model, usage, modality), answer)

    async def create_interaction(self, request: Request) -> Response:
        if problem := errors.key_problem(request):
            return problem
        body = await request.json()
        wanted = body.get("response_format", {})
        if not body.get("input") or not body.get("background") or wanted.get("type") != "video":
            return errors.answer(400, "INVALID_ARGUMENT", "input, background and response_format are required here")

        async def answer() -> Response:
            return JSONResponse(_interaction(self._queued(body)))

        return await self.paid(request, "clip", _CLIP_USD_PER_S * _seconds(wanted), answer)

    async def interaction(self, request: Request) -> Response:
        if problem := errors.key_problem(request):
            return problem
        work = self.queue.polled(request.path_params["id"])
        if work is None:
            return errors.answer(404, "NOT_FOUND", "Interaction not found.")
        if work.done and not work.failure and not work.cancelled:
            return JSONResponse(_interaction(work) | await self._completed(work))
        return JSONResponse(_interaction(work))

    async def cancel_interaction(self, request: Request) -> Response:
        name = request.path_params["id"]
        if name not in self.queue:
            return errors.answer(404, "NOT_FOUND", "Interaction not found.")
        if self.queue[name].cancelled:
            return errors.answer(400, "FAILED_PRECONDITION", "The interaction is not in progress.")
        self.queue[name].cancelled = True
        self.billing.call_off(self.name)
        return JSONResponse(_interaction(self.queue[name]))

    async def file(self, request: Request) -> Response:
        name = request.path_params["id"].removeprefix("video")
        if problem := errors.key_problem(request):
            return problem
        if not self.keep_files or name not in self.queue or request.query_params.get("alt") != "media":
            return errors.answer(403, "PERMISSION_DENIED", f"You do not have permission to access the File {name}")
        return Response(await _film(self.queue[name].asked), media_type="video/mp4")

    async def predict(self, request: Request) -> Response:
        if problem := errors.key_problem(request):
            return problem
        body = await request.json()
        if not body.get("instances", [{}])[0].get("prompt"):
            return errors.answer(400, "INVALID_ARGUMENT", "instances[0].prompt is required")

        async def answer() -> Response:
            return JSONResponse({"name": self._operation_name(request, self._queued(body))})

        seconds = body.get("parameters", {}).get("durationSeconds", 8)
        return await self.paid(request, "clip", _CLIP_USD_PER_S * seconds, answer)

    async def operation(self, request: Request) -> Response:
        name = (await request.json())["operationName"]
        work = self.queue.polled(name.rpartition("/")[2])
        if work is None:
            return errors.answer(404, "NOT_FOUND", "The operation was not found.")
        if not work.done:
            return JSONResponse({"name": name})
        if work.failure:
            said = "The prompt could not be submitted: it might violate our usage guidelines."
            return JSONResponse({"name": name, "done": True, "error": {"code": int(work.failure), "message": said}})
        data = base64.b64encode(await _film(work.asked)).decode()
        answer = {"raiMediaFilteredCount": 0, "videos": [{"bytesBase64Encoded": data, "mimeType": "video/mp4"}]}
        return JSONResponse({"name": name, "done": True, "response": answer})

    async def _completed(self, work: Work) -> dict[str, Any]:
        video: dict[str, Any] = {"type": "video", "mime_type": "video/mp4"}
        if work.asked["response_format"].get("delivery") == "inline":
            video["data"] = base64.b64encode(await _film(work.asked)).decode()
        else:
            video["uri"] = f"{_FILES}/video{work.id}:download?alt=media"
        thought = {"type": "thought", "summary": [{"type": "text", "text": "Planning the shot."}]}
        return {"steps": [thought, {"type": "model_output", "content": [video]}]}

    def _queued(self, asked: dict[str, Any], failure: str | None = None) -> Work:
        return self.queue.add(Work(asked, failure, id=uuid.uuid4().hex))

    def _operation_name(self, request: Request, work: Work) -> str:
        parent, model = request.path_params["parent"], request.path_params["model"]
        return f"{parent}/models/{model}/operations/{work.id}"


def _interaction(work: Work) -> dict[str, Any]:
    status = "in_progress" if not work.done else "failed" if work.failure else "completed"
    state: dict[str, Any] = {"status": "cancelled" if work.cancelled else status}
    if state["status"] == "failed":
        state["errors"] = [{"code": work.failure, "message": "The response was blocked by our safety filters."}]
    times = {"created": "2026-11-20T10:00:00Z", "updated": "2026-11-20T10:00:05Z"}
    return {"id": work.id, "model": work.asked.get("model", "gemini-omni-1.2-flash")} | times | state


async def _film(asked: dict[str, Any]) -> bytes:
    wanted = asked.get("response_format") or asked["parameters"]
    tall = (wanted.get("aspect_ratio") or wanted.get("aspectRatio")) == "9:16"
    width_px = _WIDTHS[wanted["resolution"]]
    size = (width_px * 9 // 16, width_px) if tall else (width_px, width_px * 9 // 16)
    return await asyncio.to_thread(clip, json.dumps(asked, sort_keys=True), *size, _seconds(wanted))


def _seconds(wanted: dict[str, Any]) -> int:
    return int(str(wanted.get("duration") or wanted.get("durationSeconds") or 5).removesuffix("s"))


def _picture(body: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    shape = body["generationConfig"].get("imageConfig", {})
    width_px, height_px = _SIZES.get(shape.get("aspectRatio", "1:1"), _SIZES["1:1"])
    tier = shape.get("imageSize", "1K")
    data = picture(_words(body), width_px * _TIERS[tier], height_px * _TIERS[tier])
    draft = {"inlineData": {"mimeType": "image/png", "data": _base64(picture("draft", 64, 64))}, "thought": True}
    right = {"inlineData": {"mimeType": "image/png", "data": _base64(data)}}
    return [{"text": "Thinking about light.", "thought": True}, draft, {"text": "Here it is."}, right], _IMAGE_TOKENS[
        tier
    ]


def _speech(body: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    made = speech(_words(body), _RATE_HZ)
    sound = {"mimeType": f"audio/l16; rate={_RATE_HZ}; channels=1", "data": _base64(made.pcm)}
    return [{"inlineData": sound}], round(made.duration_s * 25)


def _text(body: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    told = "".join(part.get("text", "") for part in body.get("systemInstruction", {}).get("parts", []))
    most = _ASKED_CHARS.search(told)
    line = f"A quiet photograph of {_words(body)}"[: int(most[1]) - 1 if most else 200]
    return [{"text": f"{line.rstrip(' .')}\n"}], len(line) // 4


def _words(body: dict[str, Any]) -> str:
    return " ".join(part.get("text", "") for content in body["contents"] for part in content["parts"])


def _usage(read: int, written: int, modality: str) -> dict[str, Any]:
    return {
        "promptTokenCount": read,
        "candidatesTokenCount": written,
        "totalTokenCount": read + written,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": read}],
        "candidatesTokensDetails": [{"modality": modality, "tokenCount": written}],
    }


def _price_usd(model: str, usage: dict[str, Any], modality: str) -> float:
    kind = "image" if modality == "IMAGE" else None
    read = price_of(f"google:{model}", "million-tokens-in", usage["promptTokenCount"])
    written = price_of(f"google:{model}", "million-tokens-out", usage["candidatesTokenCount"], kind)
    return float(((read or 0) + (written or 0)) / 1_000_000)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


__all__ = ["Google"]
