"""Products that stand finished: found in one query, and forgotten with the assets that they are made of."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from media_factory.books.backup import back_up, restore
from media_factory.books.books import Books, Receipt
from media_factory.books.products import Product

ASSET, OTHER = f"sha256:{1:064x}", f"sha256:{2:064x}"


def product(number: int, folder: str | None = None, status: str = "passed") -> Product:
    return Product(
        key=f"product/v1/{number:064x}",
        folder=folder or f"/out/{number}",
        id=f"p-{number}",
        kind="story",
        title=f"Grüße {number}",
        status=status,
        cost_usd=Decimal("0.0300"),
        duration_s=12.5,
        page=f"/out/{number}/index.html",
    )


def wanted(*products: Product) -> dict[str, str]:
    return {one.key: one.folder for one in products}


def test_a_product_is_found_as_it_was_noted_under_its_key_and_folder(books: Books) -> None:
    books.products.note(product(1), [ASSET, ASSET])
    books.products.note(product(2, status="degraded").model_copy(update={"cost_usd": None, "duration_s": None}))
    found = books.products.known(wanted(product(1), product(2), product(3)))
    assert {key: one.model_copy(update={"made_at": 0}) for key, one in found.items()} == {
        product(1).key: product(1),
        product(2).key: product(2, status="degraded").model_copy(update={"cost_usd": None, "duration_s": None}),
    }
    assert abs(found[product(1).key].made_at - books.now()) < 60
    assert books.products.known({product(1).key: "/elsewhere"}) == {}
    assert books.products.known({}) == {}


def test_a_folder_holds_one_product_and_a_product_may_lie_in_several(books: Books) -> None:
    books.products.note(product(1), [ASSET])
    books.products.note(product(2, "/out/1"), [ASSET])
    assert books.products.known({product(1).key: "/out/1"}) == {}
    assert books.products.known({product(2).key: "/out/1"}).keys() == {product(2).key}
    books.products.note(product(2, "/copy"), [ASSET])
    assert books.products.known({product(2).key: "/copy"}) and books.products.known({product(2).key: "/out/1"})
    assert books.products.forget("/out/1") == 1
    assert books.products.forget("/out/1") == 0
    assert books.products.known({product(2).key: "/copy"})


def test_a_lost_asset_unmakes_the_products_whose_output_it_is(books: Books) -> None:
    books.write_receipt(Receipt(key="speak/v1/a", stage="speak", version=1, result="{}", seconds=1), [OTHER])
    books.products.note(product(1), [ASSET, OTHER])
    books.products.note(product(2), [ASSET])
    assert books.void_receipts_naming(OTHER) == ("speak/v1/a",)
    assert books.products.known(wanted(product(1), product(2))).keys() == {product(2).key}
    assert books.void_receipts_naming(ASSET) == ()
    assert books.products.known(wanted(product(2))) == {}


def test_ten_thousand_products_are_looked_up_in_one_query_for_less_than_a_second_of_work(books: Books) -> None:
    many = [product(number) for number in range(10_000)]
    with books.engine.begin() as connection:
        rows = [{**one.model_dump(mode="json"), "made_at": 1.0} for one in many]
        connection.execute(sa.insert(sa.table("products", *(sa.column(name) for name in rows[0]))), rows)
    asked = list[str]()
    sa.event.listen(books.engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    began = time.process_time()
    found = books.products.known({**wanted(*many), **{f"product/v1/x{n}": "/out" for n in range(2_000)}})
    took_s = time.process_time() - began
    assert found.keys() == wanted(*many).keys()
    assert len([statement for statement in asked if "SELECT" in statement]) == 1
    assert took_s < 1, f"{took_s:.2f} s"


def test_more_keys_than_a_statement_takes_are_looked_up_all_the_same(books: Books) -> None:
    books.products.note(product(1))
    keys = {f"product/v1/{number:064x}": f"/out/{number}" for number in range(61_000)}
    assert books.products.known(keys).keys() == {product(1).key}


def test_a_backup_brings_products_and_their_assets_back(books: Books, tmp_path: Path) -> None:
    books.products.note(product(1), [ASSET])
    back_up(books, tmp_path / "backup", "portable")
    other = Books(f"sqlite:///{tmp_path / 'other.db'}")
    restore(other, tmp_path / "backup")
    assert other.products.known(wanted(product(1)))
    other.void_receipts_naming(ASSET)
    assert other.products.known(wanted(product(1))) == {}
    other.close()
