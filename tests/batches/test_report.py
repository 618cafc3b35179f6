"""The report: every row in the table, the page, its links and its words, whatever strangers wrote into titles."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from media_factory.batches import report
from media_factory.batches.outcomes import Outcome, Outcomes
from media_factory.batches.report import BatchAbout, Report, write_report
from media_factory.errors import StoreError

ABOUT = BatchAbout(
    title="Nightly <stories>", id="nightly", manifest="s3://b/rows.csv", began_at=1_795_195_000, ended_at=1_795_195_061
)


def written(folder: Path, *outcomes: Outcome, about: BatchAbout = ABOUT) -> Report:
    with Outcomes(folder / "outcomes.jsonl") as spool:
        for outcome in outcomes:
            spool.add(outcome)
    return write_report(folder / "outcomes.jsonl", folder / "report", about)


def outcome(number: int, state: str = "made", **fields: object) -> Outcome:
    return Outcome.model_validate(
        {"number": number, "id": f"s-{number}", "kind": "story", "title": f"Story {number}", "state": state, **fields}
    )


class Rows(HTMLParser):
    """Collects the links and the elements of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href" and tag == "a"]


def test_the_table_has_a_line_for_every_row_in_their_order(tmp_path: Path) -> None:
    found = written(
        tmp_path,
        outcome(3, "failed", error="openai: failing (503)\nagain later", cost_usd=None),
        outcome(2, cost_usd=Decimal("0.0425"), seconds=1.5, page="https://cdn/x/index.html"),
        outcome(4, title="=HYPERLINK(1)", error="-1+2"),
    )
    with found.csv.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["number"], row["state"], row["cost_usd"], row["seconds"]) for row in rows] == [
        ("2", "made", "0.0425", "1.500"),
        ("3", "failed", "", "0.000"),
        ("4", "made", "0", "0.000"),
    ]
    assert (rows[0]["page"], rows[1]["error"]) == ("https://cdn/x/index.html", "openai: failing (503)\nagain later")
    assert (rows[2]["title"], rows[2]["error"]) == ("'=HYPERLINK(1)", "'-1+2")
    assert (found.totals.rows, found.totals.unpriced, found.totals.all_well) == (3, 1, False)


def test_the_page_leads_to_every_product_from_wherever_the_report_lies(tmp_path: Path) -> None:
    page = tmp_path / "out" / "a story" / "index.html"
    found = written(tmp_path, outcome(2, page=str(page)), outcome(3, page="https://cdn/x/?sig=1"), outcome(4, "failed"))
    links = Rows(found.page).links
    assert links[:2] == ["../out/a%20story/index.html", "https://cdn/x/?sig=1"]
    assert "report.csv" in links


def test_the_page_shows_what_strangers_wrote_and_runs_none_of_it(tmp_path: Path) -> None:
    evil = '<script>alert(1)</script>"onload="x'
    found = written(
        tmp_path,
        outcome(2, title=evil, error=evil, id=evil, page=f"javascript:{evil}"),
        outcome(3, "failed", title=evil, error=evil),
        about=ABOUT.model_copy(update={"title": evil, "manifest": evil, "remarks": (evil,)}),
    )
    page = Rows(found.page)
    assert "script" not in page.tags
    assert "default-src 'none'" in found.page.read_text()
    assert not any(link and link.startswith("javascript:") for link in page.links)


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ((), "There was nothing to make"),
        (("made", "cached"), "Every row is there"),
        (("made", "degraded"), "Every row is there, 1 with less than asked"),
        (("made", "failed"), "1 of 2 rows needs a look"),
        (("refused", "skipped", "blocked", "failed"), "4 of 4 rows need a look"),
    ],
)
def test_the_page_says_how_it_went(tmp_path: Path, states: tuple[str, ...], verdict: str) -> None:
    found = written(tmp_path, *(outcome(number, state, error="why") for number, state in enumerate(states, 2)))
    text = found.page.read_text()
    assert f"</svg>{verdict}</p>" in text
    assert ("Needs a look" in text) == ("need" in verdict)
    assert "1 min 1 s" in text and "20 Nov 2026" in text and "Nightly &lt;stories&gt;" in text


def test_what_went_wrong_is_shown_before_what_was_not_begun(tmp_path: Path) -> None:
    skipped = [outcome(number, "skipped", error="the budget is spent") for number in range(2, 150)]
    text = written(tmp_path, *skipped, outcome(150, "failed", error="out of order")).page.read_text()
    shown = text.partition("Needs a look")[2].partition('id="rows"')[0]
    assert shown.index("out of order") < shown.index("the budget is spent")
    assert shown.count("<li") == 100 and "49 more rows of this sort" in shown


def test_a_page_of_very_many_rows_sends_readers_to_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MOST_ROWS", 3)
    found = written(tmp_path, *(outcome(number) for number in range(1, 6)))
    text = found.page.read_text()
    assert len(re.findall(r"<tr class=", text)) == 3
    assert "the first 3 rows" in text
    assert len(found.csv.read_text().splitlines()) == 6


def test_a_report_that_can_not_be_written_leaves_the_earlier_one(tmp_path: Path) -> None:
    found = written(tmp_path, outcome(1))
    before = found.page.read_bytes()
    with pytest.raises(StoreError, match="can't write the report of nightly"):
        write_report(tmp_path / "none.jsonl", tmp_path / "report", ABOUT)
    assert found.page.read_bytes() == before
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["report.csv", "report.html"]
