"""The archive: receipts by what they name, and what people brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from pydantic import Field

from media_factory.books.database import Database
from media_factory.books.receipts import ReceiptRecord, receipt_of
from media_factory.books.tables import receipt_assets, receipt_inputs, receipts, uploads
from media_factory.model import Model

_AT_ONCE = 500


class Search(Model):
    """Which receipts are looked for; what is None is not asked. Times are seconds since 1970 by the books' clock."""

    stage: str | None = None
    provider: str | None = Field(default=None, description="provider:model, or a provider's name for all its models")
    channel: str | None = None
    since: float | None = None
    until: float | None = None


class Archive:
    """Looks into one set of books."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def records(self, search: Search | None = None) -> Iterator[ReceiptRecord]:
        """Yield receipts, the latest first, a few hundred per query: one that is written meanwhile may be missed."""
        after: tuple[float, str] | None = None
        where = list(_conditions(search or Search()))
        order = (receipts.c.made_at.desc(), receipts.c.key.desc())
        while True:
            place = [sa.tuple_(receipts.c.made_at, receipts.c.key) < after] if after else []
            found = self._records(sa.select(receipts).where(*where, *place).order_by(*order).limit(_AT_ONCE))
            yield from found
            if len(found) < _AT_ONCE:
                return
            after = found[-1].receipt.made_at, found[-1].receipt.key

    def makers(self, name: str) -> tuple[ReceiptRecord, ...]:
        """Return the receipts whose results bring something, the first one first."""
        keys = sa.select(receipt_assets.c.key).where(receipt_assets.c.digest == name)
        return self._records(sa.select(receipts).where(receipts.c.key.in_(keys)).order_by(receipts.c.made_at))

    def users(self, name: str) -> tuple[ReceiptRecord, ...]:
        """Return the receipts that were made from something, the first one first."""
        keys = sa.select(receipt_inputs.c.key).where(receipt_inputs.c.source == name)
        return self._records(sa.select(receipts).where(receipts.c.key.in_(keys)).order_by(receipts.c.made_at))

    def receipt_keys(self) -> set[str]:
        """Return the keys of all receipts."""
        with self._database.reading() as connection:
            return set(connection.execute(sa.select(receipts.c.key)).scalars())

    def names(self) -> set[str]:
        """Return every name that a receipt names, as something made or used."""
        both = sa.union(sa.select(receipt_assets.c.digest), sa.select(receipt_inputs.c.source))
        with self._database.reading() as connection:
            return set(connection.execute(both).scalars())

    def nameless_results(self) -> Iterator[str]:
        """Yield the results of receipts that name nothing made: what they mention stands in their text alone."""
        naming = sa.select(receipt_assets.c.key).where(receipt_assets.c.key == receipts.c.key)
        with self._database.reading() as connection:
            yield from connection.execute(sa.select(receipts.c.result).where(~naming.exists())).scalars()

    def starting_with(self, beginning: str, most: int = 10) -> tuple[str, ...]:
        """Return names of assets that begin so, in order."""
        columns = (receipt_assets.c.digest, receipt_inputs.c.source, uploads.c.digest)
        chosen = (sa.select(one.label("name")).where(one.startswith(beginning, autoescape=True)) for one in columns)
        union = sa.union(*chosen).subquery()
        with self._database.reading() as connection:
            return tuple(connection.execute(sa.select(union.c.name).order_by(union.c.name).limit(most)).scalars())

    def write_upload(self, digest: str, upload: str, uploaded_at: float) -> None:
        """Keep what is known of an upload (JSON), in place of what was known before."""
        insert = self._database.insert(uploads).values(digest=digest, upload=upload, uploaded_at=uploaded_at)
        new = {"upload": insert.excluded.upload, "uploaded_at": insert.excluded.uploaded_at}
        with self._database.writing() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["digest"], set_=new))

    def upload(self, digest: str) -> str | None:
        """Return what is known of an upload (JSON), if it is one."""
        with self._database.reading() as connection:
            return connection.execute(sa.select(uploads.c.upload).where(uploads.c.digest == digest)).scalar()

    def uploads(self) -> tuple[str, ...]:
        """Return what is known of all uploads (JSON), the latest first."""
        order = (uploads.c.uploaded_at.desc(), uploads.c.digest)
        with self._database.reading() as connection:
            return tuple(connection.execute(sa.select(uploads.c.upload).order_by(*order)).scalars())

    def remove_upload(self, digest: str) -> None:
        """Forget an upload."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(uploads).where(uploads.c.digest == digest))

    def _records(self, statement: sa.Select[tuple[object, ...]]) -> tuple[ReceiptRecord, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(statement).mappings().all()
            keys = [row["key"] for row in rows]
            outputs = _by_key(connection, receipt_assets.c.key, receipt_assets.c.digest, keys)
            inputs = _by_key(connection, receipt_inputs.c.key, receipt_inputs.c.source, keys)
        return tuple(
            ReceiptRecord(receipt=receipt_of(row), outputs=tuple(outputs[row["key"]]), inputs=tuple(inputs[row["key"]]))
            for row in rows
        )


def _by_key(
    connection: sa.Connection, key: sa.Column[str], name: sa.Column[str], keys: Iterable[str]
) -> dict[str, list[str]]:
    wanted, found = list(keys), defaultdict[str, list[str]](list)
    for start in range(0, len(wanted), _AT_ONCE):
        some = sa.select(key, name).where(key.in_(wanted[start : start + _AT_ONCE])).order_by(name)
        for row_key, row_name in connection.execute(some):
            found[row_key].append(row_name)
    return found


def _conditions(search: Search) -> Iterator[sa.ColumnElement[bool]]:
    if search.stage is not None:
        yield receipts.c.stage == search.stage
    if search.provider is not None:
        named = receipts.c.provider == search.provider
        yield named | receipts.c.provider.startswith(f"{search.provider}:", autoescape=True)
    if search.channel is not None:
        yield receipts.c.channel == search.channel
    if search.since is not None:
        yield receipts.c.made_at >= search.since
    if search.until is not None:
        yield receipts.c.made_at < search.until


__all__ = ["Archive", "Search"]
