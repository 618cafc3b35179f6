"""Backups of books: a database file, or a portable text that any database takes, each checked before it is believed."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from media_factory.books.books import Books
from media_factory.books.opening import open_engine
from media_factory.books.portable import is_portable, read_portable, write_portable
from media_factory.books.tables import SCHEMA_REVISION, leases, metadata, paces, semaphores, slots
from media_factory.errors import BooksError, InputError
from media_factory.files import whole_file
from media_factory.model import Model

Form = Literal["database", "portable"]
Row = tuple[str, dict[str, Any]]
_SQLITE = b"SQLite format 3\0"
_AT_ONCE = 500
# Of the moment only: who holds what. A backup that brought them back would have the dead hold leases.
_PASSING = (leases, slots)
_SAYS_NOTHING = (*_PASSING, semaphores, paces)


class Backup(Model):
    """A backup that was written."""

    form: Form
    revision: str
    rows: int
    size_bytes: int


def back_up(books: Books, target: Path, form: Form | None = None) -> Backup:
    """Write the books to a file that is whole or not there, while others go on writing them.

    Args:
        books: what to back up.
        target: the file.
        form: "database" (SQLite's own, only for books in SQLite) or "portable" (text, compressed, for any database);
            the first that the books allow if None.

    Raises:
        InputError: books in PostgreSQL have no database file.
        BooksError: the books can't be read, or the file can't be written.
    """
    is_sqlite = books.engine.dialect.name == "sqlite"
    if form == "database" and not is_sqlite:
        raise InputError("books in PostgreSQL are backed up in the portable form, or by PostgreSQL's own tools")
    form = form or ("database" if is_sqlite else "portable")
    try:
        with whole_file(target) as temporary:
            rows = (_copy_database if form == "database" else _write_rows)(books.engine, temporary)
    except (SQLAlchemyError, sqlite3.Error, OSError) as problem:
        raise BooksError(f"the books can't be backed up to {target}: {_reason(problem)}") from problem
    return Backup(form=form, revision=SCHEMA_REVISION, rows=rows, size_bytes=target.stat().st_size)


def restore(books: Books, source: Path, *, force: bool = False) -> int:
    """Put a backup's rows in the place of all that the books have, or change nothing; return how many rows there are.

    Nobody may be making anything meanwhile.

    Args:
        books: in whichever database.
        source: a backup in either form, of this or an earlier version.
        force: also if the books have something.

    Raises:
        InputError: it is no backup, is damaged, or was written by a newer version; or the books are not empty.
        BooksError: the books can't be written.
    """
    if not force and not is_empty(books):
        raise InputError("the books are not empty; --force replaces what they have")
    try:
        with _rows_of(source) as rows, books.engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(sa.delete(table))
            return _insert(connection, rows)
    except (SQLAlchemyError, sqlite3.Error, OSError) as problem:
        raise BooksError(f"the books can't be restored from {source}: {_reason(problem)}") from problem


def is_empty(books: Books) -> bool:
    """Return whether the books have nothing that a restoration would lose."""
    with books.engine.connect().execution_options(read_only=True) as connection:
        return not any(
            connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
            for table in metadata.sorted_tables
            if table not in _SAYS_NOTHING
        )


def _copy_database(engine: Engine, target: Path) -> int:
    with engine.connect().execution_options(read_only=True) as connection, closing(sqlite3.connect(target)) as copy:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, and none beside it
        for table in _PASSING:
            copy.execute(f"DELETE FROM {table.name}")  # noqa: S608 - a name of ours
        copy.commit()
        kept = (table.name for table in metadata.sorted_tables if table not in _PASSING)
        return sum(copy.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in kept)  # noqa: S608


def _write_rows(engine: Engine, target: Path) -> int:
    with _snapshot(engine) as connection:
        return write_portable(target, SCHEMA_REVISION, _rows_in(connection))


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """Give a transaction in which all tables stand as at one moment."""
    settings: dict[str, Any] = {"read_only": True}
    if engine.dialect.name == "postgresql":
        settings["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**settings) as connection:
        yield connection


@contextmanager
def _rows_of(source: Path) -> Iterator[Iterator[Row]]:
    try:
        with source.open("rb") as file:
            head = file.read(len(_SQLITE))
    except OSError as problem:
        raise InputError(f"{source}: can't be read: {problem.strerror}") from problem
    if is_portable(head):
        yield read_portable(source, SCHEMA_REVISION)
    elif head == _SQLITE:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / source.name
            shutil.copyfile(source, copy)
            with _opened(copy) as rows:
                yield rows
    else:
        raise InputError(f"{source}: is no backup of books")


@contextmanager
def _opened(file: Path) -> Iterator[Iterator[Row]]:
    """Give the rows of a database file, which is brought to this version's form.

    Raises:
        InputError: it is damaged, or was written by a newer version.
    """
    try:
        with closing(sqlite3.connect(file)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if not sound or "receipts" not in tables:
            raise InputError(f"{file.name}: is a database, but no sound backup of books")
        engine = open_engine(f"sqlite:///{file}")
    except (sqlite3.Error, BooksError) as problem:
        raise InputError(f"{file.name}: is no sound backup of books: {problem}") from problem
    try:
        with _snapshot(engine) as connection:
            yield _rows_in(connection)
    finally:
        engine.dispose()


def _rows_in(connection: Connection) -> Iterator[Row]:
    for table in metadata.sorted_tables:
        if table not in _PASSING:
            for row in connection.execute(sa.select(table)).mappings():
                yield table.name, dict(row)


def _insert(connection: Connection, rows: Iterator[Row]) -> int:
    done, waiting, of = 0, list[dict[str, Any]](), ""
    for name, row in rows:
        if waiting and (name != of or len(waiting) == _AT_ONCE):
            connection.execute(sa.insert(metadata.tables[of]), waiting)
            waiting = []
        of = name
        waiting.append(row)
        done += 1
    if waiting:
        connection.execute(sa.insert(metadata.tables[of]), waiting)
    return done


def _reason(problem: Exception) -> str:
    return str(getattr(problem, "orig", None) or getattr(problem, "strerror", None) or problem).splitlines()[0]


__all__ = ["Backup", "Form", "back_up", "is_empty", "restore"]
