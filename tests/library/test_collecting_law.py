"""The law of collecting: whatever happens in whichever order, and wherever it is cut short, nothing needed is removed.

A model says what there must be. Stages, uploads, deliveries, collections, retention, deletions, takedowns and lost
books come in any order; each may die at any of its steps that change something, and is then forgotten or done again.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from media_factory.assets import Asset
from media_factory.errors import InputError, StoreError
from media_factory.factory import Factory
from media_factory.library import About, Library
from media_factory.library.model import Upload
from media_factory.library.naming import inventory_of
from media_factory.library.uploads import note_upload
from media_factory.policy import RetentionRule
from media_factory.store.local_inventory import LocalInventory
from tests.library.stages import Ask, content, open_factory, state_of, tell

DAY_S = 24 * 3600.0
NAMES = st.sampled_from("abcdef")


class Died(BaseException):
    """The process was killed here."""


class Steps:
    """Lets so many changes happen, and then kills whoever wants to make another."""

    CHANGES = ("touch", "remove", "bury", "write_record", "remove_record")

    def __init__(self) -> None:
        self.left: int | None = None

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Count the changes of every inventory."""
        for name in self.CHANGES:
            patch.setattr(LocalInventory, name, self._counted(getattr(LocalInventory, name)))

    def _counted(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            if self.left == 0:
                raise Died
            if self.left is not None:
                self.left -= 1
            return change(*arguments, **named)

        return counted


class Keeping(RuleBasedStateMachine):
    """A factory, and what it must have."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.factory: Factory = open_factory(self.folder)
        self.library = Library(self.factory)
        self.patch = pytest.MonkeyPatch()
        self.steps = Steps()
        self.steps.watch(self.patch)
        self.patch.setattr(os, "fsync", lambda _file: None)  # what is tested is order, not the power supply
        self.needed: set[str] = set()
        self.gone: set[str] = set()
        self.made: dict[str, Asset] = {}
        self.parents: dict[str, tuple[str, ...]] = {}

    @initialize()
    def begin(self) -> None:
        self.make("a", ())

    def run(self, work: Callable[[], Coroutine[Any, Any, Any]], dies_after: int | None) -> bool:
        """Do something, which may be killed; return whether it came to its end."""
        self.steps.left = dies_after
        try:
            asyncio.run(work())
        except Died:
            return False
        finally:
            self.steps.left = None
        return True

    @rule(name=NAMES, parents=st.lists(NAMES, max_size=2), dies_after=st.none() | st.integers(0, 2))
    def make(self, name: str, parents: Any, dies_after: int | None = None) -> None:
        sources = tuple(self.made[one] for one in sorted(set(parents)) if one in self.made and one < name)
        self.parents.setdefault(name, tuple(one for one in sorted(set(parents)) if one in self.made and one < name))
        sources = tuple(self.made[one] for one in self.parents[name] if one in self.made)
        held = {one.digest for one in inventory_of(self.factory).holdings()}
        if len(sources) != len(self.parents[name]) or any(one.digest not in held for one in sources):
            return
        try:
            done = self.run(lambda: self._tell(name, sources), dies_after)
        except StoreError as error:
            assert "taken down" in str(error)
            return
        if done:
            self.needed |= {self.made[name].digest, *(one.digest for one in sources)}

    async def _tell(self, name: str, sources: tuple[Asset, ...]) -> None:
        self.made[name] = await tell(self.factory, name, *sources)

    @rule(name=NAMES)
    def bring(self, name: str) -> None:
        async def work() -> None:
            asset = await self.factory.store.put(content(Ask(text=f"brought {name}")), "text/plain")
            kept = Upload(asset=asset, about=About(title=name), uploaded_at=time.time())
            note_upload(self.factory, inventory_of(self.factory), kept)
            self.needed.add(asset.digest)

        try:
            self.run(work, None)
        except StoreError as error:
            assert "taken down" in str(error)

    @rule(name=NAMES)
    def litter(self, name: str) -> None:
        self.run(lambda: self.factory.store.put(f"litter {name}".encode(), "text/plain"), None)

    @rule()
    def let_time_pass(self) -> None:
        for holding in inventory_of(self.factory).holdings():
            path = self.factory.store.path_of(_asset(holding.digest))  # type: ignore[attr-defined]
            os.utime(path, (holding.kept_at - 2 * DAY_S,) * 2)

    @rule(dies_after=st.none() | st.integers(0, 3))
    def collect(self, dies_after: int | None) -> None:
        self.run(self.library.collect, dies_after)

    @rule(name=NAMES)
    def deliver(self, name: str) -> None:
        if name in self.made and self.made[name].digest in self.needed:
            folder = self.factory.deliveries / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "manifest.json").write_text(json.dumps({"digest": self.made[name].digest}))

    @rule(dies_after=st.none() | st.integers(0, 3))
    def retain(self, dies_after: int | None) -> None:
        """Everything that was made is let go, but for what is delivered; none of it may vanish at once."""
        self.patch.setattr("media_factory.library.retaining._DAY_S", -1e6)
        self.run(lambda: self.library.retain([RetentionRule(keep_days=1)]), dies_after)
        self.patch.setattr("media_factory.library.retaining._DAY_S", DAY_S)
        kept = {name for record in self.factory.books.archive.records() for name in (*record.outputs, *record.inputs)}
        brought = {json.loads(text)["asset"]["digest"] for text in self.factory.books.archive.uploads()}
        delivered = {json.loads(one.read_text())["digest"] for one in self.factory.deliveries.glob("*/manifest.json")}
        self.needed &= kept | brought | delivered

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        asset = _asset_of(f"brought {name}")
        try:
            self.run(lambda: self.library.delete(asset), None)
        except InputError:
            return
        self.needed.discard(asset)

    @rule(name=NAMES, dies_after=st.none() | st.integers(0, 4))
    def take_down(self, name: str, dies_after: int | None) -> None:
        if name not in self.made:
            return
        digest = self.made[name].digest
        descent = {digest, *(one.digest for other, one in self.made.items() if self._descends(other, name))}
        try:
            while not self.run(lambda: self.library.take_down(digest, who="me", why="test"), dies_after):
                dies_after = dies_after * 2 + 1 if dies_after is not None else None
        except InputError:
            return
        self.needed -= descent
        self.gone |= {digest}

    def _descends(self, name: str, ancestor: str) -> bool:
        return any(one == ancestor or self._descends(one, ancestor) for one in self.parents.get(name, ()))

    @rule()
    def lose_the_books_and_rebuild(self) -> None:
        self.factory.close()
        for path in self.folder.glob("books.db*"):
            path.unlink()
        self.factory = open_factory(self.folder)
        self.library = Library(self.factory)
        self.run(self.library.collect, None)  # even before they are rebuilt
        self.run(self.library.rebuild_books, None)

    @invariant()
    def what_is_needed_is_there_and_what_is_barred_is_not(self) -> None:
        held = {one.digest for one in inventory_of(self.factory).holdings()}
        assert self.needed - self.gone <= held
        assert not self.gone & held

    @invariant()
    def no_receipt_names_what_is_gone(self) -> None:
        held = {one.digest for one in inventory_of(self.factory).holdings()}
        for record in self.factory.books.archive.records():
            assert set(record.outputs) <= held

    def teardown(self) -> None:
        self.patch.undo()
        for name, asset in self.made.items():
            if asset.digest in self.needed and self._is_on_record(asset.digest):
                sources = tuple(self.made[one] for one in self.parents[name])
                assert asyncio.run(state_of(self.factory, name, *sources)) == "cached"
        self.factory.close()
        shutil.rmtree(self.folder)

    def _is_on_record(self, digest: str) -> bool:
        return bool(self.factory.books.archive.makers(digest))


def _asset(digest: str) -> Asset:
    return Asset(digest=digest, media_type="*/*", size_bytes=0)


def _asset_of(text: str) -> str:
    import hashlib

    return "sha256:" + hashlib.sha256(content(Ask(text=text))).hexdigest()


TestKeeping = Keeping.TestCase
TestKeeping.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
