"""The command line: `media-factory`.

Heavy imports (Prefect, the renderer) happen inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployments.assets import assets
from deployments.batch import batch, planned, run_batch
from deployments.books import books
from deployments.check_config import check_config
from deployments.costs import costs
from deployments.init import init
from deployments.loading import loading
from deployments.machine.deploy import deploy
from deployments.machine.doctor import doctor
from deployments.machine.down import down
from deployments.machine.status import status
from deployments.machine.up import up
from deployments.metrics import metrics
from deployments.models import models
from deployments.providers import providers
from deployments.publishing import ask_before_publishing, publish, unpublish
from deployments.quiet import QUIET
from deployments.reconcile import reconcile
from deployments.runs import runs
from deployments.serve import serve
from deployments.submit import submit
from deployments.verify import verify
from deployments.voices import voices
from media_factory import __version__
from media_factory.errors import MediaFactoryError

if TYPE_CHECKING:
    from media_factory.delivery.manifest import Manifest

_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="media-factory")
def cli() -> None:
    """Turn briefs into finished media: pictures, narration, captioned video."""


@cli.command()
@click.argument("brief", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the finished files.")
@click.option("--direct", is_flag=True, help="Run in this process, with no Prefect API.")
@click.option("--approve", is_flag=True, help="Say yes beforehand, where the brief asks before it is published.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON and nothing else.")
def make(brief: Path, out: Path | None, *, direct: bool, approve: bool, as_json: bool) -> None:
    """Make what BRIEF (YAML, JSON, TOML or Markdown) asks for."""
    from tasks.orchestration import go_direct

    if direct:
        go_direct()
    with loading():
        from deployments.making import flow_of, make_brief
        from media_factory.briefs.batch import BatchBrief
        from media_factory.briefs.reading import read_brief

        asked = read_brief(brief)
        if not isinstance(asked, BatchBrief):
            flow_of(asked)
    if isinstance(asked, BatchBrief):
        run_batch(asked, out, direct=direct, as_json=as_json)
        return
    if as_json:
        manifest, folder = asyncio.run(make_brief(asked, out, direct=direct))
        manifest = ask_before_publishing(manifest, asked, folder, approve=approve)
        click.echo(manifest.model_dump_json(indent=2))
    else:
        from deployments.showing import show_manifest, show_progress

        with show_progress() as listen:
            manifest, folder = asyncio.run(make_brief(asked, out, direct=direct, listen=listen))
        manifest = ask_before_publishing(manifest, asked, folder, approve=approve)
        show_manifest(manifest, folder)
    sys.exit(_exit_code(manifest))


@cli.command()
@click.argument("brief", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def plan(brief: Path, *, as_json: bool) -> None:
    """Say what making BRIEF would do and cost, and spend nothing."""
    from tasks.orchestration import go_direct

    go_direct()
    from deployments.making import plan_brief
    from deployments.showing import show_plan
    from deployments.showing_batches import show_batch_plan
    from media_factory.briefs.batch import BatchBrief
    from media_factory.briefs.reading import read_brief

    asked = read_brief(brief)
    if isinstance(asked, BatchBrief):
        for_all = asyncio.run(planned(asked))
        click.echo(for_all.model_dump_json(indent=2)) if as_json else show_batch_plan(for_all)
        return
    found = asyncio.run(plan_brief(asked))
    if as_json:
        click.echo(found.model_dump_json(indent=2))
    else:
        show_plan(found)


_COMMANDS = (
    *(assets, batch, books, check_config, costs, deploy, doctor, down, init, metrics, models, providers, publish),
    *(reconcile, runs, serve, status, submit, unpublish, up, verify, voices),
)
for command in _COMMANDS:
    cli.add_command(command)


def _exit_code(manifest: Manifest) -> int:
    return 1 if manifest.status == "blocked" else 0


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; errors of ours become one message and their exit code."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    # Whoever stops us by TERM (a supervisor, a shutdown) gets the same clean end as Ctrl-C.
    signal.signal(signal.SIGTERM, lambda _number, _frame: signal.raise_signal(signal.SIGINT))
    try:
        return cli.main(args=arguments, prog_name="media-factory", standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except (click.Abort, KeyboardInterrupt, asyncio.CancelledError):
        click.echo("stopped; what was made is kept, and nothing is half-written", err=True)
        sys.exit(_INTERRUPTED)
    except MediaFactoryError as problem:
        click.echo(f"media-factory: {problem}", err=True)
        sys.exit(problem.exit_code)


__all__ = ["cli", "main"]
