"""The key of a whole product: its brief, the files that it names, and everything beside it that decides what comes out.

Whoever has a product's key and finds it in the books starts none of its stages. A key that changes needlessly costs a
run in which every stage is a hit; a key that stays needlessly would pass off what is stale, so what may matter is in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from media_factory import __version__
from media_factory.books.books import Books
from media_factory.books.products import Product
from media_factory.briefs.fields import Codec
from media_factory.briefs.model import Brief, StoryBrief, VideoBrief
from media_factory.catalogue.entries import catalogue, today
from media_factory.delivery.folder import MANIFEST
from media_factory.delivery.provenance.keypair import CERTIFICATE, key_pair
from media_factory.factory import Factory
from media_factory.files import sha256_of
from media_factory.model import Model, canonical_json
from media_factory.policy import Policy
from media_factory.rendering.hardware import hardware_encoder

_FORM = "product/v1"
# Limits on how fast and for how much, which are no part of what comes out.
_UNSEEN = frozenset(("caps", "deadline_s", "everyone", "in_doubt", "pace", "retention"))
_CODECS: tuple[Codec, ...] = ("h264", "hevc", "av1")


class Surroundings(Model):
    """Everything beside a brief that decides what comes out, as 64 hex digits.

    It is the same on every machine that has the same version, policy, catalogue, brand, place to publish to and keys.
    """

    digest: str


def surroundings_of(factory: Factory, versions: Mapping[str, int]) -> Surroundings:
    """Return what decides in a factory, as it is now: find it once for all the rows of a batch.

    Args:
        factory: where products are made.
        versions: the version of every stage that may be part of a product, by name.

    Raises:
        InputError: the vendors' lists, or the certificate to sign with, can't be read.
    """
    publisher = factory.publisher
    parts: dict[str, Any] = {
        "made_with": __version__,
        "stages": dict(versions),
        "policy": _policy(factory.policy),
        "catalogue": _catalogue(),
        "providers": _providers(factory),
        "brand": factory.brand.model_dump(mode="json"),
        "publisher": publisher and [publisher.target.name, publisher.rules.model_dump(mode="json")],
        "certificate": _certificate(factory),
        "hardware": [hardware_encoder(codec) for codec in _CODECS],
    }
    return Surroundings(digest=_digest(parts))


def product_key(brief: Brief, surroundings: Surroundings) -> str:
    """Return the key of what a brief asks for, such as `product/v1/<64 hex digits>`.

    A file on this machine that the brief names counts by its content, a URL by itself: what lies there may change, and
    nobody asks.
    """
    told = hashlib.sha256(f"{surroundings.digest}\n{canonical_json(brief)}".encode())
    for location in files_named(brief):
        told.update(f"\n{_content(location)}".encode())
    return f"{_FORM}/{told.hexdigest()}"


def files_named(brief: Brief) -> Iterator[str]:
    """Yield the paths and URLs of what a brief brings: music, sound, pictures, clips, depth maps."""
    if isinstance(brief, StoryBrief) and isinstance(brief.music, str):
        yield brief.music
    if isinstance(brief, VideoBrief):
        if isinstance(brief.sound, str):
            yield brief.sound
        for shot in brief.shots:
            yield from filter(None, (shot.image, shot.depth))


def standing(wanted: Mapping[str, Path], books: Books, *, degraded: bool = True) -> dict[str, Product]:
    """Return the products that were finished before and still lie in their folders, by key.

    The books are asked once, and of the folders only whether the manifest is there, which is removed first.

    Args:
        wanted: the folder of each key.
        books: what was made.
        degraded: also those that are less than was asked.

    Raises:
        BooksError: the books can't be read.
    """
    found = books.products.known({key: str(folder.absolute()) for key, folder in wanted.items()})
    return {
        key: product
        for key, product in found.items()
        if (degraded or product.status == "passed") and (wanted[key] / MANIFEST).is_file()
    }


def _policy(policy: Policy) -> dict[str, Any]:
    content = policy.content
    return {
        **policy.model_dump(mode="json", exclude=set(_UNSEEN)),
        "unknown_price": policy.caps.unknown_price,
        "phrases": [_content(str(file)) if file else None for file in (content.allow_file, content.deny_file)],
    }


def _catalogue() -> list[Any]:
    day = today()
    return [
        [entry.reference, entry.modality, entry.status_on(day), canonical_json(entry)]
        for entry in sorted(catalogue(), key=lambda entry: (entry.reference, entry.modality))
    ]


def _providers(factory: Factory) -> list[Any]:
    return [
        [provider.name, provider.capabilities.model_dump(mode="json")]
        for provider in factory.providers.all
        if provider.missing() is None
    ]


def _certificate(factory: Factory) -> str | None:
    """Return whose certificate signs, if it is not the factory's own, which every machine makes for itself."""
    if factory.settings.secret(CERTIFICATE) is None:
        return None
    return key_pair(factory.home, factory.settings).fingerprint


def _digest(parts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _content(location: str) -> str:
    """Return what stands for a file: its content's digest if it is here, else its name."""
    path = Path(location)
    try:
        facts = path.stat() if "://" not in location else None
        if facts is not None:
            return _digest_of_file(path, facts.st_size, facts.st_mtime_ns, facts.st_ino)
    except OSError:
        return f"missing {location}"
    return location


@lru_cache(maxsize=4096)
def _digest_of_file(path: Path, _size: int, _mtime_ns: int, _inode: int) -> str:
    return sha256_of(path)


__all__ = ["Surroundings", "files_named", "product_key", "standing", "surroundings_of"]
