"""Who made an asset, and from what: what the receipts tell of lineage, one step up."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from media_factory.books.database import Database
from media_factory.books.tables import receipt_assets, receipt_inputs, receipts
from media_factory.model import Model

_AT_ONCE = 500


class Maker(Model):
    """Who made an asset, by which stage, and when (seconds since 1970); `result` is the receipt's, as JSON."""

    provider: str
    stage: str
    result: str
    made_at: float


class Makers:
    """What the receipts say of who made what."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, digests: Iterable[str]) -> dict[str, Maker]:
        """Return the makers of assets by digest; one that no provider made (a user brought it) is left out."""
        wanted, found = sorted(set(digests)), dict[str, Maker]()
        told = (receipts.c.provider, receipts.c.stage, receipts.c.result, receipts.c.made_at)
        joined = sa.select(receipt_assets.c.digest, *told).join(receipts, receipts.c.key == receipt_assets.c.key)
        chosen = joined.where(receipts.c.provider.is_not(None)).order_by(receipts.c.made_at.desc())
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                part = receipt_assets.c.digest.in_(wanted[start : start + _AT_ONCE])
                for row in connection.execute(chosen.where(part)).mappings():
                    # Oldest last, so that it stays: whoever names an asset later was given it.
                    found[row["digest"]] = Maker(**{name: row[name] for name in row if name != "digest"})
        return found

    def inputs_of(self, digest: str) -> tuple[str, ...]:
        """Return the names of what an asset was made from, as its receipts have them (see `lineage`)."""
        joined = sa.select(receipt_inputs.c.source).join(receipt_assets, receipt_assets.c.key == receipt_inputs.c.key)
        chosen = joined.where(receipt_assets.c.digest == digest, receipt_inputs.c.source != digest)
        with self._database.reading() as connection:
            return tuple(connection.execute(chosen.distinct().order_by(receipt_inputs.c.source)).scalars())


__all__ = ["Maker", "Makers"]
