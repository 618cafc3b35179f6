"""Markets for the tests of selection: providers of any name, price and ability, and entries of a catalogue."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from media_factory.calls.selection import Market
from media_factory.catalogue.entries import CatalogueEntry
from media_factory.providers.base import AnyProvider, Capabilities
from media_factory.providers.registry import Providers
from media_factory.testing import Dials, FakeImage, FakeSpeech

TODAY = date(2026, 11, 20)


def speech(name: str, lacks: str | None = None, price: Decimal | None = Decimal(0), **capabilities: Any) -> FakeSpeech:
    """Return a fake speech provider of another name and other abilities."""

    class Speech(FakeSpeech):
        def missing(self) -> str | None:
            return lacks

    made = Speech(Dials(name=name, price_usd=price))
    made.capabilities = Capabilities(**{"modality": "speech", "models": ("m", "n"), **capabilities})
    return made


def painter(name: str, price: Decimal | None = Decimal(0), **capabilities: Any) -> FakeImage:
    """Return a fake image provider of another name and other abilities."""
    made = FakeImage(Dials(name=name, price_usd=price))
    made.capabilities = Capabilities(**{"modality": "image", "models": ("m",), **capabilities})
    return made


def entry(reference: str, **fields: Any) -> CatalogueEntry:
    """Return a catalogue entry."""
    provider, _, model = reference.partition(":")
    base = {"provider": provider, "model": model, "modality": "speech", "source": "a test", "verified_on": TODAY}
    return CatalogueEntry.model_validate(base | fields)


def market(*providers: AnyProvider, entries: tuple[CatalogueEntry, ...] = (), **fields: Any) -> Market:
    """Return a market of exactly these providers and entries, on one day."""
    known = {one.reference: one for one in entries}
    return Market(Providers.of(*providers), **{"entries": known, "today": TODAY, **fields})
