"""Opening the books: an engine with the right settings, on a schema of the right revision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from media_factory.books.tables import SCHEMA_REVISION
from media_factory.errors import BooksError

_BUSY_TIMEOUT_S = 30
_MIGRATION_LOCK = 0x6D66_626F_6F6B  # any number, as long as all of us ask PostgreSQL for the same lock


def open_engine(url: str) -> Engine:
    """Return an engine for the books at a database URL, migrated to the schema that this code expects.

    Several processes may open new books at once: one migrates, the others wait for it.

    Raises:
        BooksError: the URL is no database that we can use, or the books can't be opened or are newer than this code.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BooksError(
            "the books' URL is no database URL; use sqlite:////path/books.db or postgresql+psycopg2://…"
        ) from None
    name = parsed.get_backend_name()
    if name not in ("sqlite", "postgresql"):
        raise BooksError(f"the books can't be kept in {name}; use sqlite or postgresql")
    try:
        if name == "sqlite" and parsed.database not in (None, "", ":memory:"):
            Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, pool_pre_ping=name == "postgresql")
        if name == "sqlite":
            sa.event.listen(engine, "connect", _configure_sqlite)
            sa.event.listen(engine, "begin", _begin_immediate)
        _migrate(engine)
    except (SQLAlchemyError, ModuleNotFoundError, OSError) as problem:
        raise BooksError(
            f"the books at {parsed.render_as_string(hide_password=True)} can't be opened: {_reason(problem)}"
        ) from problem
    return engine


def _reason(problem: Exception) -> str:
    return str(getattr(problem, "orig", None) or problem).splitlines()[0]


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # Python's driver would open deferred transactions by itself; ours begin by taking the write lock, so that two
    # writers wait for each other instead of failing halfway.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_TIMEOUT_S * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine) -> None:
    with engine.connect().execution_options(read_only=True) as connection:
        if _revision(connection) == SCHEMA_REVISION:
            return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as problem:
            raise BooksError(f"the books were written by a newer Media Factory; upgrade it ({problem})") from problem


__all__ = ["open_engine"]
