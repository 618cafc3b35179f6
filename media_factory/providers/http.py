"""What goes wrong between a vendor and us, in our own words: by transport, by HTTP status, and never with a secret.

Vendors' SDKs stand on httpx or on httpx2, whose errors are not related. An error of either can only exist once its
module is loaded, so nothing here loads them.
"""

from __future__ import annotations

import email.utils
import json
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from media_factory.errors import (
    AuthenticationFailed,
    BadReply,
    InvalidRequest,
    NotReached,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)

_FAMILIES = ("httpx", "httpx2")
# Before the request left us: the vendor certainly never got it.
_BEFORE = {
    "ConnectError": "it can't be reached",
    "ConnectTimeout": "it does not answer the door",
    "PoolTimeout": "too many connections to it are open already",
    "ProxyError": "the proxy in between does not let us through",
    "UnsupportedProtocol": "its base URL is no http or https address",
    "LocalProtocolError": "a header can't be sent; look for line breaks in its key",
    "InvalidURL": "its base URL is no address",
}
_TIMEOUT_STATUS = frozenset({408, 504})
_LONGEST_WAIT_S = 3600.0
_LONGEST_REASON_CHARS = 240
_WINDOW_CHARS = 12
_URL = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)(?:[^\s/@\"'<>]*@)?(?P<rest>[^\s?#\"'<>]*)(?:[?#][^\s\"'<>]*)?", re.IGNORECASE
)
_NAMED_SECRET = re.compile(
    r"(?i)\b(bearer|basic|token|(?:x-)?(?:xi-|goog-)?api[-_ ]?key|authorization|secret|password|key|signature)"
    r"([\"']?\s*(?:provided)?\s*[:=]\s*|\s+)(?:(?:bearer|basic|key)\s+)?[\"'`]?(?=[^\s\"'`,;]*[\d*_-])[^\s\"'`,;]{6,}[\"'`]?"
)
# Keys as vendors make them: a prefix (sk-, key_, AIza...) or a long run that mixes letters and digits.
_TOKEN = re.compile(
    r"\b(?:sk|pk|rk|key|r8|xi)[-_][\w*.-]{6,}|\bAIza[\w-]{10,}|\b(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])[\w.-]{32,}\b"
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@contextmanager
def vendor_errors(vendor: str, classify: Callable[[Exception], ProviderError | None] | None = None) -> Iterator[None]:
    """Turn what a vendor's SDK raises in the block into our errors; errors of neither kind go through untouched.

    Args:
        vendor: whose call it is, for the messages.
        classify: our error for one of the SDK's own, or None to have it judged by its transport.
    """
    try:
        yield
    except ProviderError:
        raise
    except Exception as problem:
        ours = (classify(problem) if classify else None) or transport_error(vendor, problem)
        if ours is None:
            raise
        # An SDK's exception quotes keys, addresses and request texts, and a printed chain would show them.
        raise ours from None


def transport_error(vendor: str, problem: BaseException) -> ProviderError | None:
    """Return our error for one of httpx, httpx2 or JSON, found in the problem or in what it was raised from.

    Returns:
        NotReached if the request certainly never left us, ProviderTimeout, ProviderUnavailable, or BadReply; None if
        it is nothing of the kind.
    """
    link: BaseException | None = problem
    while link is not None:
        if ours := _of_one(vendor, link):
            return ours
        link = link.__cause__
    return None


def fell_over(problem: BaseException, package: str) -> bool:
    """Say whether an SDK's own code fell over what it read: SDKs check no good answer, of whatever shape it is.

    Args:
        problem: what was raised.
        package: the SDK's, such as "google.genai".
    """
    if not isinstance(problem, TypeError | AttributeError | LookupError):
        return False
    frames = [frame for frame, _ in traceback.walk_tb(problem.__traceback__)]
    return bool(frames) and f"{frames[-1].f_globals.get('__name__')}.".startswith(f"{package}.")


def status_error(vendor: str, status: int, words: str = "", headers: Mapping[str, str] | None = None) -> ProviderError:
    """Return our error for an HTTP status, where a vendor's body says nothing more telling.

    Args:
        vendor: who answered.
        status: the HTTP status; not 2xx.
        words: the vendor's own words, after `reason`.
        headers: of the answer, names in any case; they may say how long to wait.
    """
    said = f"{vendor} answered {status}" + (f": {words}" if words else "")
    wait_s = retry_after_s(headers or {})
    if status == 429:
        return RateLimited(said, wait_s)
    if status in _TIMEOUT_STATUS:
        return _waiting(ProviderTimeout(said), wait_s)
    if status >= 500 or status == 425:
        return _waiting(ProviderUnavailable(said), wait_s)
    if status == 402:
        return QuotaExhausted(said)
    if status in (401, 403):
        return AuthenticationFailed(f"{said}; check its key and what the key may do")
    return InvalidRequest(said)


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return how many seconds a vendor asks us to wait, 0 to 3600, or None if it does not say.

    Reads `retry-after-ms` and `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).

    Args:
        headers: of the answer, names in any case.
        now: the time, for dates.
    """
    by_name = {name.lower(): value.strip() for name, value in headers.items()}
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", by_name.get(name, "")):
            return min(float(by_name[name]) * unit_s, _LONGEST_WAIT_S)
    try:
        until = email.utils.parsedate_to_datetime(by_name.get("retry-after", ""))
    except (ValueError, TypeError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - (now or datetime.now(UTC))).total_seconds(), 0.0), _LONGEST_WAIT_S)


def reason(words: object, *hidden: str | None) -> str:
    """Return a vendor's words as one short line without keys, queries of URLs, or what we asked.

    Args:
        words: what the vendor said; anything but text gives an empty line.
        hidden: texts that must not show, such as the prompt; a run of 12 of their characters does not show either.
    """
    if not isinstance(words, str):
        return ""
    line = " ".join(words[:4000].split())
    for text in hidden:
        line = _without(line, " ".join((text or "").split()))
    line = _URL.sub(r"\g<scheme>\g<rest>", line)
    line = _NAMED_SECRET.sub(r"\1\2…", line)
    line = _TOKEN.sub(lambda found: found[0] if _UUID.fullmatch(found[0]) else "…", line)
    return line if len(line) <= _LONGEST_REASON_CHARS else f"{line[: _LONGEST_REASON_CHARS - 1].rstrip()}…"


def _of_one(vendor: str, problem: BaseException) -> ProviderError | None:
    if isinstance(problem, json.JSONDecodeError | UnicodeDecodeError):
        return BadReply(f"{vendor} sent an answer that is no JSON")
    if isinstance(problem, TimeoutError):
        return ProviderTimeout(f"{vendor} did not answer in time")
    for family in _FAMILIES:
        library: Any = sys.modules.get(family)
        if library is None:
            continue
        if isinstance(problem, library.RequestError | library.InvalidURL):
            return _of_http(vendor, problem, library)
    return None


def _of_http(vendor: str, problem: BaseException, library: Any) -> ProviderError:
    # Their own words are left out: they hold addresses with queries, and header values.
    kind = type(problem).__name__
    if what := _BEFORE.get(kind):
        return NotReached(f"{vendor}: {what} ({kind})")
    if isinstance(problem, library.TimeoutException):
        return ProviderTimeout(f"{vendor} did not answer in time ({kind})")
    if isinstance(problem, library.DecodingError | library.TooManyRedirects):
        return BadReply(f"{vendor} sent an answer that can't be read ({kind})")
    return ProviderUnavailable(f"{vendor} cut the connection in the middle of a call ({kind})")


def _waiting(error: ProviderError, wait_s: float | None) -> ProviderError:
    error.retry_after_s = wait_s
    return error


def _without(line: str, text: str) -> str:
    """Return the line with every part that it shares with a text replaced by one ellipsis."""
    if len(text) < _WINDOW_CHARS:
        return re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", "…", line) if len(text) > 2 else line
    windows = {text[at : at + _WINDOW_CHARS] for at in range(len(text) - _WINDOW_CHARS + 1)}
    shared: set[int] = set()
    for at in range(len(line) - _WINDOW_CHARS + 1):
        if line[at : at + _WINDOW_CHARS] in windows:
            shared.update(range(at, at + _WINDOW_CHARS))
    parts = groupby(range(len(line)), key=shared.__contains__)
    return "".join("…" if hidden else "".join(line[at] for at in places) for hidden, places in parts)


__all__ = ["fell_over", "reason", "retry_after_s", "status_error", "transport_error", "vendor_errors"]
