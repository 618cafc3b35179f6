"""ElevenLabs' flows as they answer: generations that are pending, being made, and completed under a signed address."""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media_factory.testing.simulator.faults import Fault
from media_factory.testing.simulator.media import clip, picture

if TYPE_CHECKING:
    from media_factory.testing.simulator.vendor import Vendor

_SIGNED_WITH = b"a key of the vendor's storage"
_SLOW_POLLS = 40
_SIDES_PX = {"512": 512, "1K": 1024, "2K": 2048, "3K": 3072, "4K": 4096}
_LINES = {"480p": 480, "720p": 720, "1080p": 1080, "4k": 2160, "4K": 2160}


@dataclass
class Generation:
    """One of the queue; `polls` is how often it is still asked for before it is done."""

    id: str
    kind: str
    body: dict[str, Any]
    polls: int
    failure: str | None = None


class Flows:
    """The queue of a simulated account.

    Args:
        vendor: whose errors and billing it has.
    """

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self.polls = 2
        self.url_lifetime_s = 3600.0
        self.generations: dict[str, Generation] = {}

    def routes(self) -> list[Route]:
        """Return the paths of flows, and of the files that they make."""
        made: list[Route] = [Route("/files/{generation}", self.file)]
        for kind in ("image", "video"):
            made += [
                Route(f"/v1/flows/{kind}", self.create, methods=["POST"], name=kind),
                Route(f"/v1/flows/{kind}/{{generation}}", self.get, name=f"{kind}-state"),
            ]
        return made

    async def create(self, request: Request) -> Response:
        """Queue a generation."""
        from media_factory.testing.simulator.elevenlabs import invalid, unauthorized

        if refusal := unauthorized(request):
            return refusal
        body = await request.json()
        for field in ("model_id", "prompt"):
            if not body.get(field):
                return invalid(field, "Field required")
        kind = request.url.path.rpartition("/")[2]

        async def answer() -> Response:
            return self._queued(kind, body)

        return await self._vendor.paid(request, kind, 0.0, answer)

    def moderated(self, request: Request) -> Response:
        """Queue a generation that the vendor will not make: it says so, and charges nothing, when it is asked for."""
        return self._queued(request.url.path.rpartition("/")[2], {}, "moderated")

    def fail_next(self, generation: str, failure: str) -> None:
        """Make a queued generation fail for a reason."""
        self.generations[generation].failure = failure

    def spoil(self, fault: Fault, generation: str) -> None:
        """Make a generation slow, or forget it."""
        if fault == "lost_job":
            del self.generations[generation]
        else:
            self.generations[generation].polls += _SLOW_POLLS

    async def get(self, request: Request) -> Response:
        """Say where a generation stands; each question brings it nearer to its end."""
        from media_factory.testing.simulator.elevenlabs import problem, unauthorized

        if refusal := unauthorized(request):
            return refusal
        found = self.generations.get(request.path_params["generation"])
        if found is None or found.kind != request.url.path.split("/")[-2]:
            return problem(404, "generation_not_found", "Generation not found.")
        found.polls -= 1
        if found.polls > 0:
            status = "pending" if found.polls >= self.polls - 1 else "generating"
            return JSONResponse({"id": found.id, "status": status}, headers={"retry-after": "3"})
        if found.failure:
            words = "The request was rejected because of what it asks for."
            said = {"id": found.id, "status": "failed", "failure_reason": found.failure, "error_message": words}
            return JSONResponse(said)
        mime = "image/png" if found.kind == "image" else "video/mp4"
        url = self._signed(str(request.base_url), found.id)
        return JSONResponse(
            {"id": found.id, "status": "completed", "content_url": url, "content_mime_type": mime}
        )

    async def file(self, request: Request) -> Response:
        """Give out a file for as long as its address is good."""
        generation = request.path_params["generation"]
        expires = request.query_params.get("expires", "0")
        signature = request.query_params.get("signature", "")
        if float(expires) < time.time() or not hmac.compare_digest(signature, _signature(generation, expires)):
            return Response("<Error><Code>ExpiredToken</Code></Error>", 403, media_type="application/xml")
        found = self.generations[generation]
        seed = f"{found.body['prompt']} {found.body.get('seed')}"
        if found.kind == "image":
            return Response(picture(seed, *_picture_size(found.body)), media_type="image/png")
        seconds = found.body.get("duration_secs", 5)
        return Response(clip(seed, *_clip_size(found.body), seconds, 8), media_type="video/mp4")

    def _queued(self, kind: str, body: dict[str, Any], failure: str | None = None) -> Response:
        made = hashlib.sha256(f"{kind} {len(self.generations)}".encode()).hexdigest()[:20]
        self.generations[made] = Generation(made, kind, body, self.polls, failure)
        return JSONResponse({"id": made, "status": "pending"}, headers={"retry-after": "3"})

    def _signed(self, base_url: str, generation: str) -> str:
        expires = f"{time.time() + self.url_lifetime_s:.0f}"
        query = f"expires={expires}&signature={_signature(generation, expires)}"
        return f"{base_url.rstrip('/')}/files/{generation}?{query}"


def _signature(generation: str, expires: str) -> str:
    return hmac.new(_SIGNED_WITH, f"{generation} {expires}".encode(), hashlib.sha256).hexdigest()


def _ratio(body: dict[str, Any]) -> float:
    aspect = body.get("aspect_ratio", "16:9")
    wide, high = (16, 9) if aspect == "auto" else map(int, aspect.split(":"))
    return wide / high


def _picture_size(body: dict[str, Any]) -> tuple[int, int]:
    side, ratio = _SIDES_PX[body.get("resolution", "1K")], _ratio(body)
    return round(side * math.sqrt(ratio) / 16) * 16, round(side / math.sqrt(ratio) / 16) * 16


def _clip_size(body: dict[str, Any]) -> tuple[int, int]:
    shorter, ratio = _LINES[body.get("resolution", "720p")], _ratio(body)
    longer = round(shorter * max(ratio, 1 / ratio) / 2) * 2
    return (longer, shorter) if ratio >= 1 else (shorter, longer)


__all__ = ["Flows", "Generation"]
