"""The market that a product is made on: who can be asked, by this factory's policy and books.

How reliable vendors were is noted when a product is first made, and holds for it from then on. Otherwise a vendor's bad
hour would send the next run of a finished story to another vendor, and all of it would be made and paid for again. A
vendor that fails now is the fallback's business. Everything else that decides (keys, models, prices, weights) is as it
is today.
"""

from __future__ import annotations

import asyncio

from pydantic import Field

from media_factory.books.books import Books, Receipt
from media_factory.briefs.model import BriefBase
from media_factory.calls.placing import modalities_elsewhere
from media_factory.calls.selection import Market
from media_factory.factory import Factory
from media_factory.model import Model, canonical_json
from media_factory.runs import current_run

_STAGE, _VERSION = "note-reliability", 1
_DIGITS = 3


class Noted(Model):
    """The share of calls that ended well, by `provider:model`, when a product was first made."""

    reliability: dict[str, float] = Field(default={})


async def market_of(factory: Factory, brief: BriefBase) -> Market:
    """Return the market for a brief's product; a planning run notes nothing.

    Raises:
        BooksError: the books can't be read or written.
    """
    run = current_run()
    planning = run is not None and run.planning
    noted = await asyncio.to_thread(_noted, factory, f"{brief.kind}/{brief.id}", planning)
    return Market(
        factory.providers,
        policy=factory.policy,
        reliability=noted.reliability,
        elsewhere=modalities_elsewhere(factory),
    )


def _noted(factory: Factory, product: str, planning: bool) -> Noted:
    references = _vendors(factory)
    if not references:
        return Noted()
    key = f"{_STAGE}/v{_VERSION}/{product}"
    if receipt := factory.books.receipt(key):
        return Noted.model_validate_json(receipt.result)
    noted = Noted(reliability=_figures(factory.books, references))
    if not planning:
        factory.books.write_receipt(
            Receipt(key=key, stage=_STAGE, version=_VERSION, result=canonical_json(noted), seconds=0.0)
        )
    return noted


def _vendors(factory: Factory) -> list[str]:
    """Return the models whose provider is elsewhere and could be asked; what runs here has no bad hours to speak of."""
    return [
        f"{provider.name}:{model}"
        for provider in factory.providers.all
        if not (provider.capabilities.local or provider.capabilities.by_name_only or provider.missing())
        for model in provider.capabilities.models
    ]


def _figures(books: Books, references: list[str]) -> dict[str, float]:
    found = {reference: books.statistics.reliability(reference) for reference in references}
    return {reference: round(share, _DIGITS) for reference, share in found.items() if share is not None}


__all__ = ["Noted", "market_of"]
