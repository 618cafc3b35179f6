"""Products that stand finished in a folder, so that whoever asks for one again need not begin with its stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from media_factory.books.database import Database
from media_factory.books.tables import database_now, product_assets, products
from media_factory.model import Model

# SQLite takes 32,766 parameters in a statement (its limits.html, 9); PostgreSQL's driver writes them into the text.
_AT_ONCE = 30_000


class Product(Model):
    """A finished product; `made_at` is seconds since 1970 by the books' clock.

    `cost_usd` is what the run that finished it paid, None if nobody knows; `page` is its page's URL or path.
    """

    key: str = Field(description="its brief and everything beside it that decides what comes out, see `products`")
    folder: str = Field(description="where it lies, a whole path")
    id: str
    kind: str
    title: str
    status: Literal["passed", "degraded"]
    cost_usd: Decimal | None = None
    duration_s: float | None = None
    page: str
    made_at: float = 0


class Products:
    """The finished products of one set of books."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, product: Product, digests: Iterable[str] = ()) -> None:
        """Keep a product, in place of whatever stood in its folder.

        Args:
            product: its `made_at` is not read.
            digests: the assets that its outputs are; it counts no more once a receipt that names one is void.

        Raises:
            BooksError: the books can't be written.
        """
        row = {**product.model_dump(mode="json"), "made_at": database_now()}
        named = [{"key": product.key, "folder": product.folder, "digest": digest} for digest in sorted(set(digests))]
        with self._database.writing() as connection:
            connection.execute(sa.delete(products).where(products.c.folder == product.folder))
            connection.execute(sa.insert(products).values(**row))
            if named:
                connection.execute(sa.insert(product_assets), named)

    def known(self, wanted: Mapping[str, str]) -> dict[str, Product]:
        """Return the products that there are under these keys in these folders, by key, in one query for 30,000.

        Args:
            wanted: the folder of each key.
        """
        keys, found = sorted(wanted), dict[str, Product]()
        with self._database.reading() as connection:
            for start in range(0, len(keys), _AT_ONCE):
                chosen = sa.select(products).where(products.c.key.in_(keys[start : start + _AT_ONCE]))
                for row in connection.execute(chosen).mappings():
                    if wanted[row["key"]] == row["folder"]:
                        found[row["key"]] = _product_of(row)
        return found

    def forget(self, folder: str) -> int:
        """Forget what stands in a folder, so that it is made again when somebody asks; return how many there were."""
        with self._database.writing() as connection:
            return connection.execute(sa.delete(products).where(products.c.folder == folder)).rowcount


def forget_naming(connection: Connection, digest: str) -> None:
    """Forget the products whose outputs an asset is, in a transaction of the caller's."""
    naming = sa.select(product_assets.c.folder).where(product_assets.c.digest == digest)
    connection.execute(sa.delete(products).where(products.c.folder.in_(naming)))


def _product_of(row: Mapping[Any, Any]) -> Product:
    cost = row["cost_usd"]
    return Product.model_construct(**{**row, "cost_usd": None if cost is None else Decimal(cost)})


__all__ = ["Product", "Products", "forget_naming"]
