"""What came of a batch: its totals, and where its report lies. Written last, as `batch.json`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from media_factory.batches.outcomes import Totals
from media_factory.model import Model

RESULT = "batch.json"


class BatchResult(Model):
    """What came of a batch."""

    id: str
    title: str
    totals: Totals
    csv: Path = Field(description="the report as a table")
    page: Path = Field(description="the report as a page")
    remarks: tuple[str, ...] = Field(default=(), description="why rows were not begun, where that is so")

    @property
    def all_well(self) -> bool:
        """Whether every row is there."""
        return self.totals.all_well

    @property
    def summary(self) -> str:
        """What came of the rows, in one line."""
        counts = {name: getattr(self.totals, name) for name in _STATES}
        said = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        return f"{self.totals.rows} rows: {said or 'nothing to do'}"


_STATES = ("made", "cached", "degraded", "blocked", "failed", "refused", "skipped")

__all__ = ["RESULT", "BatchResult"]
