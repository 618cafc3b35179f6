"""Runway's answers of every shape: how tasks end, what was paid, and what is no answer at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media_factory.errors import (
    AuthenticationFailed,
    BadReply,
    ContentRefused,
    InvalidRequest,
    ProviderError,
    ProviderUnavailable,
)
from media_factory.providers.base import Ticket
from media_factory.providers.runway import RunwayImages
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Fault, Simulator, Vendor
from tests.providers.test_runway import IMAGE, settings

TASK = "17f20503-6c24-4c16-946b-35dbbce2af2f"
TICKET = Ticket(provider="runway", id=TASK)


class Odd(Vendor):
    """Answers everything with the same body and status."""

    name = "runway"
    body: Any = None
    status = 200

    def routes(self) -> list[Route]:
        return [Route("/{path:path}", self.answer, methods=["GET", "POST", "DELETE"])]

    def error(self, fault: Fault, request: Request) -> Response:
        raise AssertionError("no faults here")

    async def answer(self, request: Request) -> Response:
        return JSONResponse(self.body, self.status)


@pytest.fixture(scope="module")
def odd() -> Iterator[Simulator]:
    with Simulator(vendors=[Odd]) as running:
        yield running


def answering(odd: Simulator, body: Any, status: int = 200) -> RunwayImages:
    vendor = odd.vendors["runway"]
    assert isinstance(vendor, Odd)
    vendor.body, vendor.status = body, status
    return RunwayImages(settings(odd.base_url("runway")))


def task(status: str, **more: Any) -> dict[str, Any]:
    return {"id": TASK, "status": status, "createdAt": "2026-11-20T10:00:00.000Z", **more}


@pytest.mark.parametrize(
    ("body", "kind", "paid"),
    [
        (task("FAILED", failure="no", failureCode="SAFETY.INPUT.TEXT", cost={"credits": 0}), ContentRefused, "no"),
        (task("FAILED", failure="no", failureCode="SAFETY.OUTPUT.VIDEO", cost={"credits": 5}), ContentRefused, "yes"),
        (task("FAILED", failure="x", failureCode="INTERNAL.BAD_OUTPUT.CODE01", cost={"credits": 0}), BadReply, "no"),
        (task("FAILED", failure="x", failureCode="INTERNAL", cost={"credits": 5}), BadReply, "yes"),
        (task("FAILED", failure="x"), BadReply, "unknown"),
        (task("CANCELLED", cost={"credits": 0}), BadReply, "no"),
        (task("BOGUS"), BadReply, "unknown"),
        ({"totally": "wrong"}, BadReply, "unknown"),
        # Vendors charge for those too, and nothing here says otherwise.
        ([], BadReply, "yes"),
        (None, BadReply, "yes"),
        ("words", BadReply, "yes"),
    ],
)
async def test_each_end_of_a_task_has_its_error_and_says_what_was_paid(
    odd: Simulator, body: Any, kind: type[ProviderError], paid: str
) -> None:
    provider = answering(odd, body)
    for asking in (provider.poll, provider.fetch):
        with pytest.raises(ProviderError) as caught:
            await asking(TICKET)
        assert type(caught.value) is kind
        assert caught.value.paid == paid


@pytest.mark.parametrize(
    "body", [{}, [], None, "words", {"id": 7}, {"id": "../organization"}, {"estimatedCost": {"credits": 5}}]
)
async def test_a_task_without_an_id_is_a_bad_reply(odd: Simulator, body: Any) -> None:
    with pytest.raises(BadReply, match="without an id"):
        await answering(odd, body).submit(IMAGE, CALL)


@pytest.mark.parametrize(
    "output",
    [
        None,
        [],
        [7],
        "https://example.org/x.png",
        ["http://example.org/x.png"],
        ["https://127.0.0.1/x.png"],
        ["file:///etc/passwd"],
        ["https://[64:ff9b::a9fe:a9fe]/x.png"],
        ["https://user:pass@example.org/x.png"],
    ],
)
async def test_a_file_is_only_read_from_public_hosts(odd: Simulator, output: Any) -> None:
    with pytest.raises(BadReply):
        await answering(odd, task("SUCCEEDED", output=output, cost={"credits": 5})).fetch(TICKET)


@pytest.mark.parametrize("progress", [0.4, None, "half", 7])
async def test_progress_is_a_share_or_nothing(odd: Simulator, progress: Any) -> None:
    found = await answering(odd, task("RUNNING", progress=progress)).poll(TICKET)
    assert (found.done, found.fraction) == (False, progress if progress == 0.4 else None)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, AuthenticationFailed), (404, InvalidRequest), (502, ProviderUnavailable)]
)
async def test_an_answer_that_is_none_leaves_its_status(
    odd: Simulator, status: int, kind: Callable[..., ProviderError]
) -> None:
    with pytest.raises(ProviderError) as caught:
        await answering(odd, {"error": "words"}, status).poll(TICKET)
    assert type(caught.value) is kind


async def test_cancelling_what_is_unknown_is_no_error(odd: Simulator) -> None:
    await answering(odd, {"error": "Task not found"}, 404).cancel(TICKET)
