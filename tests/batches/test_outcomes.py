"""Outcomes are whole lines of a file: counted as they come, read in the order of the rows, whatever a crash left."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_factory.batches.outcomes import FINE, Outcome, Outcomes, OutcomeState, Totals, read_outcomes

STATES: tuple[OutcomeState, ...] = get_args(OutcomeState)
SOME = st.builds(
    Outcome,
    number=st.integers(1, 20),
    id=st.just("a"),
    title=st.text(max_size=20),
    state=st.sampled_from(STATES),
    cost_usd=st.none() | st.decimals(0, 9, places=4),
    seconds=st.floats(0, 100),
    error=st.none() | st.text(max_size=30),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outcomes=st.lists(SOME, max_size=20), torn=st.binary(max_size=30))
def test_what_was_written_is_read_in_the_order_of_rows(tmp_path: Path, outcomes: list[Outcome], torn: bytes) -> None:
    spool = tmp_path / "deep" / "outcomes.jsonl"
    with Outcomes(spool) as writer:
        for outcome in outcomes:
            writer.add(outcome)
    with spool.open("ab") as file:
        file.write(torn.replace(b"\n", b" "))
    last = {outcome.number: outcome for outcome in outcomes}
    assert list(read_outcomes(spool)) == [last[number] for number in sorted(last)]


@given(outcomes=st.lists(SOME, max_size=30))
def test_totals_add_up(outcomes: list[Outcome]) -> None:
    totals = Totals()
    for outcome in outcomes:
        totals = totals.plus(outcome)
    assert totals.rows == len(outcomes)
    assert {state: getattr(totals, state) for state in STATES} == {
        state: sum(outcome.state == state for outcome in outcomes) for state in STATES
    }
    assert totals.cost_usd == sum((outcome.cost_usd or Decimal(0) for outcome in outcomes), Decimal(0))
    assert totals.unpriced == sum(outcome.cost_usd is None for outcome in outcomes)
    assert totals.all_well == all(outcome.state in FINE for outcome in outcomes)


def test_an_outcome_is_in_the_file_at_once(tmp_path: Path) -> None:
    writer = Outcomes(tmp_path / "o.jsonl")
    writer.add(Outcome(number=3, state="failed", error="two\nlines"))
    assert [outcome.error for outcome in read_outcomes(tmp_path / "o.jsonl")] == ["two\nlines"]
    writer.close()
    Outcomes(tmp_path / "o.jsonl").close()
    assert list(read_outcomes(tmp_path / "o.jsonl")) == []
