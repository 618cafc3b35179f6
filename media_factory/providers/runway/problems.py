"""Runway's errors in our words: answers that are none, and tasks that failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from media_factory.errors import BadReply, ContentRefused, InvalidRequest, ProviderError, QuotaExhausted
from media_factory.providers.http import fell_over, reason, status_error, vendor_errors

NAME = "runway"
# An empty account has no status and no code of its own, only these words (runwayml/sdk-node, issue 28).
_EMPTY_ACCOUNT = "enough credits"
_MOST_ISSUES = 3


@contextmanager
def runway_errors(*hidden: str | None) -> Iterator[None]:
    """Turn what the SDK raises in the block into our errors.

    Args:
        hidden: texts that no message may show, such as the prompt.
    """
    with vendor_errors(NAME, lambda problem: _of_sdk(problem, hidden)):
        yield


def failure_of(task: Any) -> ProviderError:
    """Return the error for a task that will never succeed; what it cost says whether it was paid.

    Asking for the task again can't help, so none of these is an outage.
    """
    status, code = getattr(task, "status", None), getattr(task, "failure_code", None)
    kind: type[BadReply] | type[ContentRefused] = BadReply
    if status == "FAILED":
        code = code if isinstance(code, str) else ""
        said = reason(f"{code}: {getattr(task, 'failure', None) or 'no reason given'}".removeprefix(": "))
        if code.startswith("SAFETY."):
            kind = ContentRefused
    elif status == "CANCELLED":
        said = "it was cancelled"
    else:
        said = f"it stands at {reason(status)!r}, which we don't know"
    error = kind(f"runway made nothing of the task: {said}")
    charged = credits_of(task)
    error.paid = "unknown" if charged is None else "yes" if charged else "no"
    return error


def credits_of(task: Any) -> float | None:
    """Return what a task was charged, in credits; None if it does not say."""
    charged = getattr(getattr(task, "cost", None), "credits", None)
    return charged if isinstance(charged, int | float) and not isinstance(charged, bool) and charged >= 0 else None


def _of_sdk(problem: Exception, hidden: tuple[str | None, ...]) -> ProviderError | None:
    if fell_over(problem, "runwayml"):
        return BadReply("runway sent an answer of another shape than its SDK knows")
    if not type(problem).__module__.startswith("runwayml"):
        return None
    status = getattr(problem, "status_code", None)
    if not isinstance(status, int):
        return None  # A connection: the error that it was raised from says more.
    if status < 400:
        return BadReply("runway sent an answer of another shape than its SDK knows")
    body, headers = getattr(problem, "body", None), getattr(getattr(problem, "response", None), "headers", None)
    body = body if isinstance(body, Mapping) else {}
    said = reason(body.get("error"), *hidden)
    if status == 400 and _EMPTY_ACCOUNT in said.lower():
        return QuotaExhausted(f"runway has no credits left for this account: {said}")
    if issues := _issues(body.get("issues")):
        return InvalidRequest(f"runway answered {status}: {said} ({reason(issues, *hidden)})")
    return status_error(NAME, status, said, headers)


def _issues(issues: object) -> str:
    """Return the fields that Runway does not take, and why."""
    if not isinstance(issues, list):
        return ""
    told = [one for one in issues if isinstance(one, Mapping)][:_MOST_ISSUES]
    return "; ".join(f"{'.'.join(map(str, one.get('path') or ()))}: {one.get('message')}" for one in told)


__all__ = ["NAME", "credits_of", "failure_of", "runway_errors"]
