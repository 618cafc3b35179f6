"""`media-factory providers`: who can make what here, how they do, and what they cost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from media_factory.calls.health import ProviderRow


@click.command()
@click.option("--reach", is_flag=True, help="Ask every vendor something free, to see that it is there.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
@click.option("--prometheus", is_flag=True, help="Print the figures as Prometheus reads them.")
def providers(*, reach: bool, as_json: bool, prometheus: bool) -> None:
    """List who can make what here, what is missing, and how calls went."""
    from media_factory.calls.health import provider_rows, reach_all
    from media_factory.calls.metrics import metrics_text
    from media_factory.factory import factory_from_environment

    with closing(factory_from_environment()) as factory:
        if prometheus:
            click.echo(metrics_text(factory.books), nl=False)
            return
        reached = asyncio.run(reach_all(factory.providers)) if reach else None
        rows = provider_rows(factory.providers, factory.books, reached)
    if as_json:
        click.echo(json.dumps([row.model_dump(mode="json") for row in rows], indent=2))
    else:
        _show(rows)


def _show(rows: Sequence[ProviderRow]) -> None:
    from deployments.tables import lasting, moment, money, plain, show, table_of

    matrix = table_of("modality", "provider", "models", "languages", "can", "runs", "state")
    for row in rows:
        languages = row.can.languages
        matrix.add_row(
            row.modality,
            plain(row.name),
            plain(" ".join(row.can.models)),
            "any" if languages is None else str(len(languages)) if len(languages) > 6 else " ".join(languages),
            ability_text(row),
            "here" if row.can.local else "vendor",
            plain(state_text(row)),
        )
    show(matrix)
    used = table_of("model", "ok", "failed", "in doubt", "mean", "p95", "spent", "last success", "last error")
    for row in rows:
        for one in row.use:
            error = f"{moment(one.last_error_at)} {one.last_error}" if one.last_error else ""
            used.add_row(
                plain(f"{one.provider} ({one.modality})"),
                str(one.succeeded),
                str(one.failed),
                str(one.in_doubt),
                lasting(one.mean_s),
                lasting(one.p95_s),
                money(one.spent_usd) + (f" + {one.unpriced} unpriced" if one.unpriced else ""),
                moment(one.last_success_at),
                plain(error[:120]),
            )
    if used.row_count:
        show("", used)


def ability_text(row: ProviderRow) -> str:
    """Return what a provider can do beside its modality, in a few words."""
    can = row.can
    said = {
        "word times": can.word_timing,
        "emotions": bool(can.emotions),
        "voice list": row.lists_voices,
        "cloning": row.clones_voices,
        "sets type": can.cards,
        "from stills": can.stills,
        "seed": can.seed,
        f"{can.min_side_px}-{can.max_side_px} px": can.modality == "image" and can.exact_size,
        "nearest size": can.modality == "image" and not can.exact_size,
        f"up to {can.max_duration_s:g} s": can.modality in ("clip", "sound"),
        "pays once": can.idempotent,
    }
    return ", ".join(word for word, is_so in said.items() if is_so)


def state_text(row: ProviderRow) -> str:
    """Return whether a provider can be asked now, and why not."""
    if row.missing:
        return row.missing
    if row.shut_s:
        return f"left alone for {row.shut_s:.0f} s after {row.shut_by or 'failures'}"
    if row.reached is False:
        return f"not reached: {row.problem}"
    if row.can.by_name_only:
        return "when named"
    return ("reached" if row.reached else "ready") + (" (draft)" if row.can.draft else "")


__all__ = ["ability_text", "providers", "state_text"]
