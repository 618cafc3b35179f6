"""`media-factory publish` and `media-factory unpublish`, and the question that `make` asks before it publishes."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from media_factory.briefs.model import BriefBase
    from media_factory.delivery.manifest import Manifest
    from media_factory.factory import Factory

_by = click.option("--by", default=lambda: os.environ.get("USER", ""), help="Who says so. [default: $USER]")
_note = click.option("--note", default="", help="Kept with it.")
_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


@click.command()
@click.argument("product", metavar="ID")
@_by
@_note
@_json
def publish(product: str, by: str, note: str, *, as_json: bool) -> None:
    """Publish a delivered product: ID is its id among the deliveries, or the folder that it lies in.

    It is put where MEDIA_FACTORY_PUBLISH says, whatever its brief said; that is a yes, and is kept in its manifest.
    Publishing it again gives fresh URLs.
    """
    from media_factory.delivery.releasing import delivered
    from media_factory.factory import factory_from_environment

    with closing(factory_from_environment()) as factory:
        manifest, folder = delivered(product, factory)
        manifest = asyncio.run(_published(manifest, factory, folder, by, note))
    click.echo(manifest.model_dump_json(indent=2) if as_json else _where(manifest))


@click.command()
@click.argument("product", metavar="[ID]", required=False)
@click.option("--key", help="Where its manifest is published, for what was delivered on another machine.")
@_json
def unpublish(product: str | None, key: str | None, *, as_json: bool) -> None:
    """Take a published product back: ID is its id among the deliveries, or the folder that it lies in.

    Its manifest goes first, so that readers are sent nowhere; then its files, and the version before it. What was
    delivered stays in its folder.
    """
    from media_factory.delivery.publishing import unpublish as take_back
    from media_factory.delivery.releasing import delivered, publisher_of, withdraw
    from media_factory.factory import factory_from_environment

    if (product is None) == (key is None):
        raise click.UsageError("give either ID or --key")
    with closing(factory_from_environment()) as factory:
        if key:
            gone = asyncio.run(take_back(publisher_of(factory), key))
        else:
            manifest, folder = delivered(product or "", factory)
            _, gone = asyncio.run(withdraw(manifest, factory, folder))
    if as_json:
        click.echo(json.dumps({"removed": gone}, indent=2))
    else:
        click.echo(f"{len(gone)} objects are gone: {', '.join(gone)}")


def ask_before_publishing(manifest: Manifest, brief: BriefBase, folder: Path, *, approve: bool) -> Manifest:
    """Return a product's manifest once it was published, if somebody says yes; its brief asked for that.

    Who said yes beforehand is not asked, and where nobody can be, the product stays unpublished.

    Args:
        manifest: as the run left it.
        brief: what was asked for.
        folder: where the product lies.
        approve: yes was said beforehand.
    """
    # Loading a factory takes time, which most products need not spend.
    if not brief.approval or manifest.published or manifest.approval:
        return manifest
    from media_factory.delivery.releasing import awaits_approval
    from media_factory.factory import factory_from_environment

    with closing(factory_from_environment()) as factory:
        if not awaits_approval(manifest, brief, factory.publisher):
            return manifest
        if not approve and not (sys.stdin.isatty() and sys.stderr.isatty()):
            how = f"look at {folder}, then `media-factory publish {folder}`"
            click.echo(f"not published: the brief asks for a person's yes; {how}", err=True)
            return manifest
        if approve or click.confirm(f"{folder} is made. Publish it?", err=True):
            return asyncio.run(_published(manifest, factory, folder, os.environ.get("USER", ""), ""))
        note = click.prompt("Why not?", default="", show_default=False, err=True)
        return _declined(manifest, folder, note)


async def _published(manifest: Manifest, factory: Factory, folder: Path, by: str, note: str) -> Manifest:
    from media_factory.delivery.approval import judged
    from media_factory.delivery.releasing import publish_delivered

    return await publish_delivered(judged(manifest, approved=True, by=by, note=note), factory, folder)


def _declined(manifest: Manifest, folder: Path, note: str) -> Manifest:
    from media_factory.delivery.approval import judged
    from media_factory.delivery.folder import write_manifest

    manifest = judged(manifest, approved=False, by=os.environ.get("USER", ""), note=note)
    write_manifest(manifest, folder)
    return manifest


def _where(manifest: Manifest) -> str:
    assert manifest.published is not None
    warnings = "".join(f"\n{warning}" for warning in manifest.published.warnings)
    return f"{manifest.id} is published: {manifest.published.manifest_url}{warnings}"


__all__ = ["ask_before_publishing", "publish", "unpublish"]
