"""`media-factory books`: back them up, restore them, or make them again from the store."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from deployments.library import answer, json_option, with_library


@click.group()
def books() -> None:
    """Keep the books safe: what was made, what it cost."""


@books.command()
@click.argument("target", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--form", type=click.Choice(["database", "portable"]), help="SQLite's own file, or text for any database."
)
@json_option
def backup(target: Path | None, form: Literal["database", "portable"] | None, *, as_json: bool) -> None:
    """Write the books to the file TARGET, or into the store if none is given, while work goes on."""
    stored = with_library(lambda library: library.back_up_books(target, form))
    where = stored.path or (stored.asset.digest if stored.asset else "")
    written = stored.backup
    answer(stored, f"{where}: {written.rows:,} rows, {written.size_bytes:,} bytes ({written.form})", as_json=as_json)


@books.command()
@click.argument("source")
@click.option("--force", is_flag=True, help="Replace what the books have; a backup of it is written first.")
@json_option
def restore(source: str, *, force: bool, as_json: bool) -> None:
    """Put a backup in the place of the books: SOURCE is a file, a digest, or latest. Stop all work first."""
    restored = with_library(lambda library: library.restore_books(source, force=force))
    before = f"; what they had is in {restored.replaced}" if restored.replaced else ""
    answer(restored, f"{restored.rows:,} rows{before}", as_json=as_json)


@books.command()
@json_option
def rebuild(*, as_json: bool) -> None:
    """Make the books again from the store, and write what the store has no record of.

    Receipts and uploads come back; what was spent, and calls under way, only a backup has.
    """
    found = with_library(lambda library: library.rebuild_books())
    lines = [
        f"restored {found.restored_receipts} receipts and {found.restored_uploads} uploads",
        f"wrote {found.written_records} records",
        *(f"damaged, and left as it is: {name}" for name in found.damaged),
        *(f"not restored, since its assets are gone: {key}" for key in found.lost),
    ]
    answer(found, "\n".join(lines), as_json=as_json)


__all__ = ["books"]
