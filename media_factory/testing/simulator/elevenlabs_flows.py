"""ElevenLabs' flows as they answer: generations that are pending, being made, and completed under a signed address."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media_factory.testing.simulator.elevenlabs_errors import invalid, problem, unauthorized
from media_factory.testing.simulator.faults import Fault
from media_factory.testing.simulator.media import clip, picture
from media_factory.testing.simulator.queued import Queue, Work
from media_factory.testing.simulator.vendor import Vendor

KINDS = ("image", "video")
# Pending, being made, completed.
_POLLS = 3
_RATE = 8
_SIGNED_WITH = b"a key of the vendor's storage"
_SIDES_PX = {"512": 512, "1K": 1024, "2K": 2048, "3K": 3072, "4K": 4096}
_LINES = {"480p": 480, "720p": 720, "1080p": 1080, "4k": 2160, "4K": 2160}


class Flows:
    """The queues of a simulated account: `image` and `video`.

    Args:
        vendor: whose billing and faults it has.
    """

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self.queues = {kind: Queue() for kind in KINDS}
        self.url_lifetime_s = 3600.0

    def routes(self) -> list[Route]:
        """Return the paths of flows, and of the files that they make."""
        made = [Route("/files/{kind}/{generation}", self.file)]
        for kind in KINDS:
            made.append(Route(f"/v1/flows/{kind}", self.create, methods=["POST"], name=kind))
            made.append(Route(f"/v1/flows/{kind}/{{generation}}", self.state, name=f"{kind}-state"))
        return made

    async def create(self, request: Request) -> Response:
        """Queue a generation."""
        if refusal := unauthorized(request):
            return refusal
        body = await request.json()
        for field in ("model_id", "prompt"):
            if not body.get(field):
                return invalid(field, "Field required")
        kind = request.url.path.rpartition("/")[2]

        async def answer() -> Response:
            return self._queued(kind, Work(body, polls=_POLLS))

        return await self._vendor.paid(request, kind, 0.0, answer)

    def moderated(self, request: Request) -> Response:
        """Queue a generation that the vendor will not make: it says so, and charges nothing, when it is asked for."""
        return self._queued(request.url.path.rpartition("/")[2], Work({}, failure="moderated", polls=_POLLS))

    def spoil(self, fault: Fault, right: Response) -> None:
        """Make a generation slow, or forget it."""
        for queue in self.queues.values():
            queue.spoil(json.loads(bytes(right.body))["id"], fault)

    async def state(self, request: Request) -> Response:
        """Say where a generation stands; each question brings it nearer to its end."""
        if refusal := unauthorized(request):
            return refusal
        kind, made = request.url.path.split("/")[-2], request.path_params["generation"]
        work = self.queues[kind].polled(made)
        if work is None:
            return problem(404, "generation_not_found", "Generation not found.")
        if not work.done:
            status = "generating" if work.polls < _POLLS - 1 else "pending"
            return JSONResponse({"id": made, "status": status}, headers={"retry-after": "3"})
        if work.failure:
            words = f"The model could not make {work.asked.get('prompt', 'this')}."
            return JSONResponse(
                {"id": made, "status": "failed", "failure_reason": work.failure, "error_message": words}
            )
        mime = "image/png" if kind == "image" else "video/mp4"
        url = self._signed(f"{str(request.url).partition('/v1/')[0]}/files/{kind}/{made}")
        return JSONResponse({"id": made, "status": "completed", "content_url": url, "content_mime_type": mime})

    async def file(self, request: Request) -> Response:
        """Give out a file for as long as its address is good."""
        kind, made = request.path_params["kind"], request.path_params["generation"]
        expires, signature = (request.query_params.get(name, "") for name in ("expires", "signature"))
        signed = hmac.compare_digest(signature, _signature(str(request.url).partition("?")[0], expires))
        if not signed or int(expires) < time.time():
            return Response("<Error><Code>ExpiredToken</Code></Error>", 403, media_type="application/xml")
        asked = self.queues[kind][made].asked
        seed = f"{asked['prompt']} {asked.get('seed')}"
        if kind == "image":
            return Response(picture(seed, *_picture_size(asked)), media_type="image/png")
        data = clip(seed, *_clip_size(asked), asked.get("duration_secs", 5), _RATE)
        return Response(data, media_type="video/mp4")

    def _queued(self, kind: str, work: Work) -> Response:
        made = self.queues[kind].add(work).id
        return JSONResponse({"id": made, "status": "pending"}, headers={"retry-after": "3"})

    def _signed(self, url: str) -> str:
        expires = f"{time.time() + self.url_lifetime_s:.0f}"
        return f"{url}?expires={expires}&signature={_signature(url, expires)}"


def _signature(url: str, expires: str) -> str:
    return hmac.new(_SIGNED_WITH, f"{url} {expires}".encode(), hashlib.sha256).hexdigest()


def _ratio(asked: dict[str, Any]) -> float:
    aspect = asked.get("aspect_ratio", "16:9")
    wide, high = (16, 9) if aspect == "auto" else map(int, aspect.split(":"))
    return wide / high


def _picture_size(asked: dict[str, Any]) -> tuple[int, int]:
    side, ratio = _SIDES_PX[asked.get("resolution", "1K")], _ratio(asked)
    return round(side * math.sqrt(ratio) / 16) * 16, round(side / math.sqrt(ratio) / 16) * 16


def _clip_size(asked: dict[str, Any]) -> tuple[int, int]:
    shorter, ratio = _LINES[asked.get("resolution", "720p")], _ratio(asked)
    longer = round(shorter * max(ratio, 1 / ratio) / 2) * 2
    return (longer, shorter) if ratio >= 1 else (shorter, longer)


__all__ = ["KINDS", "Flows"]
