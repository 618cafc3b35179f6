"""Manifests written in every form, for tests that read them."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import yaml

from media_factory.batches.reading import read_rows
from media_factory.batches.rows import Row, RowFile, RowForm

FORMS: tuple[RowForm, ...] = get_args(RowForm)
Fields = dict[str, Any]


def write_manifest(folder: Path, form: RowForm, rows: Sequence[Fields]) -> RowFile:
    """Write rows in a form and return the manifest."""
    path = folder / f"manifest.{form}"
    if form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif form == "json":
        path.write_text(json.dumps(rows, indent=1))
    elif form == "yaml":
        path.write_text(yaml.safe_dump(list(rows), allow_unicode=True))
    elif form == "csv":
        _write_csv(path, rows)
    else:
        _write_parquet(path, rows)
    return manifest(path, form)


def manifest(path: Path, form: RowForm) -> RowFile:
    """Return a file as the manifest that `staged` would give."""
    return RowFile(path=path, form=form, name=path.name, base=str(path.parent))


def read_text(folder: Path, form: RowForm, text: str | bytes, defaults: Fields | None = None) -> list[Row]:
    """Return the rows of a text in a form."""
    path = folder / f"manifest.{form}"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_rows(manifest(path, form), defaults or {}))


def _flat(row: Fields) -> Fields:
    found: Fields = {}
    for name, value in row.items():
        if name == "providers":
            found |= {f"providers.{part}": inner for part, inner in value.items()}
        else:
            found[name] = json.dumps(value) if isinstance(value, list | dict | bool) else value
    return found


def _write_csv(path: Path, rows: Sequence[Fields]) -> None:
    flat = [_flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(flat)


def _write_parquet(path: Path, rows: Sequence[Fields]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(dict.fromkeys(name for row in rows for name in row))
    pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in names}), path)
