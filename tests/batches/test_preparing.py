"""Before anything is begun, every row is read, and what stands already is found at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from media_factory.batches.grouping import Waiting
from media_factory.batches.outcomes import Outcomes, read_outcomes
from media_factory.batches.preparing import prepare
from media_factory.batches.rows import Row
from media_factory.books.products import Product
from media_factory.briefs.model import NarrationBrief
from media_factory.errors import InputError


def good(number: int) -> Row:
    return Row(number=number, brief=NarrationBrief(title=f"Row {number}", text="Hello."))


def bad(number: int) -> Row:
    return Row(number=number, brief=None, problems=(f"line {number}: text: is missing",))


class Asked:
    """Books that know some products, and count how often they are asked."""

    def __init__(self, *known: str) -> None:
        self.known, self.times = known, 0

    def __call__(self, wanted: Mapping[str, Path]) -> Mapping[str, Product]:
        self.times += 1
        return {
            key: Product(
                key=key, folder=str(wanted[key]), id="x", kind="narration", title=key, status="passed", page="p"
            )
            for key in self.known
            if key in wanted
        }


def prepared(rows: list[Row], tmp_path: Path, asked: Asked, *, strict: bool = False) -> tuple[frozenset[str], Path]:
    spool = tmp_path / "outcomes.jsonl"
    with Waiting(tmp_path / "waiting.jsonl") as waiting, Outcomes(spool) as outcomes:
        made = prepare(
            rows,
            waiting,
            outcomes,
            threading.Event(),
            key_of=lambda brief: brief.id,
            folder_of=lambda brief: tmp_path / brief.id,
            standing=asked,
            strict=strict,
        )
        assert len(waiting) == sum(row.brief is not None for row in rows)
    return made, spool


def test_what_stands_is_found_in_one_query_and_reported_with_what_can_t_be_used(tmp_path: Path) -> None:
    asked = Asked("row-1", "row-3")
    made, spool = prepared([good(1), good(2), good(3), bad(4)], tmp_path, asked)
    assert (made, asked.times) == ({"row-1", "row-3"}, 1)
    outcomes = {outcome.number: outcome for outcome in read_outcomes(spool)}
    assert {number: outcome.state for number, outcome in outcomes.items()} == {1: "cached", 3: "cached", 4: "refused"}
    assert outcomes[4].error == "line 4: text: is missing"


def test_a_strict_batch_with_bad_rows_is_refused_with_the_first_twenty(tmp_path: Path) -> None:
    rows = [good(1), *(bad(number) for number in range(2, 32))]
    asked = Asked()
    with pytest.raises(InputError) as refusal:
        prepared(rows, tmp_path, asked, strict=True)
    lines = str(refusal.value).splitlines()
    assert lines[0].startswith("30 rows of the manifest can't be used, so nothing was made")
    assert lines[1] == "line 2: text: is missing"
    assert (lines[20], lines[21]) == ("line 21: text: is missing", "and 10 more")
    assert asked.times == 0
