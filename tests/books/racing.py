"""Processes that race for the books. They import little, and are forked from one that has imported it already."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from multiprocessing.process import BaseProcess
from typing import Any

from media_factory.books.books import Books
from media_factory.books.ledger import Order
from media_factory.errors import BudgetExceeded

DEAREST_CENTS = 60
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["__main__", "tests.books.racing"])


def race(racer: Callable[..., Any], url: str, count: int, *arguments: Any) -> list[Any]:
    """Return what `racer(books, number, *arguments)` returns in each of so many processes that start together."""
    barrier, results = CONTEXT.Barrier(count), CONTEXT.Queue()
    racers = [
        CONTEXT.Process(target=_run, args=(racer, url, number, barrier, results, arguments)) for number in range(count)
    ]
    for one in racers:
        one.start()
    found = dict(results.get(timeout=120) for _ in racers)
    for one in racers:
        one.join(60)
    assert [one.exitcode for one in racers] == [0] * count
    failures = [result for result in found.values() if isinstance(result, Exception)]
    assert failures == []
    return [found[number] for number in range(count)]


def _run(
    racer: Callable[..., Any],
    url: str,
    number: int,
    barrier: threading.Barrier,
    results: multiprocessing.Queue[Any],
    arguments: tuple[Any, ...],
) -> None:
    books = Books(url)
    barrier.wait()
    try:
        result = racer(books, number, *arguments)
    except Exception as problem:
        result = problem
    results.put((number, result))
    books.close()


def take_leases(books: Books, number: int) -> list[str]:
    """Try to take the same leases as everybody else, and return those that we got."""
    return [key for key in (f"k{index}" for index in range(20)) if books.acquire_lease(key, f"p{number}", 60)]


def order(key: str = "key", usd: str | None = "0.30", **changes: Any) -> Order:
    """Return an order for a picture."""
    return Order(
        key=key,
        estimate_usd=None if usd is None else Decimal(usd),
        **{"provider": "x:1", "modality": "image", "idempotent": False, "run": "run-1", "holder": "here:1:a"} | changes,
    )


def spend_until_refused(books: Books, number: int, cap: Decimal) -> tuple[int, bool]:
    """Buy things of random prices until the cap refuses one; return how many, and whether the cap ever was crossed."""
    chance, bought, crossed = random.Random(number), 0, False
    while True:
        cents = chance.randint(5, DEAREST_CENTS)
        try:
            intent = books.ledger.open(order(f"{number}/{bought}", str(Decimal(cents) / 100), scopes={"day": cap}))
        except BudgetExceeded:
            return bought, crossed
        books.ledger.spool(intent.id, "file", Decimal(chance.randint(1, cents)) / 100, None, 0.1)
        (state,) = books.ledger.budgets()
        crossed = crossed or state.spent_usd + state.reserved_usd > cap
        books.ledger.settle(intent.id)
        bought += 1


def try_the_same_key(books: Books, number: int) -> list[int]:
    """Open intents of one key, each under a budget that nobody else locks; return their attempts."""
    return [books.ledger.open(order("same", scopes={f"own {number}": None})).attempt for _ in range(5)]


def cross_budgets(books: Books, number: int) -> int:
    """Open and close intents under two budgets that half of us name in the other order."""
    names = ("a", "b") if number % 2 else ("b", "a")
    for index in range(15):
        intent = books.ledger.open(order(f"{number}/{index}", scopes=dict.fromkeys(names)))
        books.ledger.fail(intent.id, "ProviderTimeout", "too slow", 1.0)
    return 15


def hold_slots(books: Books, number: int, most: int) -> int:
    """Take a slot again and again, and return the most holders that we saw while we had one."""
    seen, held, holder = 0, 0, f"holder {number}"
    deadline = time.monotonic() + 60
    while held < 5 and time.monotonic() < deadline:
        if books.limits.acquire_slot("vendor", holder, most, 60):
            held += 1
            seen = max(seen, len(books.limits.holders("vendor")))
            books.limits.release_slot("vendor", holder)
    assert held == 5
    return seen


def take_tokens(books: Books, number: int, per_minute: float) -> int:
    """Take tokens until there is none, and return how many we got."""
    taken = 0
    while books.limits.take_token("vendor", per_minute) == 0.0:
        taken += 1
    return taken


def ask_breaker(books: Books, number: int) -> float:
    """Return how long the breaker keeps us out."""
    return books.limits.is_open_for("x:1")


def fail_once(books: Books, number: int) -> None:
    """Report a failure."""
    books.limits.note_failure("x:1", "ProviderUnavailable")


def save_often(books: Books, number: int) -> None:
    """Note the same saving ten times."""
    for _ in range(10):
        books.statistics.note_saving(date(2026, 11, 20), "news", "x:1", Decimal("0.01"))


def start_holding_a_slot(url: str, ttl_s: float) -> BaseProcess:
    """Return a process that holds the slot `only` and renews it until it is killed."""
    holding = CONTEXT.Event()
    process = CONTEXT.Process(target=_keep_slot, args=(url, ttl_s, holding), daemon=True)
    process.start()
    assert holding.wait(60)
    return process


def _keep_slot(url: str, ttl_s: float, holding: threading.Event) -> None:
    books = Books(url)
    assert books.limits.acquire_slot("only", "the killed one", 1, ttl_s)
    holding.set()
    while books.limits.renew_slot("only", "the killed one", ttl_s):
        time.sleep(ttl_s / 10)
