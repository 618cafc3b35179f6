"""The migrations: from nothing, and from every earlier revision with data in it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

import media_factory.books
from media_factory.books import tables
from media_factory.books.books import Books
from tests.books.racing import order


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(media_factory.books.__file__).parent / "migrations"))
    return config


def bring_to(url: str, revision: str) -> None:
    """Bring a database up or down to a revision."""
    config, engine = configuration(), sa.create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        known = inspect(connection).has_table("alembic_version")
        current = connection.scalar(sa.text("SELECT version_num FROM alembic_version")) if known else "0000"
        (command.upgrade if revision > current else command.downgrade)(config, revision)
    engine.dispose()


def test_the_migrations_make_the_tables_that_the_code_expects(books: Books) -> None:
    inspector = inspect(books.engine)
    for table in tables.metadata.sorted_tables:
        found = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert found == {column.name: column.nullable for column in table.columns}
        assert {index["name"] for index in inspector.get_indexes(table.name)} == {i.name for i in table.indexes}


def test_the_schema_revision_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(media_factory.books.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == tables.SCHEMA_REVISION


def test_books_of_the_first_revision_keep_what_is_in_them_and_take_orders(url: str) -> None:
    bring_to(url, "0001")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sa.insert(tables.receipts),
            {
                "key": "speak/v1/a",
                "stage": "speak",
                "version": 1,
                "result": "{}",
                "provider": "x:1",
                "cost_usd": "0.0300",
                "seconds": 1.5,
                "made_at": 1_700_000_000.0,
            },
        )
        connection.execute(sa.insert(tables.receipt_assets), {"key": "speak/v1/a", "digest": "sha256:1"})
        connection.execute(sa.insert(tables.leases), {"key": "k", "holder": "me", "expires_at": 9e9})
    engine.dispose()

    books = Books(url)
    found = books.receipt("speak/v1/a")
    assert found is not None
    assert (found.cost_usd, found.made_at) == (Decimal("0.0300"), 1_700_000_000.0)
    assert not books.acquire_lease("k", "you", 60)
    assert books.void_receipts_naming("sha256:1") == ("speak/v1/a",)
    assert books.ledger.open(order(scopes={"day": Decimal(1)})).attempt == 1
    books.close()


def test_going_back_a_revision_and_forth_again_leaves_receipts_alone(url: str) -> None:
    books = Books(url)
    books.ledger.open(order())
    assert books.acquire_lease("k", "me", 60)
    books.close()
    bring_to(url, "0001")
    books = Books(url)
    assert books.ledger.unsettled() == ()
    assert not books.acquire_lease("k", "you", 60)
    books.close()
