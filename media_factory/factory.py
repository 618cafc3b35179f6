"""Factory: the runtime context of a run: where bytes go, what is remembered, who makes things."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from media_factory.assets import assets_in
from media_factory.books.books import Books
from media_factory.capacity import available_memory_bytes, processors
from media_factory.design.brand import Brand, brand_from
from media_factory.errors import InputError
from media_factory.home import HOME_VARIABLE, default_home
from media_factory.journal import StoreJournal
from media_factory.policy import Policy, policy_from_environment
from media_factory.pools import GpuPool
from media_factory.providers.registry import Providers
from media_factory.publishing.opening import publisher_from, webhook_from
from media_factory.publishing.rules import Publisher
from media_factory.publishing.webhooks import Webhook
from media_factory.settings import Settings
from media_factory.slots import Slots
from media_factory.store.base import AssetStore
from media_factory.store.opening import open_store
from media_factory.workspaces import sweep, workspace

BOOKS_VARIABLE = "MEDIA_FACTORY_BOOKS_URL"
# What is left to the system, to the caches of ours, and to estimates that fall short.
_MEMORY_SHARE = 0.8


def default_memory_bytes() -> int | None:
    """Return how much memory heavy stages may take unless somebody says: four fifths of what is available now."""
    available = available_memory_bytes()
    return None if available is None else int(available * _MEMORY_SHARE)


@dataclass
class Factory:
    """One factory. It belongs to one event loop.

    Args:
        store: keeps the bytes.
        books: remember what was made.
        providers: who can make things here.
        home: a folder of this machine for deliveries, scratch files and paid replies on their way into the store.
        policy: what may be spent, and how hard vendors may be asked.
        settings: values that are set up by name, such as the certificate to sign with.
        publisher: where products are published, and how; None leaves them in the delivery folder.
        webhook: who is told when a run ends.
        brand: colours of products whose briefs name none.
        lease_s: how long a lease lasts without a sign of life from its holder.
        workers: how many heavy stages run at once, if memory allows.
        memory_bytes: what heavy stages may take together; None if nobody knows, and then nothing is held back.
        name: what flows call it.
        pools: who takes over what wants a GPU, by modality; empty where no Prefect server was asked.
    """

    store: AssetStore
    books: Books
    providers: Providers
    home: Path
    policy: Policy = field(default_factory=Policy)
    settings: Settings = field(default_factory=Settings)
    publisher: Publisher | None = None
    webhook: Webhook | None = None
    brand: Brand = field(default_factory=Brand)
    lease_s: float = 15.0
    workers: int = field(default_factory=processors)
    memory_bytes: int | None = field(default_factory=default_memory_bytes)
    name: str = "default"
    pools: Mapping[str, GpuPool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the slots for heavy stages, note receipts in the store, remove what killed processes left to work in."""
        self.slots = Slots(self.workers)
        if self.store.inventory:
            self.books.journal = StoreJournal(self.store.inventory)
        sweep(self.home / "scratch")

    @property
    def deliveries(self) -> Path:
        """Where finished products go when nobody says where."""
        return self.home / "deliveries"

    def slots_for(self, needed_bytes: int) -> int:
        """Return how many slots work holds that takes so much memory: each stands for an equal share of it."""
        if not self.memory_bytes:
            return 1
        return min(self.workers, max(1, -(-needed_bytes * self.workers // self.memory_bytes)))

    def workspace(self, needed_bytes: int = 0) -> AbstractContextManager[Path]:
        """Give a folder to work in, which is gone after the block, whatever happens.

        Raises:
            RenderError: its disk has no room for `needed_bytes`.
        """
        return workspace(self.home / "scratch", needed_bytes)

    async def files_of(self, request: object) -> dict[str, Path]:
        """Return a checked local file for every asset that a request names, by digest.

        Raises:
            AssetLost: one of them is missing or altered.
        """
        return {asset.digest: await self.store.fetch(asset) for asset in assets_in(request)}

    def close(self) -> None:
        """Give back what the factory holds open."""
        self.books.close()
        self.store.close()
        if self.publisher:
            self.publisher.target.close()


def factory_from_environment() -> Factory:
    """Return a factory by environment variables and built-in defaults: local store, SQLite books, all providers.

    Raises:
        InputError: a variable has a value that can't be used.
        StoreError, BooksError: the store or the books can't be opened.
    """
    home = default_home()
    memory_mib = _positive_number("MEDIA_FACTORY_MEMORY_MIB", 0)
    url = os.environ.get(BOOKS_VARIABLE) or f"sqlite:///{home / 'books.db'}"
    policy = policy_from_environment(home)
    settings = Settings(endpoints=policy.endpoints)
    store = open_store(home)
    return Factory(
        store=store,
        books=Books(url),
        providers=Providers.installed(settings),
        home=home,
        policy=policy,
        settings=settings,
        publisher=publisher_from(store),
        webhook=webhook_from(),
        brand=brand_from(),
        lease_s=_positive_number("MEDIA_FACTORY_LEASE_S", 15.0),
        workers=int(_positive_number("MEDIA_FACTORY_WORKERS", processors())),
        memory_bytes=int(memory_mib * (1 << 20)) or default_memory_bytes(),
    )


def _positive_number(variable: str, default: float) -> float:
    text = os.environ.get(variable)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = 0
    if value < 1:
        raise InputError(f"{variable}: {text!r} can't be used; give a number of at least 1")
    return value


__all__ = [
    "BOOKS_VARIABLE",
    "HOME_VARIABLE",
    "Factory",
    "default_home",
    "default_memory_bytes",
    "factory_from_environment",
]
