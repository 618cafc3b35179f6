"""Google's errors and refusals in our words, by status, body and code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from media_factory.errors import (
    AuthenticationFailed,
    BadReply,
    ContentRefused,
    InvalidRequest,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)
from media_factory.providers.base import Ticket
from media_factory.providers.google import GeminiImages, OmniClips, VeoClips
from media_factory.providers.google.problems import of_operation, of_status
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Fault, Simulator, Vendor
from tests.providers.test_google import CLIP, IMAGE, ON_VERTEX, settings

RPC = "type.googleapis.com/google.rpc"
HELP = {"@type": f"{RPC}.Help", "links": [{"description": "quotas", "url": "https://ai.google.dev"}]}


def error(status: str, *details: dict[str, Any], words: str = "words") -> dict[str, Any]:
    return {"error": {"code": 0, "status": status, "message": words, "details": list(details)}}


def info(reason: str) -> dict[str, Any]:
    return {"@type": f"{RPC}.ErrorInfo", "reason": reason}


def quota(name: str, value: str = "10") -> dict[str, Any]:
    return {"@type": f"{RPC}.QuotaFailure", "violations": [{"quotaId": name, "quotaValue": value}]}


def delay(text: str) -> dict[str, Any]:
    return {"@type": f"{RPC}.RetryInfo", "retryDelay": text}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, error("INVALID_ARGUMENT", info("API_KEY_INVALID")), AuthenticationFailed),
        (400, error("INVALID_ARGUMENT"), InvalidRequest),
        (400, error("FAILED_PRECONDITION", words="Please enable billing on your project."), QuotaExhausted),
        (400, error("FAILED_PRECONDITION", words="The interaction is not in progress."), InvalidRequest),
        (401, error("UNAUTHENTICATED"), AuthenticationFailed),
        (403, error("PERMISSION_DENIED"), AuthenticationFailed),
        (403, error("PERMISSION_DENIED", info("BILLING_DISABLED")), QuotaExhausted),
        (404, error("NOT_FOUND"), InvalidRequest),
        (429, error("RESOURCE_EXHAUSTED"), RateLimited),
        (429, error("RESOURCE_EXHAUSTED", quota("GenerateRequestsPerMinutePerModel"), delay("3s")), RateLimited),
        (429, error("RESOURCE_EXHAUSTED", quota("GenerateRequestsPerDayPerModel"), delay("3s")), QuotaExhausted),
        (429, error("RESOURCE_EXHAUSTED", quota("GenerateRequestsPerMinutePerModel", "0")), QuotaExhausted),
        (429, error("RESOURCE_EXHAUSTED", HELP), QuotaExhausted),
        (429, error("RESOURCE_EXHAUSTED", HELP, delay("3s")), RateLimited),
        (429, [error("RESOURCE_EXHAUSTED", quota("PerDay"))], QuotaExhausted),
        (500, error("INTERNAL"), ProviderUnavailable),
        (503, "<html>busy</html>", ProviderUnavailable),
        (504, error("DEADLINE_EXCEEDED"), ProviderTimeout),
        (200, None, BadReply),
        (429, {"error": "no object"}, RateLimited),
        (429, {"error": {"details": "no list"}}, RateLimited),
        (429, {"error": {"details": [{"@type": f"{RPC}.QuotaFailure", "violations": 7}]}}, RateLimited),
    ],
)
def test_each_answer_ends_in_its_class_of_error(status: int, body: Any, kind: type[ProviderError]) -> None:
    assert type(of_status(status, body, {}, ())) is kind


@pytest.mark.parametrize(
    ("text", "seconds"), [("3s", 3.0), ("0.25s", 0.25), ("99999s", 3600.0), ("soon", None), ("-1s", None)]
)
def test_the_delay_that_google_names_is_kept_within_bounds(text: str, seconds: float | None) -> None:
    assert of_status(429, error("RESOURCE_EXHAUSTED", delay(text)), {}, ()).retry_after_s == seconds


def test_without_a_delay_in_the_body_the_header_counts() -> None:
    assert of_status(429, error("RESOURCE_EXHAUSTED"), {"Retry-After": "7"}, ()).retry_after_s == 7


def test_the_prompt_does_not_show_in_an_error() -> None:
    words = "The prompt 'a red fox in the snow at dawn' is too long; key AIzaSyA1234567890abcdefghijklmnopqrstuv"
    said = str(of_status(400, error("INVALID_ARGUMENT", words=words), {}, ("a red fox in the snow at dawn",)))
    assert "too long" in said
    assert "red fox" not in said
    assert "AIza" not in said


@pytest.mark.parametrize(
    ("code", "kind", "paid"),
    [
        (3, ContentRefused, "no"),
        (7, AuthenticationFailed, "no"),
        (8, BadReply, "no"),
        (13, BadReply, "unknown"),
        (None, BadReply, "unknown"),
    ],
)
def test_failed_operations_never_look_as_if_their_ticket_were_still_good(code: Any, kind: type, paid: str) -> None:
    problem = of_operation(code, "words")
    assert type(problem) is kind
    assert problem.paid == paid


class Odd(Vendor):
    """Answers everything with the same body."""

    name = "google"
    body: bytes = b""

    def routes(self) -> list[Route]:
        return [Route("/{path:path}", self.answer, methods=["GET", "POST"])]

    def error(self, fault: Fault, request: Request) -> Response:
        raise AssertionError("no faults here")

    async def answer(self, request: Request) -> Response:
        return Response(self.body, media_type="application/json")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(vendors=[Odd]) as running:
        yield running


@pytest.fixture
def odd(simulator: Simulator) -> Odd:
    vendor = simulator.vendors["google"]
    assert isinstance(vendor, Odd)
    return vendor


@pytest.fixture
def base_url(simulator: Simulator) -> str:
    return simulator.base_url("google")


Act = Callable[[str], Any]
TICKET = Ticket(provider="google", id="some-id")


async def draw(base_url: str) -> None:
    await GeminiImages(settings(base_url)).generate(IMAGE, CALL)


async def queue(base_url: str) -> None:
    await OmniClips(settings(base_url)).submit(CLIP, CALL)


async def poll(base_url: str) -> None:
    await OmniClips(settings(base_url)).poll(TICKET)


async def fetch(base_url: str) -> None:
    await OmniClips(settings(base_url)).fetch(TICKET)


async def fetch_veo(base_url: str) -> None:
    await VeoClips(settings(base_url, **ON_VERTEX)).fetch(Ticket(provider="google", id="p/models/v/operations/1"))


@pytest.mark.parametrize("act", [draw, queue, poll, fetch, fetch_veo])
@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"null",
        b'"words"',
        b"7",
        b"<html>",
        b"",
        b'{"candidates": 7}',
        b'{"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}}]}',
        b'{"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "!!"}}]}}]}',
        b'{"candidates": [{"finishReason": "NO_IMAGE"}]}',
        b'{"candidates": [{"finishReason": "SOMETHING_NEW"}]}',
        b'{"id": 7, "status": "completed"}',
        b'{"id": "a/b c", "status": "completed"}',
        b'{"id": "x", "status": "SOMETHING_NEW"}',
        b'{"status": "completed", "steps": [{"type": "model_output", "content": [{"type": "video"}]}]}',
        b'{"status": "completed", "steps": [{"type": "model_output", "content": [{"type": "video", "uri": "x"}]}]}',
        b'{"status": "completed", "steps": [{"type": "model_output", "content": [{"type": "video", "data": "AAAA"}]}]}',
        b'{"status": "completed", "steps": [{"type": "brand_new"}]}',
        b'{"name": "p/models/v/operations/1", "done": true}',
        b'{"name": "p/models/v/operations/1", "done": true, "response": {"videos": [{"bytesBase64Encoded": "AAAA"}]}}',
        b'{"name": 7, "done": true, "response": {"videos": 7}}',
    ],
)
async def test_an_answer_of_any_other_shape_is_a_bad_reply(act: Act, body: bytes, odd: Odd, base_url: str) -> None:
    odd.body = body
    if (act is queue and b'"id": "x"' in body) or (act is poll and b'"completed"' in body):
        return  # Nothing is wrong with that part of it.
    with pytest.raises(BadReply):
        await act(base_url)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"candidates": [{"finishReason": "IMAGE_SAFETY"}]}', ContentRefused),
        (b'{"candidates": [{"finishReason": "PROHIBITED_CONTENT"}]}', ContentRefused),
        (b'{"candidates": [{"finishReason": "RECITATION", "finishMessage": "x"}]}', ContentRefused),
        (b'{"promptFeedback": {"blockReason": "OTHER"}}', ContentRefused),
        (b'{"candidates": [{"finishReason": "PUP_LIMITED_DISABLED"}]}', AuthenticationFailed),
    ],
)
async def test_refusals_come_in_good_answers(body: bytes, kind: type[ProviderError], odd: Odd, base_url: str) -> None:
    odd.body = body
    with pytest.raises(kind):
        await draw(base_url)
