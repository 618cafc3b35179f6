"""The log of deliveries: every file that was handed out, by its own digest, so that it can be known again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from pydantic import Field

from media_factory.books.database import Database
from media_factory.books.tables import database_now, deliveries, receipt_assets
from media_factory.model import Model

_AT_ONCE = 500


class DeliveredFile(Model):
    """A file that was delivered; `delivered_at` is seconds since 1970 by the books' clock.

    `asset` are the bytes that it was made from: the file itself where it was not marked. `likeness` tells what it looks
    like, as `delivery.provenance.likeness` has it. `generation` is what was said of its making, as JSON.
    """

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    path: str
    asset: str
    product: str
    role: str
    media_type: str
    likeness: str | None = None
    generation: str | None = None
    delivered_at: float = 0


class Deliveries:
    """What was delivered from these books, whichever machine or process did it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, files: Sequence[DeliveredFile]) -> None:
        """Keep files in the log; one that stands there with the same bytes at the same path is noted anew."""
        rows = [{**file.model_dump(mode="json"), "delivered_at": database_now()} for file in files]
        with self._database.writing() as connection:
            for row in rows:
                insert = self._database.insert(deliveries).values(**row)
                changed = {name: insert.excluded[name] for name in row if name not in ("sha256", "path")}
                connection.execute(insert.on_conflict_do_update(index_elements=["sha256", "path"], set_=changed))

    def known(self, sha256s: Iterable[str]) -> frozenset[tuple[str, str]]:
        """Return which of these digests were delivered, each with its paths."""
        wanted, found = sorted(set(sha256s)), set()
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                chosen = deliveries.c.sha256.in_(wanted[start : start + _AT_ONCE])
                found |= {
                    (row[0], row[1])
                    for row in connection.execute(sa.select(deliveries.c.sha256, deliveries.c.path).where(chosen))
                }
        return frozenset(found)

    def of_file(self, sha256: str) -> tuple[DeliveredFile, ...]:
        """Return the deliveries of exactly these bytes, the newest first."""
        return self._chosen(deliveries.c.sha256 == sha256)

    def of_asset(self, digest: str) -> tuple[DeliveredFile, ...]:
        """Return the deliveries of an asset, marked or not, the newest first."""
        return self._chosen(deliveries.c.asset == digest)

    def holds(self, digest: str) -> bool:
        """Return whether a receipt names these bytes, or they were delivered with marks."""
        named = sa.select(receipt_assets.c.digest).where(receipt_assets.c.digest == digest).limit(1)
        with self._database.reading() as connection:
            if connection.execute(named).first() is not None:
                return True
        return bool(self.of_asset(digest))

    def likenesses(self) -> dict[str, str]:
        """Return what every delivered picture and film looks like, by the digest of its file."""
        statement = sa.select(deliveries.c.sha256, deliveries.c.likeness).where(deliveries.c.likeness.is_not(None))
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(statement)}

    def _chosen(self, condition: sa.ColumnElement[bool]) -> tuple[DeliveredFile, ...]:
        statement = sa.select(deliveries).where(condition).order_by(deliveries.c.delivered_at.desc())
        with self._database.reading() as connection:
            return tuple(DeliveredFile(**row) for row in connection.execute(statement).mappings())


__all__ = ["DeliveredFile", "Deliveries"]
