"""The verbs of `media-factory assets` that look after the store: verify, gc, retain, delete, takedown, lift."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal

import click

from deployments.library import answer, json_option, with_library

if TYPE_CHECKING:
    from media_factory.library import Library, Takedown, Verification

_DRY = click.option("--dry-run", is_flag=True, help="Only say what would be done.")
_SHOWN = 20


@click.command()
@click.argument("assets", nargs=-1)
@click.option("--repair", is_flag=True, help="Mend from what was set aside or --from; else have it made again.")
@click.option("--from", "other", metavar="STORE", help="A folder or s3://bucket/prefix that may have sound copies.")
@json_option
def verify(assets: tuple[str, ...], other: str | None, *, repair: bool, as_json: bool) -> None:
    """Compare ASSETS (all that there should be, if none is given) with their digests.

    Ends with 1 if something is lost.
    """
    from media_factory.store.opening import open_store

    async def check(library: Library) -> Verification:
        others = []
        if other:
            others.append(open_store(library.home, {**os.environ, "MEDIA_FACTORY_STORE": other}))
        try:
            return await library.verify(assets, repair=repair, others=others)
        finally:
            for store in others:
                store.close()

    found = with_library(check)
    lines = [f"checked {found.checked} assets, {found.checked_bytes:,} bytes"]
    for name in ("missing", "altered", "mended", "lost"):
        lines += [f"{name}: {digest}" for digest in getattr(found, name)]
    if found.voided:
        lines.append(f"{len(found.voided)} stages are made again when somebody asks")
    elif found.lost:
        lines.append("--repair mends what can be mended, and has the rest made again")
    answer(found, "\n".join(lines), as_json=as_json)
    sys.exit(1 if found.lost and not repair else 0)


@click.command()
@_DRY
@click.option("--grace-hours", type=click.FloatRange(1), default=24, show_default=True, help="Younger assets stay.")
@json_option
def gc(grace_hours: float, *, dry_run: bool, as_json: bool) -> None:
    """Remove what nothing names any more."""
    found = with_library(lambda library: library.collect(grace_hours * 3600, dry_run=dry_run))
    verb = "would remove" if dry_run else "removed"
    young = f", {found.young} of them only because they are young" if found.young else ""
    line = f"{verb} {len(found.removed)} assets, {found.removed_bytes:,} bytes; kept {found.kept} assets, "
    answer(found, f"{line}{found.kept_bytes:,} bytes{young}", as_json=as_json)


@click.command()
@_DRY
@json_option
def retain(*, dry_run: bool, as_json: bool) -> None:
    """Let go of what is older than the policy's retention rules keep it; gc then removes its bytes."""
    found = with_library(lambda library: library.retain(dry_run=dry_run))
    verb = "would let go" if dry_run else "let go"
    answer(found, f"{verb} of {len(found.receipts)} receipts and {len(found.uploads)} uploads", as_json=as_json)


@click.command()
@click.argument("asset")
def delete(asset: str) -> None:
    """Remove ASSET, which nothing may need; it may be brought or made again."""
    freed = with_library(lambda library: library.delete(asset))
    click.echo(f"removed {freed:,} bytes")


@click.command()
@click.argument("target")
@click.option("--who", required=True, help="Who wants it taken down.")
@click.option("--why", required=True, help="For what reason.")
@click.option(
    "--then",
    type=click.Choice(["delete", "remake"]),
    default="delete",
    show_default=True,
    help="Whether what was made from it is barred too, or may be made again from something else.",
)
@_DRY
@json_option
def takedown(
    target: str, who: str, why: str, then: Literal["delete", "remake"], *, dry_run: bool, as_json: bool
) -> None:
    """Remove TARGET (a digest, a file, or voice:VENDOR:ID) and all that was made from it, and bar the way back.

    Stop runs that use it first.
    """
    found = with_library(lambda library: library.take_down(target, who=who, why=why, then=then, dry_run=dry_run))
    answer(found, "\n".join(_lines_of(found)), as_json=as_json)
    left = () if dry_run else found.still_published
    for key in left:
        click.echo(f"still published, since no place to publish is set up here: {key}", err=True)
    sys.exit(1 if left else 0)


@click.command()
@click.argument("asset")
def lift(asset: str) -> None:
    """Allow ASSET, which was taken down, to be kept again."""
    with_library(lambda library: library.lift(asset))
    click.echo("it may be kept again")


def _lines_of(found: Takedown) -> list[str]:
    lines = [("would take down" if found.dry_run else "took down") + f" {found.target}"]
    for heading, names in (
        ("assets", found.assets),
        ("stages to make again", found.receipts),
        ("uploads", found.uploads),
        ("products", [str(one) for one in found.deliveries]),
        ("published", found.published),
        ("voices that their vendors still have", found.voices),
    ):
        if names:
            lines.append(f"{heading}: {len(names)}")
            lines += [f"  {name}" for name in names[:_SHOWN]]
            lines += [f"  and {len(names) - _SHOWN} more (--json names all)"] if len(names) > _SHOWN else []
    return [*lines, f"{found.freed_bytes:,} bytes"]


COMMANDS = (verify, gc, retain, delete, takedown, lift)

__all__ = ["COMMANDS"]
