"""What became of each row of a batch, kept line by line in a file: a process that is killed loses at most the last."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from pydantic import Field, ValidationError

from media_factory.model import Model

OutcomeState = Literal["made", "cached", "degraded", "blocked", "failed", "refused", "skipped"]
FINE: tuple[OutcomeState, ...] = ("made", "cached", "degraded")


class Outcome(Model):
    """What became of a row.

    made: now, with nothing missing. cached: it had been made before. degraded: made, and less than asked. blocked:
    made, and not for release. failed: an error ended it. refused: the row can't be used, so nobody was asked. skipped:
    not begun, for want of money or time.
    """

    number: int = Field(ge=1, description="the row's line in the manifest; its number in Parquet")
    id: str = Field(default="", description="empty if the row was refused")
    kind: str = ""
    title: str = ""
    state: OutcomeState
    cost_usd: Decimal | None = Field(default=Decimal(0), description="what this run paid; null when nobody knows")
    seconds: float = Field(default=0.0, ge=0, description="what it took in this run")
    page: str | None = Field(default=None, description="URL of its page, or path of it on the machine that made it")
    error: str | None = Field(default=None, description="why it is not all right, in one line or several")


class Totals(Model):
    """What became of all rows."""

    made: int = 0
    cached: int = 0
    degraded: int = 0
    blocked: int = 0
    failed: int = 0
    refused: int = 0
    skipped: int = 0
    cost_usd: Decimal = Field(default=Decimal(0), description="of the rows whose cost is known")
    unpriced: int = Field(default=0, description="rows whose cost nobody knows")
    seconds: float = Field(default=0.0, description="of all rows, which run side by side")

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.made + self.cached + self.degraded + self.blocked + self.failed + self.refused + self.skipped

    @property
    def all_well(self) -> bool:
        """Whether every row is there: made, cached or degraded."""
        return self.rows == self.made + self.cached + self.degraded

    def plus(self, outcome: Outcome) -> Totals:
        """Return the totals with one more row."""
        unpriced = outcome.cost_usd is None
        return self.model_copy(
            update={
                outcome.state: getattr(self, outcome.state) + 1,
                "cost_usd": self.cost_usd + (outcome.cost_usd or 0),
                "unpriced": self.unpriced + unpriced,
                "seconds": self.seconds + outcome.seconds,
            }
        )


class Outcomes:
    """Writes outcomes to a file as they come, and counts them.

    Args:
        spool: the file; what an earlier run left there is replaced.
    """

    def __init__(self, spool: Path) -> None:
        spool.parent.mkdir(parents=True, exist_ok=True)
        self.spool = spool
        self.totals = Totals()
        self._file = spool.open("wb")

    def __enter__(self) -> Self:
        """Return the writer, whose file is closed after the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def add(self, outcome: Outcome) -> None:
        """Write an outcome down; it is in the file, whole, when this returns.

        Raises:
            OSError: the file can't be written.
        """
        self._file.write(outcome.model_dump_json().encode() + b"\n")
        self._file.flush()
        self.totals = self.totals.plus(outcome)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_outcomes(spool: Path) -> Iterator[Outcome]:
    """Yield the outcomes of a file in the order of the rows; of two for one row the later one, of a torn line nothing.

    Raises:
        OSError: it can't be read.
    """
    with spool.open("rb") as file:
        places = dict[int, int]()
        place = 0
        for line in file:
            if outcome := _outcome_of(line):
                places[outcome.number] = place
            place += len(line)
        for _, place in sorted(places.items()):
            file.seek(place)
            if outcome := _outcome_of(file.readline()):
                yield outcome


def _outcome_of(line: bytes) -> Outcome | None:
    try:
        return Outcome.model_validate_json(line)
    except ValidationError:
        return None


__all__ = ["FINE", "Outcome", "OutcomeState", "Outcomes", "Totals", "read_outcomes"]
