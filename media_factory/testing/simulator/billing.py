"""What the vendors would bill: one charge per thing that they made, and one count per request that they saw."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Charge:
    """One thing that a vendor made and charged for.

    `content` says what was asked for, the same for the same thing (a digest of the request's body).
    """

    vendor: str
    kind: str
    content: str
    price_usd: float
    fault: str | None = None


class Billing:
    """All charges and all requests, of all vendors."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.charges: list[Charge] = []
        self.outcomes: Counter[tuple[str, str, str]] = Counter()
        self.by_key: list[tuple[str, str]] = []
        self.called_off: Counter[str] = Counter()

    def charge(self, charge: Charge) -> None:
        """Bill something."""
        with self._lock:
            self.charges.append(charge)

    def count(self, vendor: str, kind: str, outcome: str, key: str = "") -> None:
        """Count a paid request: outcome is "ok", "replayed" or the fault; `key` is what it sent as idempotency key."""
        with self._lock:
            self.outcomes[vendor, kind, outcome] += 1
            self.by_key.append((key, outcome))

    def call_off(self, vendor: str) -> None:
        """Count queued work that a vendor was asked to stop."""
        with self._lock:
            self.called_off[vendor] += 1

    def report(self) -> dict[str, Any]:
        """Return everything as JSON data."""
        with self._lock:
            return {
                "charges": [asdict(charge) for charge in self.charges],
                "by_key": list(self.by_key),
                "called_off": dict(self.called_off),
                "outcomes": [[*key, count] for key, count in sorted(self.outcomes.items())],
            }


__all__ = ["Billing", "Charge"]
