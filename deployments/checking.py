"""Trying out a factory's parts, one finding each."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Literal

from pydantic import Field

from media_factory.errors import MediaFactoryError, StoreError
from media_factory.factory import Factory
from media_factory.model import Model
from media_factory.providers.base import Modality
from media_factory.publishing.rules import MUTABLE
from media_factory.publishing.target import Headers
from media_factory.store.probing import probe_store

State = Literal["ok", "missing", "wrong", "off"]
_NEEDED: tuple[Modality, ...] = ("prompt", "image", "speech")
_HEADERS = Headers(content_type="application/octet-stream", cache_control=MUTABLE)


class Finding(Model):
    """What was found of one part.

    `missing` is what a product can do without, `wrong` is what it can't, `off` is what nobody asked for.
    """

    part: str
    state: State
    what: str = Field(description="in one line; what is missing is named")


async def check_factory(factory: Factory) -> tuple[Finding, ...]:
    """Try out a factory's store, books, providers, place of publication and webhook. No vendor is asked."""
    return (
        await _tried("store", lambda: _store(factory)),
        await _tried("books", lambda: asyncio.to_thread(_books, factory)),
        *_providers(factory),
        await _tried("publishing", lambda: _publishing(factory)),
        _webhook(factory),
        _spending(factory),
    )


async def _tried(part: str, check: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await check()
    except MediaFactoryError as problem:
        return Finding(part=part, state="wrong", what=str(problem))


async def _store(factory: Factory) -> Finding:
    from media_factory.store.local import LocalStore
    from media_factory.store.s3.settings import S3Settings

    store, settings = factory.store, getattr(factory.store, "settings", None)
    lack = await probe_store(store)
    shown = settings.place if isinstance(settings, S3Settings) else type(store).__name__
    if isinstance(store, LocalStore):
        shown = f"folder {store.root}"
    ending = f"; {lack}" if lack else ", removed"
    return Finding(part="store", state="ok", what=f"{shown}: a probe was put, read back, verified{ending}")


def _books(factory: Factory) -> Finding:
    holder = f"check-config {secrets.token_hex(8)}"
    key = f"check-config/v1/{secrets.token_hex(32)}"
    books = factory.books
    if not books.acquire_lease(key, holder, 5.0):
        return Finding(part="books", state="wrong", what="a lease that nobody has could not be taken")
    books.release_lease(key, holder)
    found = books.receipt(key)
    assert found is None
    return Finding(part="books", state="ok", what="opened, written, read")


def _providers(factory: Factory) -> tuple[Finding, ...]:
    """Say of each provider what it lacks; only what nobody at all can make is wrong."""
    try:
        chosen = [one for one in factory.providers.all if not one.capabilities.by_name_only]
    except MediaFactoryError as problem:
        return (Finding(part="providers", state="wrong", what=str(problem)),)
    findings, able = [], set()
    for provider in chosen:
        modality, lack = provider.capabilities.modality, provider.missing()
        able |= set() if lack else {modality}
        part = f"{modality}: {provider.name}"
        findings.append(Finding(part=part, state="missing" if lack else "ok", what=lack or "ready"))
    findings += [
        Finding(part=modality, state="wrong", what="nobody here can make this; what is missing stands above")
        for modality in _NEEDED
        if modality not in able
    ]
    return tuple(findings)


async def _publishing(factory: Factory) -> Finding:
    if factory.publisher is None:
        return Finding(part="publishing", state="off", what="products stay in the delivery folder")
    target, rules = factory.publisher.target, factory.publisher.rules
    key, data = f"probe-{secrets.token_hex(8)}", secrets.token_bytes(64)
    await target.put(data, key, _HEADERS)
    try:
        if await target.read(key) != data:
            raise StoreError(f"{target.name} gave back other bytes than were put")
        await target.url_of(key, rules.urls, rules.expires_s)
    finally:
        await target.delete([key])
    return Finding(
        part="publishing", state="ok", what=f"{target.name}: a probe was put, read back, removed; {rules.urls} URLs"
    )


def _webhook(factory: Factory) -> Finding:
    if factory.webhook is None:
        return Finding(part="webhook", state="off", what="nobody is told when a run ends")
    return Finding(part="webhook", state="ok", what="set up; it is told when a run ends")


def _spending(factory: Factory) -> Finding:
    caps = factory.policy.caps
    open_ended = [name for name, cap in (("run", caps.run_usd), ("day", caps.day_usd)) if cap is None]
    if open_ended:
        return Finding(part="budget", state="missing", what=f"no cap per {' and per '.join(open_ended)}")
    return Finding(part="budget", state="ok", what=f"${caps.run_usd} a run, ${caps.day_usd} a day")


__all__ = ["Finding", "State", "check_factory"]
