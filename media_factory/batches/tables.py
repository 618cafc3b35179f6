"""Manifests that are tables: CSV and Parquet."""

from __future__ import annotations

import csv
import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from media_factory.batches.cells import fields_of
from media_factory.batches.lines import MOST_CHARS, Line, lines_of
from media_factory.batches.rows import Found, RowFile
from media_factory.briefs.limits import over
from media_factory.briefs.problems import problem_line, shown
from media_factory.errors import BriefError, InputError

_DELIMITERS = ",;\t"
_PARQUET_ROWS = 200
# What the csv module says of a quoted cell that runs to the end, or on and on.
_UNCLOSED = ("unexpected end of data", "field larger than field limit")


def csv_rows(file: RowFile, default_kind: object) -> Iterator[Found]:
    """Yield the rows of a CSV file, whose first row names the columns.

    The delimiter is the one of comma, semicolon and tab that its first row has most of. Where a quotation mark is
    opened and never closed, that row is a problem and reading goes on in the next line.

    Raises:
        InputError: it has no row that names columns, or names one twice.
    """
    records = _Records(lines_of(file.path, file.name))
    names = _columns(records, file.name)
    while record := records.next():
        yield Found(record[0], _reader(names, record[1], default_kind))


def parquet_rows(file: RowFile, default_kind: object) -> Iterator[Found]:
    """Yield the rows of a Parquet file, a few hundred in memory at a time.

    Raises:
        InputError: it is no Parquet file, or pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError(
            f"manifest: {file.name} is Parquet, which needs pyarrow; install media-factory[parquet]"
        ) from None
    try:
        table = pq.ParquetFile(file.path)
        _check_names(table.schema_arrow.names, file.name)
        batches = table.iter_batches(batch_size=_PARQUET_ROWS, use_threads=False)
        for number, cells in enumerate((row for batch in batches for row in batch.to_pylist()), 1):
            yield Found(number, _fields(cells.items(), default_kind))
    except (pa.ArrowException, OSError) as problem:
        raise InputError(
            f"manifest: {file.name} can't be read as Parquet: {str(problem).splitlines()[0][:200]}"
        ) from None


class _Records:
    """Cuts lines into records: a quoted cell may go on over several lines."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()
        self.delimiter: str | None = None

    def next(self) -> tuple[int, list[str] | str] | None:
        """Return the next record's first line number and its cells, or what is wrong with it; None at the end."""
        taken: list[Line] = []
        cells: list[str] | str = []
        while not cells:
            taken = []
            try:
                cells = next(self._reader(taken))
            except StopIteration:
                return None
            except (csv.Error, BriefError) as problem:
                # What a quotation mark swallowed is looked at again, line by line.
                self._again.extendleft(reversed(taken[1:]))
                cells = _reason(problem, taken)
            if not isinstance(cells, str) and not any(cell.strip() for cell in cells):
                cells = []
        return taken[0].number, cells

    def _reader(self, taken: list[Line]) -> Iterator[list[str]]:
        first = self._take()
        if first is None:
            return iter(())
        taken.append(first)
        if first.problem:
            raise BriefError(first.problem)
        self.delimiter = self.delimiter or max(_DELIMITERS, key=first.text.count)
        return csv.reader(self._texts(first, taken), delimiter=self.delimiter, strict=True)

    def _texts(self, first: Line, taken: list[Line]) -> Iterator[str]:
        yield first.text + "\n"
        size = len(first.text)
        while line := self._take():
            taken.append(line)
            size += len(line.text)
            if size > MOST_CHARS:
                raise BriefError(problem_line((), over(size, MOST_CHARS, "characters")))
            yield line.checked() + "\n"

    def _take(self) -> Line | None:
        return self._again.popleft() if self._again else next(self._lines, None)


def _reason(problem: Exception, taken: Sequence[Line]) -> str:
    if isinstance(problem, BriefError) and len(taken) == 1:
        return problem.problems[0]
    if isinstance(problem, BriefError) or any(sign in str(problem) for sign in _UNCLOSED):
        return problem_line((), "has a quotation mark that is never closed")
    return problem_line((), f"is not CSV: {problem}")


def _columns(records: _Records, name: str) -> list[str]:
    record = records.next()
    if record is None:
        raise InputError(f"manifest: {name} is empty; a first row that names the columns is needed")
    if isinstance(record[1], str):
        raise InputError(f"manifest: {name}: line {record[0]}: {record[1].partition(': ')[2]}")
    names = [cell.strip() for cell in record[1]]
    _check_names(names, name)
    return names


def _check_names(names: Sequence[str], name: str) -> None:
    twice = [column for column, count in Counter(filter(None, names)).items() if count > 1]
    if twice:
        raise InputError(f"manifest: {name}: the column {shown(twice[0])} stands twice; once is allowed")
    if bad := [column for column in names if column and not all(column.split("."))]:
        raise InputError(f"manifest: {name}: {shown(bad[0])} is no column; names such as providers.image are allowed")


def _reader(names: list[str], record: list[str] | str, default_kind: object) -> Callable[[], Any]:
    def read() -> dict[str, Any]:
        if isinstance(record, str):
            raise BriefError(record)
        cells = list(itertools.zip_longest(names, record, fillvalue=""))
        if nameless := next((cell for column, cell in cells if not column and cell.strip()), None):
            raise BriefError(problem_line((), f"has the cell {shown(nameless)} in a column without a name"))
        return fields_of(cells, default_kind)

    return read


def _fields(cells: Any, default_kind: object) -> Callable[[], Any]:
    return lambda: fields_of(cells, default_kind)


__all__ = ["csv_rows", "parquet_rows"]
