"""The first look at a batch: every row is read, and what is made already is told apart, before anything is begun."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from threading import Event

from media_factory.batches.grouping import Waiting
from media_factory.batches.outcomes import Outcome, Outcomes
from media_factory.batches.rows import Row
from media_factory.books.products import Product
from media_factory.briefs.model import Brief
from media_factory.errors import InputError

_MOST_LISTED = 20

KeyOf = Callable[[Brief], str]
FolderOf = Callable[[Brief], Path]
Standing = Callable[[Mapping[str, Path]], Mapping[str, Product]]


def prepare(
    rows: Iterable[Row],
    waiting: Waiting,
    outcomes: Outcomes,
    stop: Event,
    *,
    key_of: KeyOf,
    folder_of: FolderOf,
    standing: Standing,
    strict: bool,
) -> frozenset[str]:
    """Sort a manifest's rows into those that can't be used, those that are made already, and those that wait.

    Args:
        rows: the manifest's.
        waiting: takes every row that can be used.
        outcomes: takes what is known of a row without making anything.
        stop: ends it early when it is set.
        key_of: says under which key a product is known.
        folder_of: says where it goes.
        standing: finds those that are made already, by key, in one query.
        strict: a row that can't be used ends the batch.

    Returns:
        The keys of what is made already.

    Raises:
        InputError: it is strict, and rows can't be used; the message lists the first twenty.
    """
    wanted, numbers = dict[str, Path](), dict[str, int]()
    refused = list[Outcome]()
    for row in rows:
        if stop.is_set():
            return frozenset()
        if row.brief is None:
            refused.append(Outcome(number=row.number, title=row.title, state="refused", error="\n".join(row.problems)))
            continue
        key = key_of(row.brief)
        wanted[key], numbers[key] = folder_of(row.brief), row.number
        waiting.add(row, key)
    if strict and refused:
        raise InputError(_listed(refused))
    for outcome in refused:
        outcomes.add(outcome)
    found = standing(wanted)
    for key, product in found.items():
        outcomes.add(_made_before(numbers[key], product))
    return frozenset(found)


def _made_before(number: int, product: Product) -> Outcome:
    state = "cached" if product.status == "passed" else "degraded"
    return Outcome(number=number, id=product.id, kind=product.kind, title=product.title, state=state, page=product.page)


def _listed(refused: list[Outcome]) -> str:
    lines = [line for outcome in refused for line in (outcome.error or "").splitlines()]
    more = [f"and {len(lines) - _MOST_LISTED} more"] if len(lines) > _MOST_LISTED else []
    heading = f"{len(refused)} rows of the manifest can't be used, so nothing was made; mend them, or leave strict off:"
    return "\n".join((heading, *lines[:_MOST_LISTED], *more))


__all__ = ["prepare"]
