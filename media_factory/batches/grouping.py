"""The order in which rows are started: those that ask the same models together, so that each is loaded once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from media_factory.batches.rows import Row
from media_factory.briefs.model import BRIEF, Brief
from media_factory.model import Model, canonical_json


class Start(Model):
    """A row that is to be made."""

    number: int
    brief: Brief
    key: str


def group_of(brief: Brief) -> str:
    """Return what a brief has in common with those that ask the same models: its kind and its providers' names."""
    return f"{brief.kind} {canonical_json(brief.providers)}"


class Waiting:
    """Rows that wait to be made, kept in a file: ten thousand briefs are not held in memory.

    Args:
        spool: the file; it is written anew.
    """

    def __init__(self, spool: Path) -> None:
        spool.parent.mkdir(parents=True, exist_ok=True)
        self._file = spool.open("w+b")
        self._places = defaultdict[str, list[tuple[int, str, int]]](list)
        self._count = 0

    def __len__(self) -> int:
        """Return how many rows wait."""
        return self._count

    def __enter__(self) -> Self:
        """Return the rows, whose file is closed after the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._file.close()

    def add(self, row: Row, key: str) -> None:
        """Have a row wait, under its product's key.

        Raises:
            ValueError: it has no brief.
        """
        if row.brief is None:
            raise ValueError(f"row {row.number} has no brief")
        place = self._file.seek(0, 2)
        self._file.write(canonical_json(row.brief).encode() + b"\n")
        self._places[group_of(row.brief)].append((row.number, key, place))
        self._count += 1

    def in_order(self, wanted: Callable[[str], bool] = lambda _key: True) -> Iterator[Start]:
        """Yield the rows by group, groups in the order of their first rows, the rows of a group as they came.

        Args:
            wanted: says of a row's key whether the row is asked for.
        """
        for places in self._places.values():
            for number, key, place in places:
                if not wanted(key):
                    continue
                self._file.seek(place)
                yield Start(number=number, brief=BRIEF.validate_json(self._file.readline()), key=key)


__all__ = ["Start", "Waiting", "group_of"]
