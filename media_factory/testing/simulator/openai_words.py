"""What OpenAI says when it does not do what it was asked, in its own words."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media_factory.testing.simulator.faults import Fault


def fault_answer(fault: Fault, request: Request) -> Response:
    """Return OpenAI's answer for a fault."""
    match fault:
        case "rate_limited":
            said = problem(
                429, "Rate limit reached for requests. Please try again in 50ms.", "requests", "rate_limit_exceeded"
            )
            said.headers.update({"retry-after-ms": "50", "retry-after": "1"})
            return said
        case "quota":
            words = "You exceeded your current quota, please check your plan and billing details."
            return problem(429, words, "insufficient_quota", "insufficient_quota")
        case "auth":
            return wrong_key(request)
        case "refused":
            if request.url.path.endswith("/images/generations"):
                words = "Your request was rejected by the safety system. safety_violations=[violence]."
                return problem(400, words, "image_generation_user_error", "moderation_blocked")
            words = "Invalid prompt: your prompt was flagged as potentially violating our usage policy."
            return problem(400, words, "invalid_request_error", "invalid_prompt")
        case "unavailable":
            return problem(503, "The server is overloaded or not ready yet.", "server_error", None)
        case _:
            words = "The server had an error while processing your request. Sorry about that!"
            return problem(500, words, "server_error", None)


def wrong_key(request: Request) -> Response:
    """Return the answer to a key that is missing or wrong."""
    # The vendor masks the middle of the key; servers that speak its API have shown it whole.
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    words = (
        f"Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com/account/api-keys."
    )
    return problem(401, words, "invalid_request_error", "invalid_api_key")


def invalid(words: str, param: str | None) -> Response:
    """Return the answer to a request with a field that does not fit."""
    return problem(400, words, "invalid_request_error", "invalid_value", param)


def problem(status: int, words: str, kind: str, code: str | None, param: str | None = None) -> Response:
    """Return an error as OpenAI writes them."""
    body = {"error": {"message": words, "type": kind, "param": param, "code": code}}
    return JSONResponse(body, status, headers=headers())


def answered(body: dict[str, Any]) -> Response:
    """Return a right answer."""
    return JSONResponse(body, headers=headers())


def headers() -> dict[str, str]:
    """Return the headers of every answer."""
    return {"x-request-id": f"req_{uuid.uuid4().hex}", "openai-processing-ms": "7", "openai-version": "2020-10-01"}


__all__ = ["answered", "fault_answer", "headers", "invalid", "problem", "wrong_key"]
