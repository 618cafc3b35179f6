"""The archive: receipts found by what they name, on every database."""

from __future__ import annotations

import pytest

from media_factory.books.archive import Search
from media_factory.books.books import Books
from media_factory.books.receipts import Receipt, ReceiptRecord


def write(books: Books, key: str, outputs: tuple[str, ...] = (), inputs: tuple[str, ...] = (), **fields: str) -> None:
    books.write_receipt(Receipt(key=key, stage="s", version=1, result="{}", seconds=0, **fields), outputs, inputs)


def keys(books: Books, **search: object) -> list[str]:
    return [one.receipt.key for one in books.archive.records(Search.model_validate(search))]


def test_all_receipts_come_once_the_latest_first_whatever_their_number(books: Books) -> None:
    for number in range(1203):
        write(books, f"{number:04}", (f"sha256:{number}",))
    assert sorted(keys(books)) == [f"{number:04}" for number in range(1203)]
    times = [one.receipt.made_at for one in books.archive.records()]
    assert times == sorted(times, reverse=True)
    assert all(one.outputs for one in books.archive.records())


def test_receipts_are_found_by_provider_channel_stage_and_time(books: Books) -> None:
    write(books, "a", provider="acme:1", channel="news")
    write(books, "b", provider="acme_2:1")
    assert keys(books, provider="acme") == ["a"]
    assert keys(books, provider="acme:1") == ["a"]
    assert keys(books, channel="news") == ["a"]
    assert keys(books, stage="t") == []
    assert keys(books, since=books.now() + 60) == []
    assert keys(books, until=books.now() - 60) == []


def test_makers_and_users_of_a_name(books: Books) -> None:
    write(books, "a", ("x",), ("voice:acme:anna",))
    write(books, "b", ("y",), ("x",))
    assert [one.receipt.key for one in books.archive.makers("x")] == ["a"]
    assert [one.receipt.key for one in books.archive.users("x")] == ["b"]
    assert books.archive.names() == {"x", "y", "voice:acme:anna"}
    assert books.archive.starting_with("voice:") == ("voice:acme:anna",)
    write(books, "b", ("y",), ())
    assert books.archive.users("x") == ()


def test_a_receipt_that_is_there_is_not_restored_over(books: Books) -> None:
    write(books, "a", ("x",))
    other = Receipt(key="a", stage="s", version=1, result='"other"', seconds=0, made_at=1.0)
    new = other.model_copy(update={"key": "b"})
    records = [ReceiptRecord(receipt=one, outputs=("z",)) for one in (other, new)]
    assert books.restore_receipts(records) == 1
    found = books.receipts(["a", "b"])
    assert (found["a"].result, found["b"].made_at) == ("{}", 1.0)


def test_what_was_written_is_returned_and_told_to_the_journal(books: Books) -> None:
    kept: list[ReceiptRecord] = []
    struck: list[str] = []

    class Listening:
        def keep(self, record: ReceiptRecord) -> None:
            kept.append(record)

        def strike(self, key: str) -> None:
            struck.append(key)

    books.journal = Listening()
    written = books.write_receipt(Receipt(key="a", stage="s", version=1, result="{}", seconds=0), ["x"], ["y"])
    assert written == books.receipt("a")
    assert kept == [ReceiptRecord(receipt=written, outputs=("x",), inputs=("y",))]
    books.void_receipts_naming("x")
    write(books, "b")
    assert books.remove_receipts(["b", "nothing"]) == 1
    assert struck == ["a", "b", "nothing"]


def test_the_latest_upload_comes_first_and_the_newest_description_counts(books: Books) -> None:
    for digest, text, at in (("a", "1", 1.0), ("b", "2", 2.0), ("a", "3", 3.0)):
        books.archive.write_upload(digest, text, at)
    assert books.archive.uploads() == ("3", "2")
    books.archive.remove_upload("a")
    assert (books.archive.upload("a"), books.archive.upload("b")) == (None, "2")


@pytest.mark.parametrize("beginning", ["%", "_", "sha256:%"])
def test_a_beginning_is_no_pattern(books: Books, beginning: str) -> None:
    write(books, "a", ("sha256:1",))
    assert books.archive.starting_with(beginning) == ()
