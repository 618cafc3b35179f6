"""Queued work of the simulated vendors: done after some polls, slow, lost, failed or cancelled."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from media_factory.testing.simulator.faults import Fault

_POLLS = 3
_SLOW_POLLS = 25


@dataclass
class Work:
    """One thing that a vendor was asked to make.

    Args:
        asked: the body of the request.
        failure: the vendor's code for why it fails, or None if it does not.
        polls: how often it is asked for before it is done.
    """

    asked: dict[str, Any]
    failure: str | None = None
    polls: int = _POLLS
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    cancelled: bool = False
    began: bool = False

    @property
    def done(self) -> bool:
        """Whether it was asked for often enough."""
        return self.polls <= 0


class Queue:
    """All work of a vendor, by id."""

    def __init__(self) -> None:
        self._works: dict[str, Work] = {}

    def add(self, work: Work) -> Work:
        """Take work in."""
        self._works[work.id] = work
        return work

    def polled(self, name: str) -> Work | None:
        """Return work, one poll nearer to its end; None if there is none of that id."""
        work = self._works.get(name)
        if work:
            work.began, work.polls = work.polls < _POLLS, work.polls - 1
        return work

    def drop(self, name: str) -> bool:
        """Forget work, and say whether it was there."""
        return self._works.pop(name, None) is not None

    def spoil(self, name: str, fault: Fault) -> None:
        """Make work slow or lost."""
        if fault == "lost_job":
            self.drop(name)
        elif fault == "slow_job" and name in self._works:
            self._works[name].polls = _SLOW_POLLS

    def __getitem__(self, name: str) -> Work:
        """Return work by its id."""
        return self._works[name]

    def __contains__(self, name: str) -> bool:
        """Say whether there is work of that id."""
        return name in self._works


__all__ = ["Queue", "Work"]
