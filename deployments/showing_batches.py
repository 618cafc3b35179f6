"""What the command line prints of batches: how far they are, what came of them, what they would do."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from deployments.tables import lasting, money, plain, show, table_of
from media_factory.batches.progress import Progress, Watch
from media_factory.batches.result import BatchResult

if TYPE_CHECKING:
    from tasks.batch_plans import BatchPlan

_COLOURS = {
    "made": "green",
    "cached": "green",
    "degraded": "yellow",
    "blocked": "red",
    "failed": "red",
    "refused": "red",
    "skipped": "yellow",
}
_EVERY_S = 5.0
_TIMES_A_SECOND = 4
_MOST_PROBLEMS = 20


@contextmanager
def show_batch_progress() -> Iterator[Watch]:
    """Show how far batches are while the block runs: a table on a terminal, a line now and then elsewhere."""
    if sys.stderr.isatty():
        with Live(console=Console(stderr=True), refresh_per_second=_TIMES_A_SECOND) as live:
            shown_at = 0.0

            def watch(progress: Progress) -> None:
                nonlocal shown_at
                if progress.result:
                    return
                if time.monotonic() - shown_at >= 1 / _TIMES_A_SECOND or progress.share == 1.0:
                    shown_at = time.monotonic()
                    live.update(progress_table(progress))

            yield watch
    else:
        yield _lines()


def progress_table(progress: Progress) -> Table:
    """Return a table of how far a batch is."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    done = progress.totals.rows
    table.add_row(
        "rows", f"{done} of {progress.rows}", ProgressBar(total=max(1, progress.rows or 0), completed=done, width=40)
    )
    counts = [
        f"[{colour}]{count} {state}[/{colour}]"
        for state, colour in _COLOURS.items()
        if (count := getattr(progress.totals, state))
    ]
    table.add_row("", f"{progress.under_way} under way", "  ".join(counts))
    table.add_row("cost", money(progress.totals.cost_usd), _time_left(progress))
    return table


def show_batch(result: BatchResult) -> None:
    """Print what came of a batch and where its report lies."""
    colour = "green" if result.all_well else "red"
    lines = [f"[bold]{plain(result.title)}[/bold]  [{colour}]{plain(result.summary)}[/{colour}]"]
    lines += [f"  [yellow]{plain(remark)}[/yellow]" for remark in result.remarks]
    if not result.all_well:
        lines.append("  run it again to make what is missing; what is there is not made again")
    totals = result.totals
    unpriced = f" and {totals.unpriced} rows whose cost nobody knows" if totals.unpriced else ""
    show(*lines, f"cost {money(totals.cost_usd)}{unpriced}; report in {plain(str(result.page))} and {result.csv.name}")


def show_batch_plan(plan: BatchPlan) -> None:
    """Print what making a batch would do and cost."""
    table = table_of("stage", "provider", "to make", "cost")
    for row in plan.stages:
        table.add_row(row.stage, row.provider or "", str(row.to_make), money(row.cost_usd))
    problems = [f"[yellow]{plain(line)}[/yellow]" for line in plan.problems[:_MOST_PROBLEMS]]
    if (more := len(plan.problems) - _MOST_PROBLEMS) > 0:
        problems.append(f"[yellow]and {more} more[/yellow]")
    count = f"{plan.rows} rows: {plan.made} made already, {plan.to_make} to make"
    show(f"[bold]{plain(plan.title)}[/bold]", table, *problems, f"{count}, estimated cost {money(plan.cost_usd)}")


def _lines() -> Watch:
    said_at = 0.0

    def watch(progress: Progress) -> None:
        nonlocal said_at
        if progress.result or (time.monotonic() - said_at < _EVERY_S and progress.share < 1.0):
            return
        said_at = time.monotonic()
        totals = progress.totals
        wrong = totals.failed + totals.refused + totals.blocked + totals.skipped
        print(
            f"{progress.seconds:7.1f} s  {totals.rows} of {progress.rows} rows, {wrong} of them not there; "
            f"cost {money(totals.cost_usd)}{_comma(_time_left(progress))}",
            file=sys.stderr,
            flush=True,
        )

    return watch


def _time_left(progress: Progress) -> str:
    if progress.waiting_s:
        return f"waiting {lasting(progress.waiting_s)} before rows are tried again"
    return "" if not progress.left_s else f"about {lasting(progress.left_s)} left"


def _comma(text: str) -> str:
    return f", {text}" if text else ""


__all__ = ["progress_table", "show_batch", "show_batch_plan", "show_batch_progress"]
