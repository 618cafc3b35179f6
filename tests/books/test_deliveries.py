"""The log of deliveries, and who made what, on every database."""

from __future__ import annotations

from decimal import Decimal

from media_factory.books.books import Books, Receipt
from media_factory.books.deliveries import DeliveredFile

ASSET, OTHER = f"sha256:{1:064x}", f"sha256:{2:064x}"


def delivered(number: int, path: str = "/out/a.png", asset: str = ASSET, likeness: str | None = None) -> DeliveredFile:
    return DeliveredFile(
        sha256=f"{number:064x}",
        path=path,
        asset=asset,
        product="story",
        role="image",
        media_type="image/png",
        likeness=likeness,
        generation='{"a":1}',
    )


def test_what_is_noted_is_found_by_its_bytes_and_by_its_asset(books: Books) -> None:
    books.deliveries.note([delivered(7), delivered(8, "/out/b.png", likeness="00ff"), delivered(9, asset=OTHER)])
    (found,) = books.deliveries.of_file(f"{7:064x}")
    assert found.model_copy(update={"delivered_at": 0}) == delivered(7)
    assert abs(found.delivered_at - books.now()) < 60
    assert {one.sha256 for one in books.deliveries.of_asset(ASSET)} == {f"{7:064x}", f"{8:064x}"}
    assert books.deliveries.likenesses() == {f"{8:064x}": "00ff"}
    assert books.deliveries.of_file("0" * 64) == ()


def test_the_same_file_at_the_same_place_is_one_entry_and_elsewhere_another(books: Books) -> None:
    books.deliveries.note([delivered(7)])
    books.deliveries.note([delivered(7, asset=OTHER), delivered(7, "/elsewhere/a.png")])
    assert {(one.path, one.asset) for one in books.deliveries.of_file(f"{7:064x}")} == {
        ("/out/a.png", OTHER),
        ("/elsewhere/a.png", ASSET),
    }
    assert books.deliveries.known([f"{7:064x}", f"{8:064x}"]) == {
        (f"{7:064x}", "/out/a.png"),
        (f"{7:064x}", "/elsewhere/a.png"),
    }


def test_more_files_than_a_statement_takes_are_looked_up(books: Books) -> None:
    books.deliveries.note([delivered(number) for number in range(3)])
    assert len(books.deliveries.known(f"{number:064x}" for number in range(1200))) == 3


def test_bytes_that_a_receipt_names_or_a_delivery_was_made_from_are_held(books: Books) -> None:
    assert not books.deliveries.holds(ASSET)
    books.deliveries.note([delivered(7, asset=OTHER)])
    books.write_receipt(Receipt(key="paint/v1/a", stage="paint", version=1, result="{}", seconds=1), [ASSET])
    assert books.deliveries.holds(ASSET) and books.deliveries.holds(OTHER)


def test_the_first_provider_that_a_receipt_names_made_an_asset(books: Books) -> None:
    for key, provider in (("paint/v1/a", "openai:m"), ("resize/v1/a", None), ("paint/v1/b", "artboard")):
        receipt = Receipt(
            key=key, stage=key[:5], version=1, result='{"x":1}', provider=provider, cost_usd=Decimal(0), seconds=1
        )
        books.write_receipt(receipt, [ASSET], [OTHER, "voice:openai:nova"])
    made = books.makers.of([ASSET, OTHER])
    assert set(made) == {ASSET}
    assert (made[ASSET].provider, made[ASSET].stage, made[ASSET].result) == ("openai:m", "paint", '{"x":1}')
    assert books.makers.inputs_of(ASSET) == (OTHER, "voice:openai:nova")
    assert books.makers.inputs_of(OTHER) == ()
