"""What ElevenLabs says when something goes wrong, in our own words.

Bodies come in four forms: `{"detail": {"status", "message"}}`, the newer `{"detail": {"type", "code", "message",
"param"}}`, a list of what validation found, and plain text. An empty account answers 401, like a wrong key does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from media_factory.errors import (
    AuthenticationFailed,
    BadReply,
    ContentRefused,
    InvalidRequest,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    VoiceNotFound,
)
from media_factory.providers.http import reason, retry_after_s, status_error, vendor_errors

VENDOR = "elevenlabs"

_QUOTA = frozenset({"quota_exceeded", "insufficient_credits", "payment_required", "paid_plan_required"})
_REFUSED = frozenset(
    {
        *(
            "bad_prompt",
            "bad_composition_plan",
            "content_against_policy",
            "content_moderated",
            "content_policy_violation",
        ),
        *("moderated", "moderation_blocked", "text_moderated", "violates_policy"),
    }
)
_BUSY = frozenset({"too_many_concurrent_requests", "concurrent_limit_exceeded", "rate_limit_exceeded", "system_busy"})
_NO_VOICE = frozenset({"voice_not_found", "voice_does_not_exist", "invalid_voice_id"})


class Said(NamedTuple):
    """What an answer says: the vendor's word for the problem, its message, and the field that it speaks of."""

    code: str
    message: str
    field: str


@contextmanager
def elevenlabs_errors(*hidden: str | None) -> Iterator[None]:
    """Turn what the SDK raises in the block into our errors.

    Args:
        hidden: texts that must not show in a message, such as what is to be spoken.
    """
    with vendor_errors(VENDOR, lambda problem: classified(problem, *hidden)):
        yield


def classified(problem: Exception, *hidden: str | None) -> ProviderError | None:
    """Return our error for one of the SDK's own, or None if it is none of those."""
    from elevenlabs.core.api_error import ApiError
    from elevenlabs.core.parse_error import ParsingError

    if isinstance(problem, ParsingError):
        return BadReply(f"{VENDOR} sent an answer that does not have the form that it announces")
    if not isinstance(problem, ApiError):
        return None
    status = problem.status_code or 422
    if 200 <= status < 400:
        return BadReply(f"{VENDOR} sent an answer that is no JSON")
    return _judged(status, said(problem.body), problem.headers or {}, hidden)


def said(body: Any) -> Said:
    """Return what the body of an answer says, in whatever form it came."""
    detail = body.get("detail", body) if isinstance(body, Mapping) else body
    if isinstance(detail, list):
        detail = detail[0] if detail else {}
        if isinstance(detail, Mapping):
            where = ".".join(str(part) for part in detail.get("loc") or () if part != "body")
            return Said(_text(detail.get("type")), _text(detail.get("msg")), where)
    if not isinstance(detail, Mapping):
        return Said("", _text(detail), "")
    code = detail.get("status") if isinstance(detail.get("status"), str) else detail.get("code")
    return Said(_text(code or detail.get("type")), _text(detail.get("message")), _text(detail.get("param")))


def _judged(status: int, told: Said, headers: Mapping[str, str], hidden: tuple[str | None, ...]) -> ProviderError:
    where = f"{told.field}: " if told.field else ""
    words = where + (reason(told.message, *hidden) or reason(told.code))
    line = f"{VENDOR} answered {status}" + (f" ({reason(told.code)})" if told.code else "") + f": {words}"
    if told.code in _QUOTA:
        return QuotaExhausted(line)
    if told.code in _REFUSED:
        return ContentRefused(line)
    if told.code in _NO_VOICE:
        return VoiceNotFound(line)
    if told.code in _BUSY:
        return RateLimited(line, retry_after_s(headers))
    if told.code in ("invalid_api_key", "missing_permissions"):
        return AuthenticationFailed(line)
    if status in (400, 404, 405, 409, 413, 422):
        return InvalidRequest(line)
    return status_error(VENDOR, status, words, headers)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


__all__ = ["VENDOR", "Said", "classified", "elevenlabs_errors", "said"]
