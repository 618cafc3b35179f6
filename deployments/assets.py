"""`media-factory assets`: upload, download, list and show; `assets_keeping` has the verbs that look after the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployments import assets_keeping
from deployments.library import answer, json_option, with_library

if TYPE_CHECKING:
    from media_factory.library import Lineage, Listing

_DAY = "%Y-%m-%d"


@click.group()
def assets() -> None:
    """Look after what the store holds: pictures, sounds, films."""


@assets.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--title", help="What it is; the file's name if not given.")
@click.option("--source", help="Where it comes from: a URL, or in words.")
@click.option("--licence", help="Under which licence it may be used, such as CC-BY-4.0.")
@click.option("--tag", "tags", multiple=True, help="A word to find it by; may be given several times.")
@click.option("--channel", help="Whose it is.")
@json_option
def upload(
    file: Path,
    title: str | None,
    source: str | None,
    licence: str | None,
    tags: tuple[str, ...],
    channel: str | None,
    *,
    as_json: bool,
) -> None:
    """Take FILE (a picture, film or sound) in; it is decoded to its end before it counts."""
    from pydantic import ValidationError

    from media_factory.errors import InputError
    from media_factory.library import About

    try:
        about = About(title=title or file.stem, source=source, licence=licence, tags=tags, channel=channel)
    except ValidationError as problem:
        wrong = problem.errors()[0]
        raise InputError(f"--{wrong['loc'][0]}: {wrong['msg']}".replace("--tags", "--tag")) from None
    kept = with_library(lambda library: library.upload(file, about))
    answer(kept, f"{kept.asset.digest}  {kept.asset.media_type}  {kept.asset.size_bytes} bytes", as_json=as_json)


@assets.command()
@click.argument("asset")
@click.argument("target", type=click.Path(path_type=Path))
def download(asset: str, target: Path) -> None:
    """Write ASSET (its digest, or six hex digits of it) to TARGET, checked."""
    with_library(lambda library: library.download(asset, target))
    click.echo(str(target))


@assets.command("list")
@click.option("--type", "media", help="Media type or kind, such as image or video/mp4.")
@click.option("--origin", type=click.Choice(["made", "uploaded"]), help="Only what was made here, or brought.")
@click.option("--stage", help="Only what this stage made, such as render-segment.")
@click.option("--provider", help="Only what this provider (or provider:model) made.")
@click.option("--channel", help="Only what was made for this channel, or is its own.")
@click.option("--tag", help="Only uploads with this tag.")
@click.option("--since", type=click.DateTime([_DAY]), metavar="YYYY-MM-DD", help="From this UTC day on.")
@click.option("--until", type=click.DateTime([_DAY]), metavar="YYYY-MM-DD", help="Before this UTC day.")
@click.option("--min-bytes", "least_bytes", type=click.IntRange(0), help="At least so large.")
@click.option("--max-bytes", "most_bytes", type=click.IntRange(0), help="At most so large.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Assets per page.")
@click.option("--offset", type=click.IntRange(0), default=0, help="How many to pass over.")
@json_option
def list_assets(
    since: datetime | None, until: datetime | None, limit: int, offset: int, *, as_json: bool, **filters: Any
) -> None:
    """List assets, the latest first."""
    from media_factory.library import Filters

    asked = Filters(since=_seconds(since), until=_seconds(until), **filters)
    found = with_library(lambda library: library.list(asked, limit=limit, offset=offset))
    if as_json:
        click.echo(found.model_dump_json(indent=2))
    else:
        _show_listing(found)


@assets.command()
@click.argument("name")
@json_option
def show(name: str, *, as_json: bool) -> None:
    """Show what is known of NAME (a digest, a file, or voice:VENDOR:ID): made from what, used for what."""
    found = with_library(lambda library: library.show(name))
    if as_json:
        click.echo(found.model_dump_json(indent=2))
    else:
        _show_lineage(found)


def _seconds(day: datetime | None) -> float | None:
    return day.replace(tzinfo=UTC).timestamp() if day else None


def _show_listing(found: Listing) -> None:
    from deployments.tables import moment, plain, show, table_of

    table = table_of("asset", "type", "bytes", "when (UTC)", "by", "channel", "title or tags")
    for one in found.entries:
        by = one.provider or one.stage or one.origin
        about = " ".join(filter(None, [one.title, *(f"#{tag}" for tag in one.tags)]))
        size = f"{one.asset.size_bytes:,}"
        digest = one.asset.digest.removeprefix("sha256:")[:16]
        table.add_row(
            digest, one.asset.media_type, size, moment(one.at), plain(by), plain(one.channel or ""), plain(about)
        )
    show(table)
    if found.next_offset is not None:
        show(f"more: --offset {found.next_offset}")


def _show_lineage(found: Lineage) -> None:
    from deployments.tables import moment, plain, show

    asset = found.asset
    kind = f"{asset.media_type}, {asset.size_bytes:,} bytes" if asset else "nothing describes it"
    show(f"{found.name}: {kind if found.name.startswith('sha256:') else 'a voice'}")
    if found.name.startswith("sha256:") and found.size_bytes is None:
        show("not in the store")
    if buried := found.tombstone:
        show(plain(f"taken down by {buried.who} at {buried.at}: {buried.why}"))
    if brought := found.upload:
        about = brought.about
        parts = [about.title, about.source, about.licence, " ".join(about.tags)]
        show(plain(f"brought {moment(brought.uploaded_at)}: {'; '.join(part for part in parts if part)}"))
    for heading, makings in (("made", found.made_by), ("used", found.used_by)):
        for one in makings:
            show(plain(f"{heading} {moment(one.made_at)} by {one.stage} ({one.provider or 'here'}): {one.key}"))
            for name in one.inputs if heading == "made" else one.outputs:
                show(plain(f"  {'from' if heading == 'made' else 'for'} {name}"))
    if found.deliveries:
        show(plain(f"delivered in {', '.join(found.deliveries)}"))


for command in assets_keeping.COMMANDS:
    assets.add_command(command)

__all__ = ["assets"]
