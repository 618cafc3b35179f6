"""`media-factory models`: the catalogue."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from media_factory.catalogue.entries import CatalogueEntry


@click.command()
@click.option("--provider", help="Only this vendor's models.")
@click.option("--modality", help="Only models that make this: prompt, image, speech, clip, sound, align, moderation.")
@click.option("--all", "with_retired", is_flag=True, help="Also models that were switched off.")
@click.option("--refresh", is_flag=True, help="First ask the vendors that list their models, and keep what they say.")
@click.option("--json", "as_json", is_flag=True, help="Print the entries as JSON.")
def models(provider: str | None, modality: str | None, *, with_retired: bool, refresh: bool, as_json: bool) -> None:
    """List the models that are known: until when they run, what replaces them, what they cost."""
    from media_factory.catalogue.entries import catalogue, today

    if refresh:
        _refresh()
    day = today()
    found = [
        entry
        for entry in catalogue()
        if provider in (None, entry.provider)
        and modality in (None, entry.modality)
        and (with_retired or entry.status_on(day) != "retired")
    ]
    if as_json:
        rows = [entry.model_dump(mode="json") | {"status": entry.status_on(day)} for entry in found]
        click.echo(json.dumps(rows, indent=2))
        return
    _show(found)


def _refresh() -> None:
    from media_factory.calls.refreshing import refresh_listings
    from media_factory.catalogue.entries import today
    from media_factory.catalogue.listings import listings_file
    from media_factory.providers.registry import Providers

    outcomes = asyncio.run(refresh_listings(Providers.installed(), listings_file(), today()))
    for one in outcomes:
        if one.problem:
            click.echo(f"{one.provider}: not asked or no answer: {one.problem}", err=True)
            continue
        fresh = f"; not in the catalogue: {', '.join(one.unknown[:5])}" if one.unknown else ""
        more = f" and {len(one.unknown) - 5} more" if len(one.unknown) > 5 else ""
        click.echo(f"{one.provider}: lists {one.models} models{fresh}{more}", err=True)
    if not outcomes:
        click.echo("no provider that is installed lists its models", err=True)


def _show(entries: list[CatalogueEntry]) -> None:
    from deployments.tables import plain, show, table_of
    from media_factory.catalogue.entries import today

    day = today()
    table = table_of("model", "modality", "status", "until", "instead", "price", "as of")
    for entry in entries:
        table.add_row(
            plain(entry.reference),
            entry.modality,
            entry.status_on(day),
            str(entry.shutdown_date or ""),
            plain(entry.replacement or ""),
            plain(price_text(entry)),
            str(entry.verified_on),
        )
    show(table)


def price_text(entry: CatalogueEntry) -> str:
    """Return a model's prices in one line: the cheapest to the dearest of each unit, or "unknown"."""
    from deployments.tables import money

    by_unit: dict[str, list[str]] = {}
    for price in sorted(entry.prices, key=lambda one: one.usd):
        by_unit.setdefault(price.per, []).append(money(price.usd))
    ranges = (
        f"{amounts[0]}{'' if amounts[0] == amounts[-1] else ' to ' + amounts[-1]} per {unit.replace('-', ' ')}"
        for unit, amounts in by_unit.items()
    )
    return ", ".join(ranges) or "unknown"


__all__ = ["models", "price_text"]
