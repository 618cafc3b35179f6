"""When a part that died is started again, and when it is given up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

QUICK_S = 60.0
MOST_QUICK_DEATHS = 5
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 30.0


@dataclass
class Restarts:
    """The deaths of one part. One that lived long enough starts from the beginning.

    Args:
        clock: seconds that never go back.
    """

    clock: Callable[[], float] = time.monotonic
    count: int = 0
    _quick: int = 0
    _since: float = field(default=0.0)

    def began(self) -> None:
        """Note that the part was started."""
        self._since = self.clock()

    def died(self) -> float | None:
        """Return how many seconds to wait before the part is started again, or None if it is given up."""
        self._quick = self._quick + 1 if self.clock() - self._since < QUICK_S else 1
        if self._quick >= MOST_QUICK_DEATHS:
            return None
        self.count += 1
        return min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2.0**self._quick)


__all__ = ["MOST_QUICK_DEATHS", "QUICK_S", "Restarts"]
