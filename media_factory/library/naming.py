"""Names of assets as people give them: a digest, the beginning of one, a file, or a voice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from media_factory.errors import InputError, StoreError
from media_factory.factory import Factory
from media_factory.files import sha256_of
from media_factory.library.model import Name
from media_factory.store.inventory import Inventory

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_BEGINNING = re.compile(r"(?:sha256:)?([0-9a-f]{6,64})")


def inventory_of(factory: Factory) -> Inventory:
    """Return what a factory's store holds.

    Raises:
        StoreError: this store can't tell.
    """
    if factory.store.inventory is None:
        raise StoreError(
            f"{type(factory.store).__name__} can't say what it holds, so nothing in it can be looked after"
        )
    return factory.store.inventory


def full_name(factory: Factory, given: str) -> Name:
    """Return the name that somebody means.

    Args:
        factory: whose assets.
        given: `sha256:<hex>`, at least six of its hex digits, `voice:<vendor>:<id>`, or a file with the same content.

    Raises:
        InputError: it fits nothing, or several things.
    """
    if given.startswith("voice:") and given.count(":") >= 2:
        return given
    if not (match := _BEGINNING.fullmatch(given)):
        path = Path(given).expanduser()
        if path.is_file():
            return f"sha256:{sha256_of(path)}"
        raise InputError(
            f"{given!r} is no asset; give its digest (sha256:…), six or more of its hex digits, a file, or "
            "voice:VENDOR:ID"
        )
    if len(match.group(1)) == 64:
        return f"sha256:{match.group(1)}"
    found = sorted(set(_starting_with(factory, f"sha256:{match.group(1)}")))
    if len(found) != 1:
        which = f"{len(found)} assets begin so: {', '.join(found[:3])}" if found else "no asset begins so"
        raise InputError(f"{given!r}: {which}")
    return found[0]


def full_digest(factory: Factory, given: str) -> str:
    """Return the digest that somebody means; as `full_name`, without voices.

    Raises:
        InputError: it fits no asset, or several.
    """
    name = full_name(factory, given)
    if not DIGEST.fullmatch(name):
        raise InputError(f"{given!r} is a voice, and this is about assets")
    return name


def digests_in(text: str) -> set[str]:
    """Return every digest that a text mentions."""
    return set(DIGEST.findall(text))


def _starting_with(factory: Factory, beginning: str) -> Iterator[str]:
    found = factory.books.archive.starting_with(beginning)
    yield from found
    if not found:
        yield from (one.digest for one in inventory_of(factory).holdings() if one.digest.startswith(beginning))


__all__ = ["DIGEST", "digests_in", "full_digest", "full_name", "inventory_of"]
