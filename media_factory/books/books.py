"""Receipts and leases, each change one transaction.

Calls block for about a millisecond on SQLite; async code makes them through `asyncio.to_thread`.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Engine

from media_factory.books.database import Database
from media_factory.books.ledger import Ledger
from media_factory.books.limits import Limits
from media_factory.books.statistics import Statistics
from media_factory.books.tables import database_now, leases, receipt_assets, receipts
from media_factory.model import Model


class Receipt(Model):
    """What a finished stage left.

    `result` is the result's canonical JSON; `cost_usd` is what was paid, None if nobody knows; `made_at` is seconds
    since 1970 by the books' clock.
    """

    key: str
    stage: str
    version: int
    result: str
    provider: str | None = None
    cost_usd: Decimal | None = None
    seconds: float = Field(ge=0)
    made_at: float = 0


class Books:
    """One set of books, in SQLite or PostgreSQL.

    Receipts and leases are kept here; `ledger` has intents and budgets, `limits` has what keeps us from asking too
    hard, `statistics` tells what became of it all.
    """

    def __init__(self, url: str) -> None:
        """Open the books at a SQLAlchemy database URL; new ones are set up.

        Raises:
            BooksError: they can't be opened.
        """
        self._database = Database(url)
        self.engine: Engine = self._database.engine
        self.ledger = Ledger(self._database)
        self.limits = Limits(self._database)
        self.statistics = Statistics(self._database)

    def close(self) -> None:
        """Give back all connections."""
        self._database.close()

    def now(self) -> float:
        """Return seconds since 1970 by the books' clock, which all processes share."""
        return self._database.now()

    def receipt(self, key: str) -> Receipt | None:
        """Return the receipt of a key, or None."""
        return self.receipts([key]).get(key)

    def receipts(self, keys: Iterable[str]) -> dict[str, Receipt]:
        """Return the receipts that there are for these keys, in one query."""
        wanted = sorted(set(keys))
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(receipts).where(receipts.c.key.in_(wanted))).mappings().all()
        return {row["key"]: _receipt(row) for row in rows}

    def has_made(self, request_digest: str) -> bool:
        """Return whether any stage has a receipt for a request with this digest (64 hex digits)."""
        statement = sa.select(receipts.c.key).where(receipts.c.key.endswith(f"/{request_digest}")).limit(1)
        with self._database.reading() as connection:
            return connection.execute(statement).first() is not None

    def write_receipt(self, receipt: Receipt, digests: Iterable[str] = ()) -> None:
        """Keep a receipt and which assets its result names; one that stands under its key is replaced."""
        row = receipt.model_dump(mode="json", exclude={"made_at"}) | {"made_at": database_now()}
        with self._database.writing() as connection:
            connection.execute(sa.delete(receipt_assets).where(receipt_assets.c.key == receipt.key))
            insert = self._database.insert(receipts).values(**row)
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["key"], set_={name: insert.excluded[name] for name in row if name != "key"}
                )
            )
            named = [{"key": receipt.key, "digest": digest} for digest in sorted(set(digests))]
            if named:
                connection.execute(sa.insert(receipt_assets), named)

    def void_receipts_naming(self, digest: str) -> tuple[str, ...]:
        """Remove every receipt that names an asset, and return their keys: it is lost, so they prove nothing."""
        naming = sa.select(receipt_assets.c.key).where(receipt_assets.c.digest == digest)
        with self._database.writing() as connection:
            keys = tuple(connection.execute(naming.order_by(receipt_assets.c.key)).scalars())
            connection.execute(sa.delete(receipts).where(receipts.c.key.in_(keys)))
        return keys

    def acquire_lease(self, key: str, holder: str, ttl_s: float) -> bool:
        """Take the lease on a key, if nobody holds it or its holder let it expire; say whether it is ours."""
        insert = self._database.insert(leases).values(key=key, holder=holder, expires_at=database_now() + ttl_s)
        statement = insert.on_conflict_do_update(
            index_elements=["key"],
            set_={"holder": insert.excluded.holder, "expires_at": insert.excluded.expires_at},
            where=leases.c.expires_at < database_now(),
        ).returning(leases.c.holder)
        with self._database.writing() as connection:
            return connection.execute(statement).scalar() == holder

    def renew_lease(self, key: str, holder: str, ttl_s: float) -> bool:
        """Prolong a lease that we hold; False if somebody else has it by now."""
        statement = (
            sa.update(leases)
            .where(leases.c.key == key, leases.c.holder == holder)
            .values(expires_at=database_now() + ttl_s)
        )
        with self._database.writing() as connection:
            return connection.execute(statement).rowcount == 1

    def lease_holder(self, key: str) -> str | None:
        """Return who holds the lease on a key, or held it last without giving it back."""
        with self._database.reading() as connection:
            return connection.execute(sa.select(leases.c.holder).where(leases.c.key == key)).scalar()

    def leases(self) -> dict[str, str]:
        """Return the holder of every lease that was not given back, by key."""
        with self._database.reading() as connection:
            return {row.key: row.holder for row in connection.execute(sa.select(leases.c.key, leases.c.holder))}

    def release_lease(self, key: str, holder: str) -> None:
        """Give a lease back; nothing happens if we don't hold it."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(leases).where(leases.c.key == key, leases.c.holder == holder))


def _receipt(row: Any) -> Receipt:
    cost = row["cost_usd"]
    return Receipt(**{**row, "cost_usd": None if cost is None else Decimal(cost)})


__all__ = ["Books", "Receipt"]
