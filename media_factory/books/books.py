"""Receipts and leases, each change one transaction.

Calls block for about a millisecond on SQLite; async code makes them through `asyncio.to_thread`.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from media_factory.books.archive import Archive
from media_factory.books.database import Database
from media_factory.books.deliveries import Deliveries
from media_factory.books.ledger import Ledger
from media_factory.books.limits import Limits
from media_factory.books.makers import Makers
from media_factory.books.products import Products, forget_naming
from media_factory.books.receipts import Journal, Receipt, ReceiptRecord, receipt_of, replace_receipt
from media_factory.books.statistics import Statistics
from media_factory.books.tables import database_now, leases, receipt_assets, receipts

_AT_ONCE = 500  # keys in one statement: databases bound the number of parameters


class Books:
    """One set of books, in SQLite or PostgreSQL.

    Receipts and leases are kept here; `ledger` has intents and budgets, `limits` has what keeps us from asking too
    hard, `statistics` tells what became of it all, `makers` who made what, `deliveries` what left the house,
    `products` what stands finished, and `archive` looks receipts up by what they name. `journal`, if there is one, is
    told of every receipt: after it is written, and before it is removed.
    """

    journal: Journal | None = None

    def __init__(self, url: str) -> None:
        """Open the books at a SQLAlchemy database URL; new ones are set up.

        Raises:
            BooksError: they can't be opened.
        """
        self._database = Database(url)
        self._acquire = _acquisition(self._database)
        self.engine: Engine = self._database.engine
        self.ledger = Ledger(self._database)
        self.deliveries = Deliveries(self._database)
        self.limits = Limits(self._database)
        self.makers = Makers(self._database)
        self.products = Products(self._database)
        self.statistics = Statistics(self._database)
        self.archive = Archive(self._database)

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
        return {row["key"]: receipt_of(row) for row in rows}

    def has_made(self, request_digest: str) -> bool:
        """Return whether any stage has a receipt for a request with this digest (64 hex digits)."""
        statement = sa.select(receipts.c.key).where(receipts.c.key.endswith(f"/{request_digest}")).limit(1)
        with self._database.reading() as connection:
            return connection.execute(statement).first() is not None

    def write_receipt(self, receipt: Receipt, digests: Iterable[str] = (), inputs: Iterable[str] = ()) -> Receipt:
        """Keep a receipt; one that stands under its key is replaced.

        Args:
            receipt: its `made_at` is not read.
            digests: names of what its result brings (`lineage.outputs_of`).
            inputs: names of what it was made from (`lineage.inputs_of`).

        Returns:
            The receipt with the time at which it was written.

        Raises:
            BooksError: the books can't be written; the receipt is not kept.
            StoreError: the journal can't be written; the receipt is kept all the same.
        """
        outputs, sources = tuple(sorted(set(digests))), tuple(sorted(set(inputs)))
        with self._database.writing() as connection:
            kept = receipt.model_copy(update={"made_at": connection.execute(sa.select(database_now())).scalar_one()})
            record = ReceiptRecord(receipt=kept, outputs=outputs, inputs=sources)
            replace_receipt(connection, self._database, record)
        if self.journal:
            self.journal.keep(record)
        return kept

    def restore_receipts(self, records: Iterable[ReceiptRecord]) -> int:
        """Keep those of these receipts whose keys the books don't have, as they were, and return how many."""
        restored = 0
        with self._database.writing() as connection:
            for record in records:
                there = sa.select(receipts.c.key).where(receipts.c.key == record.receipt.key)
                if connection.execute(there).first() is None:
                    replace_receipt(connection, self._database, record)
                    restored += 1
        return restored

    def void_receipts_naming(self, digest: str) -> tuple[str, ...]:
        """Remove every receipt that names an asset, and return their keys: it is lost, so they prove nothing.

        The products whose outputs it is don't count as finished any more, either.
        """
        naming = sa.select(receipt_assets.c.key).where(receipt_assets.c.digest == digest)
        with self._database.writing() as connection:
            keys = tuple(connection.execute(naming.order_by(receipt_assets.c.key)).scalars())
            self._strike(keys)
            connection.execute(sa.delete(receipts).where(receipts.c.key.in_(keys)))
            forget_naming(connection, digest)
        return keys

    def remove_receipts(self, keys: Iterable[str]) -> int:
        """Remove receipts, so that their stages are made again when somebody asks, and return how many there were."""
        wanted = sorted(set(keys))
        removed = 0
        # The books last: who is killed in between finds them there, and goes on.
        self._strike(wanted)
        with self._database.writing() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = receipts.c.key.in_(wanted[start : start + _AT_ONCE])
                removed += connection.execute(sa.delete(receipts).where(some)).rowcount
        return removed

    def _strike(self, keys: Iterable[str]) -> None:
        for key in keys if self.journal else ():
            assert self.journal
            self.journal.strike(key)

    def acquire_lease(self, key: str, holder: str, ttl_s: float) -> bool:
        """Take the lease on a key, if nobody holds it or its holder let it expire; say whether it is ours."""
        values = {"key": key, "holder": holder, "ttl_s": ttl_s}
        with self._database.writing() as connection:
            return connection.execute(self._acquire, values).scalar() == holder

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


def _acquisition(database: Database) -> sa.Executable:
    """Return the statement that takes a lease, built once: every stage that is made takes one."""
    expiry = database_now() + sa.bindparam("ttl_s", type_=sa.Double)
    insert = database.insert(leases).values(key=sa.bindparam("key"), holder=sa.bindparam("holder"), expires_at=expiry)
    statement: sa.Executable = insert.on_conflict_do_update(
        index_elements=["key"],
        set_={"holder": insert.excluded.holder, "expires_at": insert.excluded.expires_at},
        where=leases.c.expires_at < database_now(),
    ).returning(leases.c.holder)
    return statement


__all__ = ["Books", "Receipt"]
