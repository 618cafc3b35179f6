"""Runway, simulated: tasks that are throttled, run and succeed, and files behind addresses that expire."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media_factory.testing.simulator.faults import Fault
from media_factory.testing.simulator.media import clip, picture
from media_factory.testing.simulator.queued import Queue, Work
from media_factory.testing.simulator.vendor import Vendor

_VERSION = "2024-11-06"
_CREDITS_PER_S = {"gen4.5": 12, "gen4_turbo": 5, "veo3.1": 20, "veo3.1_fast": 10}
_USD_PER_CREDIT = 0.01
_LONGEST_PROMPT = 1000
_DOCS = "https://docs.dev.runwayml.com/api"
_CREATED = "2026-11-20T10:00:00.000Z"
_MODELS = {
    "/v1/text_to_image": ("gen4_image",),
    "/v1/image_to_video": tuple(_CREDITS_PER_S),
    "/v1/text_to_video": ("gen4.5", "veo3.1", "veo3.1_fast"),
}


class Runway(Vendor):
    """Runway's API; an address of a file is good for `url_life_s` seconds."""

    name = "runway"
    url_life_s = 3600.0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.queue = Queue()
        self._addresses: dict[str, tuple[str, float]] = {}

    def routes(self) -> list[Route]:
        return [
            *(Route(path, self.create, methods=["POST"]) for path in _MODELS),
            Route("/v1/tasks/{id}", self.task),
            Route("/v1/tasks/{id}", self.delete, methods=["DELETE"]),
            Route("/v1/organization", self.organization),
            Route("/files/{id}", self.file),
        ]

    def error(self, fault: Fault, request: Request) -> Response:
        match fault:
            case "rate_limited":
                words = {"error": "You have exceeded the rate limit for this endpoint."}
                return JSONResponse(words, 429, {"Retry-After": "0.2"})
            case "quota":
                return _problem(400, "You do not have enough credits to run this task.")
            case "auth":
                return _problem(401, "Unauthorized")
            case "refused":
                return _queued(self.queue.add(Work({}, "SAFETY.INPUT.TEXT")), 0)
            case "unavailable":
                return _problem(503, "Service temporarily unavailable")
            case _:
                # 500 is none of the statuses that Runway says to try again.
                return _problem(500, "Internal server error")

    def spoil_queued(self, fault: Fault, right: Response) -> None:
        self.queue.spoil(json.loads(bytes(right.body))["id"], fault)

    async def create(self, request: Request) -> Response:
        if problem := _key_problem(request):
            return problem
        path = request.url.path.removeprefix(request.scope["root_path"])
        body = await request.json()
        if issue := _issue(path, body):
            return _problem(400, "Validation of body failed", [issue])
        price = _price(body)

        async def answer() -> Response:
            return _queued(self.queue.add(Work(body)), price)

        kind = "image" if path.endswith("image") else "clip"
        return await self.paid(request, kind, price * _USD_PER_CREDIT, answer)

    async def task(self, request: Request) -> Response:
        work = self.queue.polled(request.path_params["id"])
        if problem := _key_problem(request):
            return problem
        if work is None:
            return _problem(404, "Task not found")
        facts: dict[str, Any] = {"id": work.id, "createdAt": _CREATED}
        price = _price(work.asked)
        if not work.done:
            estimate = {"estimatedCost": {"credits": price}}
            running = {"status": "RUNNING", "progress": 0.5} if work.began else {"status": "THROTTLED"}
            return JSONResponse(facts | running | estimate)
        if work.failure:
            words = "An input did not pass our safety checks."
            failed = {"status": "FAILED", "failure": words, "failureCode": work.failure, "cost": {"credits": 0}}
            return JSONResponse(facts | failed)
        output = [self._address(request, work)]
        return JSONResponse(facts | {"status": "SUCCEEDED", "output": output, "cost": {"credits": price}})

    async def delete(self, request: Request) -> Response:
        name = request.path_params["id"]
        if name in self.queue and not self.queue[name].done:
            self.billing.call_off(self.name)
        known = self.queue.drop(name)
        return Response(status_code=204) if known else _problem(404, "Task not found")

    async def organization(self, request: Request) -> Response:
        limits = {"maxConcurrentGenerations": 2, "maxDailyGenerations": 200}
        tier = {"maxMonthlyCreditSpend": 10_000, "models": {"gen4.5": limits}}
        return _key_problem(request) or JSONResponse(
            {"tier": tier, "creditBalance": 5000, "usage": {"models": {"gen4.5": {"dailyGenerations": 0}}}}
        )

    async def file(self, request: Request) -> Response:
        name, until = self._addresses.get(request.query_params.get("_jwt", ""), ("", 0.0))
        if name != request.path_params["id"] or time.monotonic() > until or name not in self.queue:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
        asked = self.queue[name].asked
        width_px, height_px = (int(side) for side in asked["ratio"].split(":"))
        content = json.dumps(asked, sort_keys=True)
        if "duration" not in asked:
            return Response(picture(content, width_px, height_px), media_type="image/png")
        film = await asyncio.to_thread(clip, content, width_px, height_px, asked["duration"])
        return Response(film, media_type="video/mp4")

    def _address(self, request: Request, work: Work) -> str:
        token = secrets.token_hex(8)
        self._addresses[token] = (work.id, time.monotonic() + self.url_life_s)
        return f"{str(request.url).partition('/v1/')[0]}/files/{work.id}?_jwt={token}"


def _queued(work: Work, price: int) -> JSONResponse:
    return JSONResponse({"id": work.id, "estimatedCost": {"credits": price}})


def _problem(status: int, words: str, issues: list[dict[str, Any]] | None = None) -> JSONResponse:
    return JSONResponse({"error": words} | ({"issues": issues, "docUrl": _DOCS} if issues else {}), status)


def _key_problem(request: Request) -> Response | None:
    if not request.headers.get("authorization", "").startswith("Bearer "):
        return _problem(401, "Unauthorized")
    if request.headers.get("x-runway-version") != _VERSION:
        return _problem(400, "The X-Runway-Version header is missing or unknown")
    return None


def _issue(path: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the first field that the API does not take."""
    wanted = ["model", "ratio", "promptText"] + ["promptImage"] * (path == "/v1/image_to_video")
    for name in wanted:
        if not body.get(name):
            return {"code": "invalid_type", "path": [name], "message": "Required"}
    if body["model"] not in _MODELS[path]:
        return {"code": "invalid_union", "path": ["model"], "message": "No such model for this endpoint"}
    if len(body["promptText"]) > _LONGEST_PROMPT:
        return {
            "code": "too_big",
            "path": ["promptText"],
            "message": "Too big: expected string to have <=1000 characters",
        }
    return None


def _price(body: dict[str, Any]) -> int:
    """Return what a task costs, in credits."""
    if "duration" in body:
        return int(_CREDITS_PER_S[body["model"]] * body["duration"])
    return 5 if min(int(side) for side in body.get("ratio", "0:0").split(":")) <= 720 else 8


__all__ = ["Runway"]
