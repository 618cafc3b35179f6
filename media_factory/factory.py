"""Factory: the runtime context of a run: where bytes go, what is remembered, who makes things."""

from __future__ import annotations

import asyncio
import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from media_factory.assets import assets_in
from media_factory.books.books import Books
from media_factory.errors import InputError
from media_factory.home import HOME_VARIABLE, default_home
from media_factory.policy import Policy, policy_from_environment
from media_factory.providers.registry import Providers
from media_factory.settings import Settings
from media_factory.store.base import AssetStore
from media_factory.store.local import LocalStore
from media_factory.workspaces import sweep, workspace

BOOKS_VARIABLE = "MEDIA_FACTORY_BOOKS_URL"


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Factory:
    """One factory. It belongs to one event loop.

    Args:
        store: keeps the bytes.
        books: remember what was made.
        providers: who can make things here.
        home: a folder of this machine for deliveries, scratch files and paid replies on their way into the store.
        policy: what may be spent, and how hard vendors may be asked.
        lease_s: how long a lease lasts without a sign of life from its holder.
        workers: how many heavy stages run at once.
    """

    store: AssetStore
    books: Books
    providers: Providers
    home: Path
    policy: Policy = field(default_factory=Policy)
    lease_s: float = 15.0
    workers: int = field(default_factory=processors)

    def __post_init__(self) -> None:
        """Make the slots for heavy stages, and remove what killed processes left to work in."""
        self.slots = asyncio.Semaphore(self.workers)
        sweep(self.home / "scratch")

    @property
    def deliveries(self) -> Path:
        """Where finished products go when nobody says where."""
        return self.home / "deliveries"

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


def factory_from_environment() -> Factory:
    """Return a factory by environment variables and built-in defaults: local store, SQLite books, built-in providers.

    Raises:
        InputError: a variable has a value that can't be used.
        StoreError, BooksError: the store or the books can't be opened.
    """
    home = default_home()
    url = os.environ.get(BOOKS_VARIABLE) or f"sqlite:///{home / 'books.db'}"
    policy = policy_from_environment(home)
    return Factory(
        store=LocalStore(home / "store"),
        books=Books(url),
        providers=Providers.installed(Settings(endpoints=policy.endpoints)),
        home=home,
        policy=policy,
        lease_s=_positive_number("MEDIA_FACTORY_LEASE_S", 15.0),
        workers=int(_positive_number("MEDIA_FACTORY_WORKERS", processors())),
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


__all__ = ["BOOKS_VARIABLE", "HOME_VARIABLE", "Factory", "default_home", "factory_from_environment", "processors"]
