"""Google's errors as it sends them: a code, a status, words, and details that machines read."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from media_factory.testing.simulator.faults import Fault

_RPC = "type.googleapis.com/google.rpc"
_QUOTA_WORDS = "You exceeded your current quota, please check your plan and billing details."
# A blocked prompt is a good answer without candidates.
REFUSED_PROMPT: dict[str, Any] = {
    "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
    "usageMetadata": {"promptTokenCount": 12, "totalTokenCount": 12},
    "modelVersion": "gemini-nano-banana-2.1",
    "responseId": "response-refused",
}


def answer(code: int, status: str, words: str, *details: dict[str, Any]) -> JSONResponse:
    """Return an error."""
    body: dict[str, Any] = {"code": code, "message": words, "status": status}
    return JSONResponse({"error": body | ({"details": list(details)} if details else {})}, status_code=code)


def key_problem(request: Request) -> JSONResponse | None:
    """Return the answer to a request that says not who asks, or None if it does."""
    if request.headers.get("x-goog-api-key") or request.headers.get("authorization", "").startswith("Bearer "):
        return None
    words = "Method doesn't allow unregistered callers (callers without established identity)."
    return answer(403, "PERMISSION_DENIED", words)


def of_fault(fault: Fault) -> JSONResponse:
    """Return the answer for a fault."""
    match fault:
        case "rate_limited":
            delay = {"@type": f"{_RPC}.RetryInfo", "retryDelay": "0.2s"}
            return answer(429, "RESOURCE_EXHAUSTED", _QUOTA_WORDS, _exceeded("PerMinute"), delay)
        case "quota":
            return answer(429, "RESOURCE_EXHAUSTED", _QUOTA_WORDS, _exceeded("PerDay"))
        case "auth":
            info = {"@type": f"{_RPC}.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
            return answer(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", info)
        case "unavailable":
            return answer(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
        case _:
            return answer(500, "INTERNAL", "An internal error has occurred. Please retry.")


def _exceeded(span: str) -> dict[str, Any]:
    metric = "generativelanguage.googleapis.com/generate_requests_per_model"
    quota = {"quotaMetric": metric, "quotaId": f"GenerateRequests{span}PerProjectPerModel", "quotaValue": "100"}
    return {"@type": f"{_RPC}.QuotaFailure", "violations": [quota]}


__all__ = ["REFUSED_PROMPT", "answer", "key_problem", "of_fault"]
