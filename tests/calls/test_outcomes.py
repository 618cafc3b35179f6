"""Errors come back from another machine as what they are."""

from __future__ import annotations

import pytest

from media_factory import errors
from media_factory.books.books import Books
from media_factory.calls.outcomes import Failure, Outcome, error_of, failure_of, keep_outcome, take_outcome
from media_factory.errors import AssetLost, BriefError, MediaFactoryError, RateLimited

EVERY_KIND = [kind for name in errors.__all__ if isinstance(kind := getattr(errors, name), type)]
ERRORS = [kind("sha256:1", "gone") if kind is AssetLost else kind("because") for kind in EVERY_KIND]


def travelled(error: BaseException) -> MediaFactoryError:
    return error_of(Failure.model_validate_json(failure_of("key", error).model_dump_json()))


@pytest.mark.parametrize("error", [*ERRORS, RateLimited("later", 2.5), BriefError(("a: no", "b: no"), "x.yaml")])
def test_every_error_of_ours_arrives_as_it_left(error: MediaFactoryError) -> None:
    arrived = travelled(error)
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert (arrived.retryable, arrived.retry_after_s) == (error.retryable, error.retry_after_s)


def test_a_fault_of_the_program_arrives_without_its_words_and_falls_back_to_nobody() -> None:
    arrived = travelled(KeyError("sk-secret"))
    assert type(arrived) is MediaFactoryError
    assert "KeyError" in str(arrived)
    assert "secret" not in str(arrived)


def test_an_unknown_kind_arrives_as_the_root_of_the_tree() -> None:
    failure = Failure(key="key", error="Path", arguments=("because",))
    assert type(error_of(failure)) is MediaFactoryError


def test_an_outcome_is_taken_once(tmp_path: object) -> None:
    books = Books(f"sqlite:///{tmp_path}/books.db")
    try:
        outcome = Outcome(asked=2, failures=(failure_of("key", RateLimited("later", 2.5)),))
        keep_outcome(books, "run-1", outcome)
        assert take_outcome(books, "run-2") is None
        assert take_outcome(books, "run-1") == outcome
        assert take_outcome(books, "run-1") is None
    finally:
        books.close()
