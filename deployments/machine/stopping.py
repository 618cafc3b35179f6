"""How `up` is asked to stop: Ctrl-C, TERM, or its terminal going away; asked again, it hurries."""

from __future__ import annotations

import signal
from types import FrameType


class Stop:
    """Counts how often somebody asked."""

    def __init__(self) -> None:
        self.times = 0

    def listen(self) -> None:
        """Take the signals from now on, but one that is ignored already, as `nohup` does."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._asked)

    def asked(self) -> bool:
        """Return whether somebody asked."""
        return self.times > 0

    def hurried(self) -> bool:
        """Return whether somebody asked twice."""
        return self.times > 1

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.times += 1


__all__ = ["Stop"]
