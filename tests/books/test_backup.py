"""Backups of books: whole, checked, and from any database into any other."""

from __future__ import annotations

import gzip
import json
import sqlite3
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from media_factory.books.backup import back_up, is_empty, restore
from media_factory.books.books import Books
from media_factory.books.receipts import Receipt
from media_factory.books.tables import SCHEMA_REVISION, metadata, receipts
from media_factory.errors import BooksError, InputError
from tests.books.racing import order


def fill(books: Books) -> None:
    for number in range(3):
        receipt = Receipt(
            key=f"speak/v1/{number}", stage="speak", version=1, result='{"text": "Grüße \\u2028 ☀"}', seconds=1.5,
            provider="acme:1", cost_usd=Decimal("0.0300"), channel="news",
        )  # fmt: skip
        books.write_receipt(receipt, [f"sha256:{number}"], ["sha256:source"])
    books.ledger.open(order(scopes={"day": Decimal(1)}))
    books.archive.write_upload("sha256:u", "{}", 1.0)
    books.acquire_lease("k", "me", 60)


def rows(books: Books) -> dict[str, list[dict[str, Any]]]:
    with books.engine.connect() as connection:
        return {
            table.name: sorted((dict(row) for row in connection.execute(sa.select(table)).mappings()), key=str)
            for table in metadata.sorted_tables
            if table.name not in ("leases", "slots")
        }


@pytest.mark.parametrize("form", ["database", "portable"])
def test_a_backup_brings_back_every_row_but_leases(books: Books, tmp_path: Path, form: Any) -> None:
    fill(books)
    if form == "database" and books.engine.dialect.name != "sqlite":
        with pytest.raises(InputError, match="portable"):
            back_up(books, tmp_path / "backup", form)
        return
    written = back_up(books, tmp_path / "backup", form)
    other = Books(f"sqlite:///{tmp_path / 'other.db'}")
    assert restore(other, tmp_path / "backup") == written.rows > 0
    assert rows(other) == rows(books)
    assert other.acquire_lease("k", "you", 60)
    other.close()


def test_books_move_from_sqlite_to_this_database(books: Books, tmp_path: Path) -> None:
    small = Books(f"sqlite:///{tmp_path / 'small.db'}")
    fill(small)
    for form in ("database", "portable"):
        back_up(small, tmp_path / form, form)  # type: ignore[arg-type]
        restore(books, tmp_path / form, force=True)
        assert rows(books) == rows(small)
    small.close()


def test_books_that_have_something_are_replaced_only_by_force(books: Books, tmp_path: Path) -> None:
    assert is_empty(books)
    back_up(books, tmp_path / "empty", "portable")
    fill(books)
    before = rows(books)
    with pytest.raises(InputError, match="not empty; --force"):
        restore(books, tmp_path / "empty")
    assert rows(books) == before
    restore(books, tmp_path / "empty", force=True)
    assert is_empty(books)


def test_a_backup_is_of_one_moment_while_others_write(books: Books, tmp_path: Path) -> None:
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set() and number < 500:
            name = f"sha256:{number}"
            books.write_receipt(
                Receipt(key=f"k/{number}", stage="k", version=1, result="{}", seconds=0), [name], [name]
            )
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        back_up(books, tmp_path / "backup")
    finally:
        done.set()
        writer.join()
    other = Books(f"sqlite:///{tmp_path / 'other.db'}")
    restore(other, tmp_path / "backup")
    found = rows(other)
    keys = {row["key"] for row in found["receipts"]}
    assert {row["key"] for row in found["receipt_assets"]} == keys == {row["key"] for row in found["receipt_inputs"]}
    other.close()


def lines_of(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def write_lines(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(gzip.compress(b"".join(lines)))


@pytest.mark.parametrize("damage", ["cut", "altered", "row missing", "row twice", "more", "no gzip", "flipped"])
def test_a_damaged_portable_backup_changes_nothing(books: Books, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "backup"
    fill(books)
    back_up(books, path, "portable")
    lines, before = lines_of(path), rows(books)
    changed = {
        "cut": lines[:-1],
        "altered": [line.replace(b'"acme:1"', b'"acme:2"') for line in lines],
        "row missing": [*lines[:2], *lines[3:]],
        "row twice": [*lines[:2], lines[1], *lines[2:]],
        "more": [*lines, lines[1]],
    }
    if damage in changed:
        write_lines(path, changed[damage])
    elif damage == "no gzip":
        path.write_bytes(b"\x1f\x8b nothing of the kind")
    else:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
    with pytest.raises((InputError, BooksError)):
        restore(books, path, force=True)
    assert rows(books) == before


def test_a_damaged_database_and_a_strange_one_change_nothing(books: Books, tmp_path: Path) -> None:
    small = Books(f"sqlite:///{tmp_path / 'small.db'}")
    fill(small)
    back_up(small, tmp_path / "backup")
    small.close()
    data = bytearray((tmp_path / "backup").read_bytes())
    data[4096:16384] = bytes(12288)
    (tmp_path / "damaged").write_bytes(bytes(data))
    with sqlite3.connect(tmp_path / "strange") as strange:
        strange.execute("CREATE TABLE other (x)")
    strange.close()
    (tmp_path / "text").write_text("hello")
    for name in ("damaged", "strange", "text", "nowhere"):
        with pytest.raises(InputError, match=name):
            restore(books, tmp_path / name, force=True)
    assert is_empty(books)


def test_a_backup_of_a_newer_version_is_refused_and_one_of_an_older_is_read(books: Books, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    fill(books)
    back_up(books, path, "portable")
    head, *rest = lines_of(path)
    assert json.loads(head)["revision"] == SCHEMA_REVISION
    write_lines(path, [head.replace(SCHEMA_REVISION.encode(), b"9999"), *rest])
    with pytest.raises(InputError, match="newer Media Factory"):
        restore(books, path, force=True)


def test_a_database_of_the_second_revision_is_brought_up_to_date(books: Books, tmp_path: Path) -> None:
    from tests.books.test_migrations import bring_to

    url = f"sqlite:///{tmp_path / 'old.db'}"
    bring_to(url, "0002")
    engine = sa.create_engine(url)
    row = {"key": "a", "stage": "s", "version": 1, "result": "{}", "seconds": 0.0, "made_at": 5.0}
    with engine.begin() as connection:
        connection.execute(sa.insert(receipts), row)
    engine.dispose()
    restore(books, tmp_path / "old.db")
    found = books.receipt("a")
    assert found
    assert (found.made_at, found.channel) == (5.0, None)


def test_a_target_that_can_t_be_written_is_named_and_leaves_nothing(books: Books, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BooksError, match="can't be backed up to"):
        back_up(books, tmp_path / "file" / "backup")
    assert (tmp_path / "file").read_text() == "in the way"
