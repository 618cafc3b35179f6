"""`media-factory verify`: was a file made here, was it changed since, and by what was it made?"""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def verify(file: Path, *, as_json: bool) -> None:
    """Say whether FILE was made here, whether it was altered since, and by what it was made.

    Exit codes: 0 made here and unaltered; 1 altered, or it only looks or claims to be ours; 2 it can't be read; 3 not
    known here.
    """
    from media_factory.delivery.provenance.verifying import verify as verdict_on
    from media_factory.factory import factory_from_environment

    factory = factory_from_environment()
    try:
        verdict = verdict_on(file, factory)
    finally:
        factory.close()
    click.echo(verdict.model_dump_json(indent=2) if as_json else "\n".join(verdict.sentences))
    sys.exit(verdict.exit_code)


__all__ = ["verify"]
