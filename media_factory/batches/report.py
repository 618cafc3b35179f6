"""The report of a batch: what became of every row, as a table for programs and a page for people.

Both are written from the file of outcomes, a few rows in memory at a time. The page opens from disk, runs no script,
and needs no network.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pydantic import Field

from media_factory import __version__
from media_factory.batches.outcomes import FINE, Outcome, OutcomeState, Totals, read_outcomes
from media_factory.delivery import wording
from media_factory.delivery.page import font_stack
from media_factory.delivery.schemes import schemes_of
from media_factory.design.themes import THEMES
from media_factory.errors import StoreError
from media_factory.files import whole_file
from media_factory.model import Model

CSV, PAGE = "report.csv", "report.html"
MOST_ROWS = 20_000
_MOST_LOOKED = 100
_THEME = THEMES["news"]
_STATES: tuple[OutcomeState, ...] = get_args(OutcomeState)
_TONES = {"made": "good", "cached": "good", "degraded": "warn", "skipped": "warn"}
_COLUMNS = ("number", "id", "kind", "title", "state", "cost_usd", "seconds", "page", "error")
# What spreadsheets take for a formula (OWASP, "CSV Injection"); titles are written by strangers.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BatchAbout(Model):
    """What a report says of its batch; moments are seconds since 1970."""

    title: str
    id: str
    manifest: str = Field(description="where the rows came from, without secrets")
    unit: str = Field(default="line", description="what the rows' numbers count: line, or row")
    began_at: float
    ended_at: float
    remarks: tuple[str, ...] = Field(default=(), description="what holds for the whole batch: a budget that was spent")


class Report(Model):
    """Where a report lies, and its totals."""

    csv: Path
    page: Path
    totals: Totals


def write_report(spool: Path, folder: Path, about: BatchAbout) -> Report:
    """Write `report.csv` and `report.html` into a folder, each whole or as it was.

    Args:
        spool: the outcomes, as `Outcomes` wrote them.
        folder: where the report goes.
        about: the batch.

    Raises:
        StoreError: the outcomes can't be read, or the folder can't be written.
    """
    try:
        with whole_file(folder / CSV) as table:
            totals = _write_table(spool, table)
        with whole_file(folder / PAGE) as page:
            _write_page(spool, page, folder, about, totals)
    except OSError as problem:
        raise StoreError(f"can't write the report of {about.id} to {folder}: {problem.strerror}") from problem
    return Report(csv=folder / CSV, page=folder / PAGE, totals=totals)


def _write_table(spool: Path, target: Path) -> Totals:
    totals = Totals()
    # Spreadsheets take a table for UTF-8 only if it begins with a byte order mark.
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for outcome in read_outcomes(spool):
            totals = totals.plus(outcome)
            writer.writerow([_cell(getattr(outcome, name)) for name in _COLUMNS])
    return totals


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else str(value)


def _write_page(spool: Path, target: Path, folder: Path, about: BatchAbout, totals: Totals) -> None:
    environment = _environment()
    amiss = totals.rows - sum(getattr(totals, state) for state in FINE)
    stream = environment.get_template("report.html.jinja").stream(
        about=about,
        totals=totals,
        states=[(state, getattr(totals, state)) for state in _STATES if getattr(totals, state)],
        tones={state: _TONES.get(state, "bad") for state in _STATES},
        tone=_tone(totals),
        verdict=_verdict(totals, amiss),
        amiss=amiss,
        most_looked=_MOST_LOOKED,
        looked=islice(_amiss(spool), _MOST_LOOKED),
        rows=islice(read_outcomes(spool), MOST_ROWS),
        most_rows=MOST_ROWS,
        csv=CSV,
        link=partial(_link, folder=folder.absolute()),
        made_with=f"media-factory {__version__}",
        theme_style=_style(),
        sheet=Markup(environment.loader.get_source(environment, "report.css")[0].strip()),  # type: ignore[union-attr]  # noqa: S704 - ours
    )
    stream.enable_buffering(200)
    with target.open("wb") as file:
        stream.dump(file, "utf-8")


def _amiss(spool: Path) -> Iterator[Outcome]:
    """Yield what wants a look: first what went wrong, then what was not begun, of which there may be thousands."""
    yield from (outcome for outcome in read_outcomes(spool) if outcome.state not in (*FINE, "skipped"))
    yield from (outcome for outcome in read_outcomes(spool) if outcome.state == "skipped")


def _tone(totals: Totals) -> Literal["good", "warn", "bad"]:
    if not totals.all_well:
        return "bad"
    return "warn" if totals.degraded else "good"


def _verdict(totals: Totals, amiss: int) -> str:
    if amiss:
        return f"{amiss:,} of {counted(totals.rows, 'row')} {'needs' if amiss == 1 else 'need'} a look"
    if totals.degraded:
        return f"Every row is there, {totals.degraded:,} with less than asked"
    return "Every row is there" if totals.rows else "There was nothing to make"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "row"), counted(12000, "row")
    ('1 row', '12,000 rows')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _link(page: str, folder: Path) -> str:
    """Return where a page is from the report: its URL, or its place relative to the folder, so that both may move."""
    if urlsplit(page).scheme in ("http", "https"):
        return page
    return quote(Path(os.path.relpath(page, folder)).as_posix())


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("media_factory.batches"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    readings = (wording.lasting, wording.moment, wording.money, counted)
    environment.filters |= {reading.__name__: reading for reading in readings} | {"stamp": _stamp}
    return environment


def _style() -> Markup:
    light, dark = schemes_of(_THEME.palette)
    fonts = f"--title:{font_stack(_THEME.title)};--title-weight:{_THEME.title.weight};--body:{font_stack(_THEME.body)}"
    sheet = f":root{{{light.as_css()};{fonts}}}\n@media(prefers-color-scheme:dark){{:root{{{dark.as_css()}}}}}"
    return Markup(sheet)  # noqa: S704 - all of it is ours


__all__ = ["CSV", "MOST_ROWS", "PAGE", "BatchAbout", "Report", "counted", "write_report"]
