"""The books: receipts and leases, on every database that we know."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from media_factory.books.books import Books, Receipt
from media_factory.errors import BooksError


def receipt(key: str = "speak/v1/a", result: str = "{}", cost: Decimal | None = Decimal("0.0300")) -> Receipt:
    return Receipt(key=key, stage="speak", version=1, result=result, provider="x:1", cost_usd=cost, seconds=1.5)


def test_a_receipt_comes_back_as_it_was_written(books: Books) -> None:
    books.write_receipt(receipt())
    found = books.receipt("speak/v1/a")
    assert found is not None
    assert found.made_at > 1_700_000_000
    assert found.model_copy(update={"made_at": 0}) == receipt()


def test_money_keeps_its_digits_and_unknown_stays_unknown(books: Books) -> None:
    books.write_receipt(receipt("a", cost=Decimal("0.10")))
    books.write_receipt(receipt("b", cost=None))
    found = books.receipts(["a", "b"])
    assert str(found["a"].cost_usd) == "0.10"
    assert found["b"].cost_usd is None


def test_many_receipts_are_found_in_one_query(books: Books) -> None:
    for key in "abc":
        books.write_receipt(receipt(key))
    assert sorted(books.receipts(["a", "c", "nothing"])) == ["a", "c"]


def test_writing_again_replaces_the_receipt_and_the_assets_that_it_names(books: Books) -> None:
    books.write_receipt(receipt(result="1"), ["sha256:old"])
    books.write_receipt(receipt(result="2"), ["sha256:new"])
    assert books.void_receipts_naming("sha256:old") == ()
    assert books.receipt("speak/v1/a") is not None
    assert books.void_receipts_naming("sha256:new") == ("speak/v1/a",)


def test_a_lost_asset_voids_every_receipt_that_names_it_and_no_other(books: Books) -> None:
    books.write_receipt(receipt("a"), ["sha256:1", "sha256:2"])
    books.write_receipt(receipt("b"), ["sha256:1"])
    books.write_receipt(receipt("c"), ["sha256:2"])
    assert books.void_receipts_naming("sha256:1") == ("a", "b")
    assert sorted(books.receipts("abc")) == ["c"]


def test_a_lease_has_one_holder_until_it_is_given_back(books: Books) -> None:
    assert books.acquire_lease("k", "me", 60)
    assert not books.acquire_lease("k", "you", 60)
    books.release_lease("k", "you")
    assert not books.acquire_lease("k", "you", 60)
    books.release_lease("k", "me")
    assert books.acquire_lease("k", "you", 60)


def test_a_lease_that_ran_out_can_be_taken_and_is_lost_to_its_holder(books: Books) -> None:
    assert books.acquire_lease("k", "me", -1)
    assert books.acquire_lease("k", "you", 60)
    assert not books.renew_lease("k", "me", 60)
    assert books.renew_lease("k", "you", 60)


def test_opening_books_of_a_newer_version_is_refused(url: str) -> None:
    Books(url).close()
    with create_engine(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BooksError, match="newer Media Factory"):
        Books(url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "no database URL"),
        ("mysql://user:secret@host/books", "can't be kept in mysql"),
        ("sqlite:////dev/null/books.db", "can't be opened"),
    ],
)
def test_a_url_that_can_t_be_used_is_refused_without_its_password(url: str, message: str) -> None:
    with pytest.raises(BooksError) as refused:
        Books(url)
    assert message in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "books.db").write_text("these are no books, but a text of some length " * 50)
    with pytest.raises(BooksError, match="can't be opened"):
        Books(f"sqlite:///{tmp_path / 'books.db'}")
