"""The ledger: intents from order to settlement, against budgets that are never crossed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from media_factory.books.books import Books
from media_factory.books.ledger import BudgetState, Intent, Ledger
from media_factory.errors import BooksError, BudgetExceeded
from tests.books.racing import order


@pytest.fixture
def ledger(books: Books) -> Ledger:
    return books.ledger


def standing(ledger: Ledger, scope: str = "day") -> tuple[Decimal, Decimal]:
    """Return what a budget has spent and reserved."""
    (state,) = (state for state in ledger.budgets() if state.scope == scope)
    return state.spent_usd, state.reserved_usd


def found(ledger: Ledger, intent: Intent) -> Intent:
    again = ledger.intent(intent.id)
    assert again is not None
    return again


def test_an_intent_comes_back_as_it_was_opened(ledger: Ledger) -> None:
    opened = ledger.open(order(channel="news", caller="ann", scopes={"run:1": None, "day": Decimal(5)}))
    assert (opened.state, opened.attempt, opened.priced, opened.reserved_usd) == ("open", 1, True, Decimal("0.30"))
    assert (opened.provider, opened.channel, opened.caller, opened.scopes) == ("x:1", "news", "ann", ("day", "run:1"))
    assert opened.opened_at > 1_700_000_000
    assert (opened.closed_at, opened.charged_usd, opened.error) == (None, None, None)
    assert ledger.intent(opened.id) == opened
    assert ledger.unsettled() == (opened,)
    assert ledger.intent("nothing") is None


def test_tries_at_a_key_are_counted_and_listed_oldest_first(ledger: Ledger) -> None:
    tries = [ledger.open(order("a")) for _ in range(3)]
    ledger.open(order("b"))
    assert [intent.attempt for intent in ledger.intents_of("a")] == [1, 2, 3]
    assert [intent.id for intent in ledger.intents_of("a")] == [intent.id for intent in tries]


def test_an_order_reserves_its_price_in_every_budget_that_it_names(ledger: Ledger) -> None:
    ledger.open(order(scopes={"day": Decimal(5), "run:1": None}))
    assert ledger.budgets() == (
        BudgetState(scope="day", cap_usd=Decimal(5), spent_usd=Decimal(0), reserved_usd=Decimal("0.3")),
        BudgetState(scope="run:1", cap_usd=None, spent_usd=Decimal(0), reserved_usd=Decimal("0.3")),
    )


def test_a_budget_can_be_used_up_to_the_last_microdollar(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.open(order(usd="0.333333", scopes={"day": Decimal(1)}))
    ledger.open(order(usd="0.000001", scopes={"day": Decimal(1)}))
    ledger.open(order(usd="0", scopes={"day": Decimal(1)}))
    with pytest.raises(BudgetExceeded):
        ledger.open(order(usd="0.000001", scopes={"day": Decimal(1)}))


def test_an_order_that_would_cross_one_cap_reserves_nothing_anywhere(ledger: Ledger) -> None:
    ledger.open(order(usd="0.50", scopes={"day": Decimal(1)}))
    with pytest.raises(BudgetExceeded) as refused:
        ledger.open(order(usd="0.75", scopes={"a": None, "day": Decimal(1), "z": Decimal(9)}))
    assert str(refused.value) == "day: $0.75 more would cross the cap of $1.00 ($0.00 spent, $0.50 reserved)"
    assert [standing(ledger, scope) for scope in ("a", "day", "z")] == [(0, 0), (0, Decimal("0.5")), (0, 0)]
    assert len(ledger.unsettled()) == 1


def test_a_refusal_names_every_cap_that_would_be_crossed(ledger: Ledger) -> None:
    with pytest.raises(BudgetExceeded, match=r"day: .* cap of \$0.10 .*; run: .* cap of \$0.20 "):
        ledger.open(order(scopes={"run": Decimal("0.20"), "day": Decimal("0.10"), "wide": Decimal(5)}))


def test_a_cap_that_is_changed_counts_from_the_next_order_on_and_is_shown_even_if_it_refuses(ledger: Ledger) -> None:
    ledger.open(order(scopes={"day": Decimal("0.30")}))
    ledger.open(order(scopes={"day": Decimal("0.60")}))
    with pytest.raises(BudgetExceeded):
        ledger.open(order(scopes={"day": Decimal("0.10")}))
    (state,) = ledger.budgets("day")
    assert state.cap_usd == Decimal("0.10")


def test_a_price_that_nobody_knows_reserves_nothing_and_needs_a_budget_with_something_left(ledger: Ledger) -> None:
    intent = ledger.open(order(usd=None, scopes={"day": Decimal("0.30")}))
    assert (intent.priced, intent.reserved_usd) == (False, 0)
    ledger.open(order(usd="0.30", scopes={"day": Decimal("0.30")}))
    with pytest.raises(BudgetExceeded, match="a call of unknown price would cross the cap"):
        ledger.open(order(usd=None, scopes={"day": Decimal("0.30")}))


def test_settling_spends_what_was_charged_and_frees_the_rest(ledger: Ledger) -> None:
    intent = ledger.open(order(scopes={"day": Decimal(1)}))
    ledger.spool(intent.id, "spool/1", Decimal("0.25"), "req-1", 2.5)
    assert standing(ledger) == (0, Decimal("0.30"))
    ledger.settle(intent.id)
    assert standing(ledger) == (Decimal("0.25"), 0)
    settled = found(ledger, intent)
    assert (settled.state, settled.spool, settled.vendor_id, settled.seconds) == ("settled", "spool/1", "req-1", 2.5)
    assert settled.charged_usd == Decimal("0.25")
    assert settled.closed_at is not None
    assert settled.closed_at >= settled.opened_at
    assert ledger.unsettled() == ()


def test_a_charge_that_nobody_knows_is_spent_as_it_was_reserved(ledger: Ledger) -> None:
    intent = ledger.open(order(scopes={"day": Decimal(1)}))
    ledger.ticket(intent.id, "task-1")
    ledger.spool(intent.id, "spool/1", None, None, 2.5)
    ledger.settle(intent.id)
    assert standing(ledger) == (Decimal("0.30"), 0)
    assert (found(ledger, intent).ticket, found(ledger, intent).charged_usd) == ("task-1", None)


def test_a_charge_above_the_estimate_is_told_as_it_is_and_stops_further_calls(ledger: Ledger) -> None:
    intent = ledger.open(order(scopes={"day": Decimal(1)}))
    ledger.spool(intent.id, "spool/1", Decimal("1.10"), None, 2.5)
    ledger.settle(intent.id)
    assert standing(ledger) == (Decimal("1.10"), 0)
    with pytest.raises(BudgetExceeded):
        ledger.open(order(usd="0.000001", scopes={"day": Decimal(1)}))


def test_a_part_of_a_microdollar_is_never_lost(ledger: Ledger) -> None:
    intent = ledger.open(order(usd="0.0000001", scopes={"day": Decimal("0.0000019")}))
    assert intent.reserved_usd == Decimal("0.000001")
    with pytest.raises(BudgetExceeded):
        ledger.open(order(usd="0.0000001", scopes={"day": Decimal("0.0000019")}))


def test_failing_releases_the_reservation(ledger: Ledger) -> None:
    intent = ledger.open(order(scopes={"day": Decimal(1)}))
    ledger.fail(intent.id, "RateLimited", "too many", 0.5)
    assert standing(ledger) == (0, 0)
    failed = found(ledger, intent)
    assert (failed.state, failed.error, failed.reason, failed.seconds) == ("failed", "RateLimited", "too many", 0.5)
    assert failed.charged_usd == 0


def test_failing_with_something_that_was_charged_for_spends_it(ledger: Ledger) -> None:
    known = ledger.open(order(scopes={"day": Decimal(1)}))
    ledger.spool(known.id, "spool/1", Decimal("0.25"), None, 1.0)
    ledger.fail(known.id, "BadReply", "no picture", 1.0, paid=True)
    assert standing(ledger) == (Decimal("0.25"), 0)
    unknown = ledger.open(order(scopes={"day": Decimal(1)}))
    ledger.fail(unknown.id, "BadReply", "no picture", 1.0, paid=True)
    assert standing(ledger) == (Decimal("0.55"), 0)


def test_a_doubt_keeps_its_reservation_until_somebody_decides(ledger: Ledger) -> None:
    intents = [ledger.open(order(str(number), scopes={"day": Decimal(1)})) for number in range(2)]
    for intent in intents:
        ledger.doubt(intent.id, "ProviderTimeout", "nothing within 60 s", 60.0)
    assert standing(ledger) == (0, Decimal("0.60"))
    assert [intent.state for intent in ledger.unsettled()] == ["in_doubt", "in_doubt"]
    ledger.dismiss(intents[0].id, paid=True)
    assert standing(ledger) == (Decimal("0.30"), Decimal("0.30"))
    ledger.dismiss(intents[1].id, paid=False)
    assert standing(ledger) == (Decimal("0.30"), 0)
    assert [found(ledger, intent).charged_usd for intent in intents] == [None, 0]
    assert {found(ledger, intent).state for intent in intents} == {"dismissed"}


def test_a_doubt_whose_reply_turns_up_is_settled_as_if_nothing_had_been(ledger: Ledger) -> None:
    intent = ledger.open(order(scopes={"day": Decimal(1)}))
    ledger.doubt(intent.id, "ProviderTimeout", "nothing within 60 s", 60.0)
    ledger.ticket(intent.id, "task-1")
    ledger.spool(intent.id, "spool/1", None, None, 70.0)
    ledger.settle(intent.id)
    assert standing(ledger) == (Decimal("0.30"), 0)
    assert (found(ledger, intent).error, found(ledger, intent).reason) == (None, None)


CHANGES: dict[str, Callable[[Ledger, str], None]] = {
    "ticketed": lambda ledger, intent_id: ledger.ticket(intent_id, "task-1"),
    "spooled": lambda ledger, intent_id: ledger.spool(intent_id, "spool/1", None, None, 1.0),
    "settled": lambda ledger, intent_id: ledger.settle(intent_id),
    "failed": lambda ledger, intent_id: ledger.fail(intent_id, "RateLimited", "too many", 1.0),
    "in_doubt": lambda ledger, intent_id: ledger.doubt(intent_id, "ProviderTimeout", "too slow", 1.0),
    "dismissed": lambda ledger, intent_id: ledger.dismiss(intent_id, paid=False),
}
WAYS = {
    "open": (),
    "ticketed": ("ticketed",),
    "spooled": ("spooled",),
    "settled": ("spooled", "settled"),
    "failed": ("failed",),
    "in_doubt": ("in_doubt",),
    "dismissed": ("in_doubt", "dismissed"),
}
ALLOWED = {
    "open": {"ticketed", "spooled", "failed", "in_doubt"},
    "ticketed": {"spooled", "failed", "in_doubt"},
    "spooled": {"settled", "failed"},
    "in_doubt": {"ticketed", "spooled", "dismissed"},
}


def test_an_intent_changes_its_state_only_in_the_ways_that_are_allowed(ledger: Ledger) -> None:
    for state, way in WAYS.items():
        for change, make in CHANGES.items():
            intent = ledger.open(order(f"{state}/{change}", scopes={"day": Decimal(100)}))
            for step in way:
                CHANGES[step](ledger, intent.id)
            before = (found(ledger, intent), standing(ledger))
            if change in ALLOWED.get(state, ()):
                make(ledger, intent.id)
                assert found(ledger, intent).state == change
            else:
                with pytest.raises(BooksError, match=f"is {state}; only one that is .* can become {change}"):
                    make(ledger, intent.id)
                assert (found(ledger, intent), standing(ledger)) == before


def test_an_intent_that_is_not_in_the_books_can_t_be_changed(ledger: Ledger) -> None:
    for make in CHANGES.values():
        with pytest.raises(BooksError, match="intent nothing is not in the books"):
            make(ledger, "nothing")


def test_a_vendor_s_words_are_kept_whatever_they_hold(ledger: Ledger) -> None:
    intent = ledger.open(order())
    ledger.fail(intent.id, "BadReply", "nul \0, half a pair \ud800, " + "long" * 10_000, 1.0)
    reason = found(ledger, intent).reason
    assert reason is not None
    assert reason.startswith("nul \N{REPLACEMENT CHARACTER}, half a pair ?, long")
    assert len(reason) == 2000


@pytest.mark.parametrize("charge", ["-0.01", "NaN", "Infinity"])
def test_a_charge_that_is_no_amount_is_refused_and_changes_nothing(ledger: Ledger, charge: str) -> None:
    intent = ledger.open(order(scopes={"day": Decimal(1)}))
    with pytest.raises(BooksError, match="no amount of money"):
        ledger.spool(intent.id, "spool/1", Decimal(charge), None, 1.0)
    assert found(ledger, intent) == intent


def test_budgets_are_found_by_the_beginning_of_their_scope_to_the_letter(ledger: Ledger) -> None:
    ledger.open(order(scopes=dict.fromkeys(("day:2026-11-20", "DAY:x", "day_x", "run:1", "day:%"))))
    assert [state.scope for state in ledger.budgets("day:")] == ["day:%", "day:2026-11-20"]
    assert [state.scope for state in ledger.budgets("day:%")] == ["day:%"]
    assert len(ledger.budgets()) == 5
