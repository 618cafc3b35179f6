"""Faults: what goes wrong, when, by a seed or by a script."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from typing import Literal, get_args

Fault = Literal[
    "rate_limited",  # 429 with Retry-After
    "quota",  # the account is empty, in the vendor's own disguise
    "auth",  # the key is refused
    "unavailable",  # 503 before anything is billed
    "reset",  # the connection is cut before anything is billed
    "refused",  # the vendor will not make this content
    "failed_after_billing",  # 500, and billed
    "reset_after_billing",  # cut, and billed
    "hang",  # billed, and never an answer
    "truncated",  # billed, and half of the body
    "wrong_content",  # billed, and something else in the body
    "slow_job",  # a queued job takes many more polls
    "lost_job",  # a queued job is unknown when it is asked for
]
ALL_FAULTS: tuple[Fault, ...] = get_args(Fault)
# What a client gets over by trying again.
PASSING: tuple[Fault, ...] = (
    "rate_limited",
    "unavailable",
    "reset",
    "failed_after_billing",
    "reset_after_billing",
    "truncated",
    "wrong_content",
)
BEFORE_BILLING: frozenset[Fault] = frozenset({"rate_limited", "quota", "auth", "unavailable", "reset", "refused"})
JOB_FAULTS: frozenset[Fault] = frozenset({"slow_job", "lost_job"})


class Faults:
    """Says for each paid request what goes wrong with it; nothing by default.

    Args:
        seed: makes a run repeatable.
        share: how many of the requests go wrong, 0 to 1.
        kinds: what goes wrong then.
        script: what goes wrong first, one entry per paid request; None lets one pass.
    """

    def __init__(
        self,
        seed: int = 0,
        share: float = 0.0,
        kinds: Iterable[Fault] = PASSING,
        script: Iterable[Fault | None] = (),
    ) -> None:
        self._random = random.Random(seed)
        self.share = share
        self.kinds = tuple(kinds)
        self._script = list(script)
        self._lock = threading.Lock()
        self.given: list[Fault] = []

    def script(self, *faults: Fault | None) -> None:
        """Say what goes wrong with the next paid requests."""
        with self._lock:
            self._script.extend(faults)

    def next(self) -> Fault | None:
        """Return what goes wrong with the next paid request."""
        with self._lock:
            if self._script:
                fault = self._script.pop(0)
            else:
                fault = self._random.choice(self.kinds) if self._random.random() < self.share else None
            if fault:
                self.given.append(fault)
            return fault


__all__ = ["ALL_FAULTS", "BEFORE_BILLING", "JOB_FAULTS", "PASSING", "Fault", "Faults"]
