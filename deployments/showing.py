"""What the command line prints: progress, products, plans."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from deployments.tables import money, plain, show, table_of
from media_factory.calls.selection import Choice
from media_factory.delivery.manifest import Manifest, Output, StageRow
from media_factory.pools import HERE
from media_factory.runs import Event, State

if TYPE_CHECKING:
    from deployments.making import Listen, Plan

# A role with more files than this is shown as one line.
_MOST_LINES = 4
_MOST_CANDIDATES = 6
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
    console.print(f"[bold]{plain(manifest.title)}[/bold]  [{colour}]{manifest.status}[/{colour}]")
    for reason in manifest.reasons:
        console.print(f"  {plain(reason)}", soft_wrap=True)
    for warning in (warning for choice in manifest.providers.values() for warning in choice.warnings):
        console.print(f"  [yellow]{plain(warning)}[/yellow]", soft_wrap=True)
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
        f"{made} stages made, {len(manifest.stages) - made} cached, cost {money(manifest.cost_usd)}; in {folder}",
        soft_wrap=True,
    )


def show_plan(plan: Plan) -> None:
    """Print which stages a run would make, which are there already, who was chosen and why, and what it would cost."""
    where = {(place.stage, place.provider): place for place in plan.places}
    table = table_of("stage", "provider", "runs", "to make", "cached", "scenes to make", "cost")
    for (stage, provider), rows in _grouped(plan.stages).items():
        to_make = [row for row in rows if row.state == "made"]
        scenes = sorted({row.scene + 1 for row in to_make if row.scene is not None})
        table.add_row(
            stage,
            provider or "",
            where[stage, provider or ""].where if (stage, provider) in where else HERE,
            str(len(to_make)),
            str(len(rows) - len(to_make)),
            " ".join(map(str, scenes)) if len(scenes) < len(rows) else "all",
            money(_total(to_make)),
        )
    show(f"[bold]{plain(plan.title)}[/bold]", table)
    for place in plan.places:
        why = plain(place.problem or place.reason)
        show(f"[bold]{place.stage}[/bold] by {plain(place.provider)}: {place.where}; {why}")
    for modality, choice in plan.providers.items():
        show("", *choice_lines(modality, choice))
    made = sum(row.state == "made" for row in plan.stages)
    show("", f"{made} to make, {len(plan.stages) - made} cached, estimated cost {money(plan.cost_usd)}")


def choice_lines(modality: str, choice: Choice) -> tuple[Table | str, ...]:
    """Return who makes what and why: the candidates with the parts of their scores, those left out, the warnings."""
    why = "named by the brief" if choice.explicit else "the best score of those that can"
    lines: list[Table | str] = [f"[bold]{modality}[/bold]: {plain(choice.reference)}, {why}"]
    if not choice.explicit:
        table = table_of("", "candidate", "score", "quality", "speed", "cost part", "reliability", "one costs", "")
        for candidate in choice.ranking.candidates[:_MOST_CANDIDATES]:
            parts = candidate.parts
            table.add_row(
                "->" if candidate.reference == choice.reference else "",
                plain(candidate.reference),
                f"{candidate.score:.3f}",
                *(f"{part:.2f}" for part in (parts.quality, parts.speed, parts.cost, parts.reliability)),
                money(candidate.usd),
                "draft" if candidate.draft else "deprecated" if candidate.deprecated else "",
            )
        lines.append(table)
        if (more := len(choice.ranking.candidates) - _MOST_CANDIDATES) > 0:
            lines.append(f"   and {more} more")
    lines += [f"   not {plain(who)}: {plain(reason)}" for who, reason in _rejections(choice)]
    if choice.chain:
        lines.append(f"   if it fails for good: {plain(', then '.join(choice.chain))}")
    lines += [f"   [yellow]{plain(warning)}[/yellow]" for warning in choice.warnings]
    return tuple(lines)


def _rejections(choice: Choice) -> list[tuple[str, str]]:
    """Return who was left out and why; models of a provider that share a reason share a line."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in choice.ranking.rejected:
        groups.setdefault((one.reference.partition(":")[0], one.reason), []).append(one.reference)
    return [
        (references[0] if len(references) == 1 else f"{len(references)} models of {provider}", reason)
        for (provider, reason), references in groups.items()
    ]


def _grouped(rows: tuple[StageRow, ...]) -> dict[tuple[str, str | None], list[StageRow]]:
    groups: dict[tuple[str, str | None], list[StageRow]] = {}
    for row in rows:
        groups.setdefault((row.stage, row.provider), []).append(row)
    return groups


def _total(rows: list[StageRow]) -> Decimal | None:
    costs = [row.cost_usd for row in rows]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:.1f} kB"


__all__ = ["show_manifest", "show_plan", "show_progress"]
