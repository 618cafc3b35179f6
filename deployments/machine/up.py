"""`media-factory up`: everything that one machine needs, until Ctrl-C."""

from __future__ import annotations

import sys
from typing import Literal

import click

_PORT = click.IntRange(1, 65535)
_RUNS = click.IntRange(1)


@click.command()
@click.option("--port", type=_PORT, default=4200, show_default=True, help="Port of the Prefect UI.")
@click.option("--media-port", type=_PORT, default=4210, show_default=True, help="Port of the media server.")
@click.option(
    "--workers",
    type=click.Choice(["auto", "none"]),
    default="auto",
    show_default=True,
    help="One for each pool, or none: others start theirs.",
)
@click.option("--no-gpu", is_flag=True, help="No pool for the GPU: what needs a model is made in the run that asks.")
@click.option(
    "--cpu-runs", type=_RUNS, help="Runs at once in the pool cpu. [default: one for two processors, at least 2]"
)
@click.option("--gpu-runs", type=_RUNS, help="Runs at once in the pool gpu. [default: 1]")
def up(
    port: int,
    media_port: int,
    workers: Literal["auto", "none"],
    *,
    no_gpu: bool,
    cpu_runs: int | None,
    gpu_runs: int | None,
) -> None:
    """Start a Prefect server with the flows deployed, workers and a media server, until Ctrl-C.

    What a person changed in the Prefect UI (limits, pauses) stays as it is.
    """
    from deployments.machine.pools import pools_for
    from deployments.machine.running import Options, run_up

    pools = pools_for(gpu=not no_gpu, cpu_runs=cpu_runs, gpu_runs=gpu_runs)
    sys.exit(run_up(Options(port=port, media_port=media_port, pools=pools, workers=workers == "auto")))


__all__ = ["up"]
