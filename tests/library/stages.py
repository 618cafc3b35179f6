"""Stages that make little things from each other, so that there is lineage."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from media_factory.assets import Asset, pending_asset
from media_factory.books.books import Books
from media_factory.factory import Factory
from media_factory.model import Model
from media_factory.providers.registry import Providers
from media_factory.runs import Run, begin_run
from media_factory.stages import Stage
from media_factory.store.local import LocalStore


class Ask(Model):
    """Something to make from other things."""

    text: str
    sources: tuple[Asset, ...] = ()
    provider: str = "acme:1"
    voice: str | None = None


class Told(Model):
    """What was made, and what was only passed on."""

    said: Asset
    passed_on: tuple[Asset, ...] = ()
    provider: str = "acme:1"
    cost_usd: Decimal = Decimal("0.02")


async def _tell(request: Ask, factory: Factory) -> Told:
    await factory.files_of(request)
    said = await factory.store.put(content(request), "text/plain")
    return Told(said=said, passed_on=request.sources, provider=request.provider)


async def _foretell(request: Ask, key: str, factory: Factory) -> Told:
    return Told(said=pending_asset(key, "text/plain"))


def content(request: Ask) -> bytes:
    """Return what telling a request makes."""
    return f"{request.text} {[one.digest for one in request.sources]} {request.voice}".encode()


def open_factory(folder: Path) -> Factory:
    """Return a factory that has everything in one folder, and makes nothing by itself."""
    return Factory(
        store=LocalStore(folder / "store"),
        books=Books(f"sqlite:///{folder / 'books.db'}"),
        providers=Providers.of(),
        home=folder / "home",
    )


TELL: Stage[Ask, Told] = Stage(name="tell", version=1, body=_tell, foretell=_foretell, result_type=Told)


async def tell(factory: Factory, text: str, *sources: Asset, channel: str | None = None, **asked: str) -> Asset:
    """Have something made from other things, and return it."""
    with begin_run(Run(channel=channel)):
        return (await TELL.run(Ask(text=text, sources=sources, **asked), factory)).result.said


async def state_of(factory: Factory, text: str, *sources: Asset, **asked: str) -> str:
    """Have something made, and return whether it had been before."""
    return (await TELL.run(Ask(text=text, sources=sources, **asked), factory)).state
