"""What the command line prints: progress, products, plans, providers."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from media_factory.delivery.manifest import Manifest, Output, StageRow
from media_factory.providers.registry import Providers
from media_factory.runs import Event, State

if TYPE_CHECKING:
    from deployments.making import Listen, Plan

# A role with more files than this is shown as one line.
_MOST_LINES = 4
_STATUS_COLOURS = {"passed": "green", "degraded": "yellow", "blocked": "red"}


@contextmanager
def show_progress() -> Iterator[Listen]:
    """Show how far the stages are while the block runs: bars on a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        yield from _bars()
    else:
        yield _lines()


def _bars() -> Iterator[Listen]:
    columns = (TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}"), console=Console(stderr=True)) as progress:
        bars: dict[str, TaskID] = {}
        cached: Counter[str] = Counter()

        def listen(event: Event, stage: str, state: State | None) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage, total=0, note="")
            bar = bars[stage]
            if event == "begin":
                progress.update(bar, total=(progress.tasks[bar].total or 0) + 1)
                return
            cached[stage] += state == "cached"
            progress.update(bar, advance=1, note=f"{cached[stage]} cached" if cached[stage] else "")

        yield listen


def _lines() -> Listen:
    begun: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    since = time.monotonic()

    def listen(event: Event, stage: str, state: State | None) -> None:
        if event == "begin":
            begun[stage] += 1
            return
        ended[stage] += 1
        passed_s = time.monotonic() - since
        print(f"{passed_s:7.1f} s  {state:<6}  {stage} ({ended[stage]} of {begun[stage]})", file=sys.stderr, flush=True)

    return listen


def show_manifest(manifest: Manifest, folder: Path) -> None:
    """Print what was delivered, where, and what it cost."""
    console = Console(highlight=False)
    colour = _STATUS_COLOURS[manifest.status]
    console.print(f"[bold]{_plain(manifest.title)}[/bold]  [{colour}]{manifest.status}[/{colour}]")
    for reason in manifest.reasons:
        console.print(f"  {_plain(reason)}", soft_wrap=True)
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    by_role: dict[str, list[Output]] = {}
    for output in manifest.outputs:
        by_role.setdefault(output.role, []).append(output)
    for role, outputs in by_role.items():
        if len(outputs) > _MOST_LINES:
            place = outputs[0].path.partition("/")[0]
            table.add_row(role, f"{len(outputs)} files in {place}/", _size(sum(o.asset.size_bytes for o in outputs)))
            continue
        for output in outputs:
            table.add_row(role, output.path, _size(output.asset.size_bytes))
    console.print(table)
    made = sum(row.state == "made" for row in manifest.stages)
    console.print(
        f"{made} stages made, {len(manifest.stages) - made} cached, cost {_money(manifest.cost_usd)}; in {folder}",
        soft_wrap=True,
    )


def show_plan(plan: Plan) -> None:
    """Print which stages a run would make, which are there already, and what it would cost."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("stage", "provider", "to make", "cached", "scenes to make", "cost"):
        table.add_column(heading, justify="left" if heading in ("stage", "provider", "scenes to make") else "right")
    for (stage, provider), rows in _grouped(plan.stages).items():
        to_make = [row for row in rows if row.state == "made"]
        scenes = sorted({row.scene + 1 for row in to_make if row.scene is not None})
        table.add_row(
            stage,
            provider or "",
            str(len(to_make)),
            str(len(rows) - len(to_make)),
            " ".join(map(str, scenes)) if len(scenes) < len(rows) else "all",
            _money(_total(to_make)),
        )
    console.print(f"[bold]{_plain(plan.title)}[/bold]")
    console.print(table)
    made = sum(row.state == "made" for row in plan.stages)
    console.print(f"{made} to make, {len(plan.stages) - made} cached, estimated cost {_money(plan.cost_usd)}")


def provider_rows(providers: Providers) -> list[dict[str, Any]]:
    """Return one row per installed provider: what it can do, as data, and what it lacks here."""
    return [
        {"name": provider.name, **provider.capabilities.model_dump(mode="json"), "missing": provider.missing()}
        for provider in providers.all
    ]


def show_providers(rows: list[dict[str, Any]]) -> None:
    """Print the providers as a table."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("modality", "provider", "models", "languages", "word times", "runs", "state"):
        table.add_column(heading)
    for row in rows:
        languages = row["languages"]
        table.add_row(
            row["modality"],
            row["name"],
            " ".join(row["models"]),
            "any" if languages is None else str(len(languages)),
            "yes" if row["word_timing"] else "",
            "here" if row["local"] else "vendor",
            row["missing"] or ("when named" if row["by_name_only"] else "ready" + (" (draft)" if row["draft"] else "")),
        )
    Console(highlight=False).print(table)


def _grouped(rows: tuple[StageRow, ...]) -> dict[tuple[str, str | None], list[StageRow]]:
    groups: dict[tuple[str, str | None], list[StageRow]] = {}
    for row in rows:
        groups.setdefault((row.stage, row.provider), []).append(row)
    return groups


def _total(rows: list[StageRow]) -> Decimal | None:
    costs = [row.cost_usd for row in rows]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def _money(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"${amount:.4f}".rstrip("0").rstrip(".")


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:.1f} kB"


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


__all__ = ["provider_rows", "show_manifest", "show_plan", "show_progress", "show_providers"]
