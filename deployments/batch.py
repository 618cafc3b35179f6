"""The command `batch`: everything that the rows of a file ask for."""

from __future__ import annotations

import asyncio
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployments.loading import loading
from media_factory.errors import BriefError, InputError

if TYPE_CHECKING:
    from media_factory.batches.progress import Progress, Watch
    from media_factory.batches.result import BatchResult
    from media_factory.briefs.batch import BatchBrief
    from tasks.batch_plans import BatchPlan


def _usd(_context: click.Context, _option: click.Parameter, text: str | None) -> Decimal | None:
    """Return an amount of US dollars."""
    try:
        amount = None if text is None else Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if amount is not None and not (amount.is_finite() and amount >= 0):
        raise click.BadParameter(f"{text!r} is no amount of US dollars; give one such as 25 or 2.50")
    return amount


@click.command()
@click.argument("manifest")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the report and the products.")
@click.option("--direct", is_flag=True, help="Run in this process, with no Prefect API.")
@click.option("--strict", is_flag=True, help="Make nothing if a row can't be used.")
@click.option("--retry-degraded", is_flag=True, help="Make again what came out as less than was asked.")
@click.option("--at-once", type=click.IntRange(1, 256), help="Rows made at the same time.  [twice the processors]")
@click.option("--budget", callback=_usd, metavar="USD", help="Most that all rows together may cost, in US dollars.")
@click.option("--deadline-s", type=click.FloatRange(0, min_open=True), help="Seconds after which no row is begun.")
@click.option("--defaults", type=click.Path(path_type=Path), help="YAML, JSON or TOML of fields that all rows have.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON and nothing else.")
def batch(
    manifest: str,
    out: Path | None,
    defaults: Path | None,
    budget: Decimal | None,
    *,
    direct: bool,
    as_json: bool,
    **terms: Any,
) -> None:
    """Make what every row of MANIFEST (JSONL, CSV, YAML, JSON or Parquet; a path or a URL) asks for.

    What is there already is not made again: run it again to make what is missing. The exit code is 0 if every row is
    there, 1 if some are not, 2 if the manifest can't be used.
    """
    from tasks.orchestration import go_direct

    if direct:
        go_direct()
    with loading():
        fields = {"manifest": _whole(manifest), "defaults": _read_defaults(defaults), "budget_usd": budget, **terms}
        brief = _batch_brief({name: value for name, value in fields.items() if value is not None})
    run_batch(brief, out, direct=direct, as_json=as_json)


def run_batch(brief: BatchBrief, out: Path | None, *, direct: bool, as_json: bool) -> None:
    """Make a batch, show how it goes and what came of it, and end the program with its exit code."""
    if as_json:
        result = asyncio.run(_made(brief, out, lambda _progress: None, direct=direct))
        click.echo(result.model_dump_json(indent=2))
    else:
        from deployments.showing_batches import show_batch, show_batch_progress

        with show_batch_progress() as watch:
            result = asyncio.run(_made(brief, out, watch, direct=direct))
        show_batch(result)
    sys.exit(0 if result.all_well else 1)


async def planned(brief: BatchBrief) -> BatchPlan:
    """Return what making a batch would do; nothing is made and nothing is spent."""
    from flows.kinds import make_product
    from media_factory.runs import Run, begin_run
    from tasks.batch_plans import plan_batch
    from tasks.run import running

    with begin_run(Run(planning=True)):
        async with running("default") as here:
            return await plan_batch(brief, here, None, lambda row, folder: make_product(row, "default", folder))


async def _made(brief: BatchBrief, out: Path | None, watch: Watch, *, direct: bool) -> BatchResult:
    from flows.batch import produce_batch
    from media_factory.batches.progress import watching

    if direct:
        with watching(watch):
            return await produce_batch.fn(brief, out=out)
    from prefect.exceptions import FailedRun

    from deployments.making import with_prefect

    told: list[BatchResult] = []

    def hear(progress: Progress) -> None:
        watch(progress)
        told.extend([progress.result] if progress.result else [])

    try:
        with watching(hear):
            result: BatchResult = await with_prefect(produce_batch, brief, out)
    except FailedRun:
        # For Prefect, a run whose rows are not all there has failed; what came of them was told before.
        if not told:
            raise
        return told[-1]
    return result


def _whole(manifest: str) -> str:
    return manifest if "://" in manifest else str(Path(manifest).expanduser().absolute())


def _read_defaults(path: Path | None) -> dict[str, Any] | None:
    from media_factory.briefs.formats import FORMATS, values_of

    if path is None:
        return None
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise InputError(f"--defaults: {path} ends in {path.suffix!r}; {', '.join(FORMATS)} are allowed")
    try:
        values = values_of(path.read_text(encoding="utf-8"), form)
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"--defaults: {path} can't be read: {problem}") from problem
    except BriefError as problem:
        raise BriefError(problem.problems, f"--defaults: {path}") from None
    if not isinstance(values, dict):
        raise InputError(f"--defaults: {path} holds no fields; give some such as kind: story")
    return values


def _batch_brief(fields: dict[str, Any]) -> BatchBrief:
    from pydantic import ValidationError

    from media_factory.briefs.batch import BatchBrief
    from media_factory.briefs.problems import validation_problems

    try:
        return BatchBrief.model_validate(fields)
    except ValidationError as error:
        raise BriefError(validation_problems(error)) from None


__all__ = ["batch", "planned", "run_batch"]
