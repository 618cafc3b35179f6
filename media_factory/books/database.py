"""The database that all parts of the books stand on: transactions, row locks and its clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping
from sqlalchemy.exc import SQLAlchemyError

from media_factory.books.opening import open_engine
from media_factory.books.tables import database_now
from media_factory.errors import BooksError


class Database:
    """One database that books are kept in.

    Args:
        url: a SQLAlchemy database URL; a new database is set up.

    Raises:
        BooksError: it can't be opened.
    """

    def __init__(self, url: str) -> None:
        self.engine: Engine = open_engine(url)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that is kept if the block ends well and undone if it raises."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as problem:
            raise BooksError(f"the books could not be written: {getattr(problem, 'orig', problem)}") from problem

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that only reads, and waits for no writer."""
        try:
            with self.engine.connect().execution_options(read_only=True) as connection:
                yield connection
        except SQLAlchemyError as problem:
            raise BooksError(f"the books could not be read: {getattr(problem, 'orig', problem)}") from problem

    def now(self) -> float:
        """Return seconds since 1970 by the database's clock, the one that all processes share."""
        with self.reading() as connection:
            return float(connection.execute(sa.select(database_now())).scalar_one())

    def insert(self, table: sa.Table) -> Any:
        """Return an INSERT that knows ON CONFLICT, in this database's dialect."""
        # Only the dialect that is spoken: each takes 20 ms to load.
        return import_module(f"sqlalchemy.dialects.{self.engine.dialect.name}").insert(table)

    def locked(
        self, connection: Connection, table: sa.Table, key: str, defaults: Mapping[str, Any] | None = None
    ) -> RowMapping:
        """Return the row under a key, made with these defaults if it is missing, for this transaction alone.

        The table's rows must never be deleted, or a row could vanish between the two statements.
        """
        (column,) = table.primary_key.columns
        connection.execute(
            self.insert(table).values({column.name: key, **(defaults or {})}).on_conflict_do_nothing(),
        )
        # SQLite has no row locks and needs none: our transactions begin by taking its one write lock.
        return connection.execute(sa.select(table).where(column == key).with_for_update()).mappings().one()


__all__ = ["Database"]
