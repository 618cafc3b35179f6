"""Vendor: what all simulated vendors share: a paid request's way through idempotency, faults and billing."""

from __future__ import annotations

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from media_factory.testing.simulator.billing import Billing, Charge
from media_factory.testing.simulator.faults import BEFORE_BILLING, JOB_FAULTS, Fault, Faults

Answer = Callable[[], Awaitable[Response]]
IDEMPOTENCY_HEADER = "idempotency-key"


class Cut(Response):
    """The connection is cut with no answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Cut it."""
        scope["state"]["cut"](scope["client"])


class Hang(Response):
    """No answer, for as long as the client waits."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait until the client goes."""
        while (await receive())["type"] != "http.disconnect":
            pass


class Truncated(Response):
    """The first half of an answer whose length was announced in full."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send half of it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": bytes(self.body)[: len(self.body) // 2], "more_body": True})
        scope["state"]["cut"](scope["client"])


class Vendor(ABC):
    """A vendor's API.

    Subclasses give `routes` and the vendor's own words for what goes wrong (`error`); endpoints that cost money answer
    through `paid`.
    """

    name: ClassVar[str]

    latency_s = 0.0

    def __init__(self, billing: Billing, faults: Faults, *, honours_keys: bool = False) -> None:
        self.billing = billing
        self.faults = faults
        self.honours_keys = honours_keys
        self._answered: dict[str, Response] = {}

    @abstractmethod
    def routes(self) -> list[Route]:
        """Return the paths that the vendor answers, below its base URL."""

    @abstractmethod
    def error(self, fault: Fault, request: Request) -> Response:
        """Return the vendor's own answer for a fault, with the status, headers and body that it really sends."""

    async def paid(self, request: Request, kind: str, price_usd: float, answer: Answer) -> Response:
        """Answer a request that costs money, or let go wrong what is its turn to.

        Args:
            request: what came.
            kind: what is made, such as "image".
            price_usd: what it costs.
            answer: makes the right answer.
        """
        sent = request.headers.get(IDEMPOTENCY_HEADER, "")
        key = sent if self.honours_keys else None
        if key and key in self._answered:
            self.billing.count(self.name, kind, "replayed", sent)
            return self._answered[key]
        fault = self.faults.next()
        self.billing.count(self.name, kind, fault or "ok", sent)
        await asyncio.sleep(self.latency_s / 2)
        if fault in BEFORE_BILLING:
            return Cut() if fault == "reset" else self.error(fault, request)
        right = await answer()
        content = hashlib.sha256(request.url.path.encode() + await request.body()).hexdigest()
        self.billing.charge(Charge(self.name, kind, content, price_usd, fault))
        if key:
            self._answered[key] = right
        await asyncio.sleep(self.latency_s / 2)
        if fault in JOB_FAULTS:
            self.spoil_queued(fault, right)
        if fault is None or fault in JOB_FAULTS:
            return right
        return self._spoilt(fault, right, request)

    def _spoilt(self, fault: Fault, right: Response, request: Request) -> Response:
        match fault:
            case "reset_after_billing":
                return Cut()
            case "hang":
                return Hang()
            case "truncated":
                return Truncated(right.body, right.status_code, dict(right.headers))
            case "wrong_content":
                return self.wrong(right)
            case _:
                return self.error(fault, request)

    def spoil_queued(self, fault: Fault, right: Response) -> None:  # noqa: B027 (only vendors that queue have any)
        """Make queued work, whose id the right answer holds, slow (`slow_job`) or unknown (`lost_job`) from now on."""

    def wrong(self, right: Response) -> Response:
        """Return an answer of the right type with something else in it."""
        media_type = right.headers.get("content-type", "application/json")
        body = b'{"totally": "wrong"}' if "json" in media_type else b"this is neither a picture nor a sound"
        return Response(body, media_type=media_type)


__all__ = ["IDEMPOTENCY_HEADER", "Answer", "Cut", "Hang", "Truncated", "Vendor"]
