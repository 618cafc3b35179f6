"""Manifests become rows, one at a time: a bad row is reported, and hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from media_factory.batches.documents import json_rows, jsonl_rows, yaml_rows
from media_factory.batches.rows import Checking, Found, Row, RowFile, RowForm
from media_factory.batches.tables import csv_rows, parquet_rows
from media_factory.errors import InputError

MAX_ROWS = 100_000


def read_rows(file: RowFile, defaults: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the rows of a manifest in its order; only as much of it is in memory as one row takes.

    Args:
        file: what `staged` gives.
        defaults: fields that a row has unless it says otherwise; groups of fields (providers) are filled in one by one,
            and what a row's kind has no field for is left out.

    Raises:
        InputError: the file as a whole can't be used: it is not UTF-8, not in its form, or has more than 100,000 rows.
    """
    kind = defaults.get("kind")
    readers: dict[RowForm, Callable[[], Iterator[Found]]] = {
        "jsonl": lambda: jsonl_rows(file),
        "csv": lambda: csv_rows(file, kind),
        "yaml": lambda: yaml_rows(file),
        "json": lambda: json_rows(file),
        "parquet": lambda: parquet_rows(file, kind),
    }
    checking = Checking(file, defaults)
    for count, found in enumerate(readers[file.form](), 1):
        if count > MAX_ROWS:
            raise InputError(f"manifest: {file.name} has more than {MAX_ROWS:,} rows; split it")
        yield checking.row(found)


__all__ = ["MAX_ROWS", "read_rows"]
