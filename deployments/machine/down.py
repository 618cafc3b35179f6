"""`media-factory down`: end what `up` started, from another terminal."""

from __future__ import annotations

import sys

import click

_WITHIN_S = 60


@click.command()
@click.option(
    "--within",
    "within_s",
    type=click.IntRange(0),
    default=_WITHIN_S,
    show_default=True,
    help="Seconds that runs and servers may take to end before they are killed.",
)
def down(within_s: int) -> None:
    """Stop what `media-factory up` of this home started, wait for its end, and say so."""
    from deployments.machine.ending import end_machine

    ended = end_machine(within_s)
    click.echo(ended.what)
    sys.exit(0 if ended.well else 1)


__all__ = ["down"]
