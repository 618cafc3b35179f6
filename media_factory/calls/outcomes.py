"""Outcomes: what a flow run on a GPU pool could not make, kept in the books for the run that waits for it.

What it made needs no way back: its receipts are in the books that both share. Failures go the same way, not as results
of Prefect's, since those need storage that every worker reaches, and the books are that already. Whoever finds no
outcome there knows that the two don't share their books.
"""

from __future__ import annotations

import json

from pydantic import JsonValue

from media_factory import errors
from media_factory.books.books import Books, Receipt
from media_factory.errors import MediaFactoryError
from media_factory.model import Model, canonical_json

_STAGE, _VERSION = "take-over", 1


class Failure(Model):
    """A stage that failed for good, by its key, and its error as a class of `media_factory.errors` with arguments."""

    key: str
    error: str
    arguments: tuple[JsonValue, ...]


class Outcome(Model):
    """What came of a list of requests."""

    asked: int
    failures: tuple[Failure, ...] = ()


def failure_of(key: str, error: BaseException) -> Failure:
    """Return an error as data; of one that is no `MediaFactoryError` only the class is told."""
    if not isinstance(error, MediaFactoryError):
        told = f"{type(error).__name__}: a fault of the program; the GPU pool's run has its log"
        return Failure(key=key, error=MediaFactoryError.__name__, arguments=(told,))
    try:
        arguments = tuple(json.loads(json.dumps(error.args)))
    except (TypeError, ValueError):
        arguments = (str(error),)
    return Failure(key=key, error=type(error).__name__, arguments=arguments)


def error_of(failure: Failure) -> MediaFactoryError:
    """Return the error that a failure tells of, of the same class, so that it is retried and passed on as here."""
    kind = getattr(errors, failure.error, MediaFactoryError)
    try:
        error = kind(*failure.arguments)
    except TypeError:
        error = MediaFactoryError(*failure.arguments)
    return error if isinstance(error, MediaFactoryError) else MediaFactoryError(*failure.arguments)


def keep_outcome(books: Books, run_id: str, outcome: Outcome) -> None:
    """Keep the outcome of a flow run for whoever waits for it."""
    books.write_receipt(
        Receipt(key=_key(run_id), stage=_STAGE, version=_VERSION, result=canonical_json(outcome), seconds=0.0)
    )


def take_outcome(books: Books, run_id: str) -> Outcome | None:
    """Return the outcome of a flow run and forget it; None if these books never had it."""
    receipt = books.receipt(_key(run_id))
    if receipt is None:
        return None
    books.remove_receipts([receipt.key])
    return Outcome.model_validate_json(receipt.result)


def _key(run_id: str) -> str:
    return f"{_STAGE}/v{_VERSION}/{run_id}"


__all__ = ["Failure", "Outcome", "error_of", "failure_of", "keep_outcome", "take_outcome"]
