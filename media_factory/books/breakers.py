"""The rules of a circuit breaker, as pure functions: when a provider is not asked for a while, and who asks first."""

from __future__ import annotations

from pydantic import Field

from media_factory.model import Model

FAILURES_TO_OPEN = 5
SHORTEST_OPEN_S = 30.0
LONGEST_OPEN_S = 600.0


class Breaker(Model):
    """What stands between us and a provider that keeps failing.

    `failures` counts those in a row; `open_until` is seconds since 1970 by the books' clock, 0 for one that never
    opened; `probing` says that one caller was let through and has not reported (then `open_until` is when we stop
    waiting for that). `error` is the name of the last error.
    """

    provider: str
    failures: int = Field(default=0, ge=0)
    open_until: float = 0.0
    probing: bool = False
    error: str | None = None


def failed(breaker: Breaker, now: float, error: str, open_for_s: float | None = None) -> Breaker:
    """Return the breaker after a failure at a time.

    It opens at once for `open_for_s` where that is given; else from the fifth failure in a row on, and after a failed
    probe, for 30 s, doubling up to 600 s. Calls that were under way when it opened and fail now count for nothing.
    """
    still_open = now < breaker.open_until
    if open_for_s is None and still_open and not breaker.probing:
        return breaker.model_copy(update={"error": error})
    failures = breaker.failures + 1
    open_until = 0.0
    if open_for_s is not None:
        open_until = max(now + open_for_s, breaker.open_until if still_open and not breaker.probing else 0.0)
    elif breaker.probing or failures >= FAILURES_TO_OPEN:
        open_until = now + opening_s(failures)
    return Breaker(provider=breaker.provider, failures=failures, open_until=open_until, error=error)


def opening_s(failures: int) -> float:
    """Return for how long a breaker opens after so many failures in a row, in seconds."""
    doublings = min(max(failures - FAILURES_TO_OPEN, 0), 30)
    return min(LONGEST_OPEN_S, SHORTEST_OPEN_S * 2.0**doublings)


def asked(breaker: Breaker, now: float, probe_s: float) -> tuple[float, Breaker]:
    """Return how many seconds a caller is kept out (0: go ahead), and the breaker after it asked.

    Once an open breaker's time is over, the first caller goes ahead and the others are kept out until it reports, or
    for `probe_s` if it never does.
    """
    if breaker.open_until == 0.0:
        return 0.0, breaker
    if now < breaker.open_until:
        return breaker.open_until - now, breaker
    return 0.0, breaker.model_copy(update={"open_until": now + probe_s, "probing": True})


__all__ = [
    "FAILURES_TO_OPEN",
    "LONGEST_OPEN_S",
    "SHORTEST_OPEN_S",
    "Breaker",
    "asked",
    "failed",
    "opening_s",
]
