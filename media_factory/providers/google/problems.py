"""Google's errors in our words: two families of exceptions, one JSON body, and refusals inside of good answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from media_factory.errors import (
    AuthenticationFailed,
    BadReply,
    ContentRefused,
    NotReached,
    ProviderError,
    QuotaExhausted,
    RateLimited,
)
from media_factory.providers.http import fell_over, reason, retry_after_s, status_error, transport_error

# google.genai.types.FinishReason and BlockedReason, by what they mean for us.
_REFUSALS = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "ESCALATION",
        "MODEL_ARMOR",
    }
)
_KEY_REASONS = frozenset({"API_KEY_INVALID", "API_KEY_EXPIRED", "ACCESS_TOKEN_EXPIRED", "CREDENTIALS_MISSING"})
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")
_LONGEST_WAIT_S = 3600.0
# google.rpc.Code, as operations and steps that failed name it.
_CANCELLED, _INVALID, _DENIED, _EXHAUSTED, _UNAUTHENTICATED = 1, 3, 7, 8, 16


def google_problem(problem: Exception, hidden: Iterable[str | None] = ()) -> ProviderError | None:
    """Return our error for one that google-genai or google-auth raised, or None if it is neither's.

    Args:
        problem: what was raised.
        hidden: texts that the message may not show.
    """
    module = type(problem).__module__
    if module.startswith("google.auth"):
        kind = type(problem).__name__
        if kind == "TransportError":
            return NotReached("google gives out no token: its sign-in can't be reached (TransportError)")
        return AuthenticationFailed(f"google takes none of the credentials here ({kind})")
    if module.startswith(("pydantic", "pydantic_core")) or fell_over(problem, "google.genai"):
        return BadReply("google sent an answer of another shape than its SDK knows")
    if not module.startswith("google.genai"):
        return None
    if type(problem).__name__ == "UnknownApiResponseError":
        return BadReply("google sent an answer that is no JSON")
    # `errors.APIError` has code and details; the Interactions client's own family has status_code and body.
    status = getattr(problem, "code", None) or getattr(problem, "status_code", None)
    if not isinstance(status, int):
        return transport_error("google", problem)
    body = getattr(problem, "details", None) or getattr(problem, "body", None)
    headers = getattr(getattr(problem, "response", None), "headers", None) or {}
    return of_status(status, body, headers, hidden)


def of_status(status: int, body: Any, headers: Mapping[str, str], hidden: Iterable[str | None]) -> ProviderError:
    """Return our error for an answer with an HTTP status, by its JSON body where that says more."""
    if status < 400:
        return BadReply("google sent an answer of another shape than its SDK knows")
    error = _error_in(body)
    said = reason(error.get("message"), *hidden)
    causes = {detail.get("reason") for detail in _details(error, "ErrorInfo")}
    if status == 400 and causes & _KEY_REASONS:
        return AuthenticationFailed(f"google does not take the key: {said}")
    # Where there is no free tier, only the words say so (ai.google.dev, troubleshooting).
    unpaid = error.get("status") == "FAILED_PRECONDITION" and "billing" in said.lower()
    if "BILLING_DISABLED" in causes or unpaid:
        return QuotaExhausted(f"google wants billing to be set up for this: {said}")
    if status == 429:
        return _limited(error, said, headers)
    return status_error("google", status, said, headers)


def _limited(error: Mapping[str, Any], said: str, headers: Mapping[str, str]) -> ProviderError:
    quotas = [one for detail in _details(error, "QuotaFailure") for one in _dicts(detail.get("violations"))]
    delays = [_seconds(detail.get("retryDelay")) for detail in _details(error, "RetryInfo")]
    wait_s = next((delay for delay in delays if delay is not None), None)
    daily = any("PerDay" in str(one.get("quotaId", "")) or str(one.get("quotaValue")) == "0" for one in quotas)
    # Help links with neither quota nor delay are what an account gets whose day is over
    # (gke-labs/gemini-for-kubernetes-development, issue 1215); a busy server sends no details at all.
    spent = bool(_details(error, "Help")) and not quotas and wait_s is None
    if daily or spent:
        return QuotaExhausted(f"google has no quota left for this account: {said}")
    return RateLimited(f"google answered 429: {said}", retry_after_s(headers) if wait_s is None else wait_s)


def refuse_blocked(name: str | None, words: str | None, hidden: Iterable[str | None], *, prompt: bool = False) -> None:
    """Raise if a finish or block reason says that Google will not make this.

    Args:
        name: `finishReason` or `promptFeedback.blockReason`.
        words: Google's own about it.
        hidden: texts that the message may not show.
        prompt: it is a block reason, of which every one refuses.

    Raises:
        ContentRefused: it will not make it.
        AuthenticationFailed: it makes nothing for this account any more.
    """
    if not name:
        return
    said = reason(words, *hidden)
    if prompt or name in _REFUSALS:
        raise ContentRefused(f"google refuses to make this ({name})" + (f": {said}" if said else ""))
    if name == "PUP_LIMITED_DISABLED":
        raise AuthenticationFailed(f"google has limited this account ({name})")


def of_operation(code: object, words: object, hidden: Iterable[str | None] = ()) -> ProviderError:
    """Return our error for queued work that failed with a google.rpc code; asking for its ticket again can't help."""
    said = reason(words, *hidden)
    if code == _INVALID:
        # What is malformed is refused when it is submitted; afterwards this is how prompts and stills are refused.
        return ContentRefused(f"google refuses to make this (code {code}): {said}")
    if code in (_DENIED, _UNAUTHENTICATED):
        return AuthenticationFailed(f"google makes nothing for this account (code {code}): {said}")
    error = BadReply(f"google failed to make it (code {code}): {said}")
    error.paid = "no" if code in (_CANCELLED, _EXHAUSTED) else "unknown"
    return error


def _error_in(body: Any) -> Mapping[str, Any]:
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, Mapping):
        return {}
    inner = body.get("error", body)
    return inner if isinstance(inner, Mapping) else {}


def _details(error: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    return [one for one in _dicts(error.get("details")) if str(one.get("@type", "")).endswith(f".{kind}")]


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _seconds(duration: object) -> float | None:
    found = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    return min(float(found[1]), _LONGEST_WAIT_S) if found else None


__all__ = ["google_problem", "of_operation", "of_status", "refuse_blocked"]
