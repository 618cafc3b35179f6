"""Publishing a product: its files under readable keys, then its manifest, which switches readers over at one blow."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from media_factory.briefs.model import BriefBase
from media_factory.briefs.object_keys import checked_key, key_of, slug, unversioned, versioned
from media_factory.delivery.manifest import Manifest, Output, Publication
from media_factory.delivery.public import PublicManifest, public_manifest, read_public
from media_factory.errors import InputError, MediaFactoryError, NotifyFailed
from media_factory.files import sha256_of
from media_factory.media_types import HEAD_BYTES, extension_fits, extensions_of, served_type
from media_factory.publishing.rules import IMMUTABLE, MUTABLE, Publisher
from media_factory.publishing.target import Headers
from media_factory.store.base import AssetStore

MANIFEST = "manifest.json"
_AT_ONCE = 8
_VERSION_CHARS = 12
_VERSION = re.compile(r"v-[0-9a-f]{12}")
_NO_CHANNEL = "general"
# The output that a brief's `object_key` names, by kind.
_MAIN = {"image": "image", "narration": "narration", "video": "video"}


def is_published(brief: BriefBase, publisher: Publisher | None) -> bool:
    """Say whether a brief's product is to be published; ask before anything is paid for.

    Raises:
        InputError: it is, and there is no place for it.
    """
    object_key = getattr(brief, "object_key", None)
    wanted = brief.publish if brief.publish is not None else bool(object_key)
    if wanted and publisher is None:
        field = "publish" if brief.publish else "object_key"
        raise InputError(
            f"{field}: there is no place to publish to; set MEDIA_FACTORY_PUBLISH, or choose one in the factory block"
        )
    if publisher is None:
        return False
    return wanted or (brief.publish is None and publisher.rules.always)


async def publish(
    manifest: Manifest,
    publisher: Publisher,
    store: AssetStore,
    *,
    channel: str | None = None,
    object_key: str | None = None,
    files: Mapping[str, Path] | None = None,
) -> Manifest:
    """Publish a product and return its manifest with the URLs; a blocked one is not published.

    All objects are put first and the manifest last, so readers find the old product or the new one, each whole. The
    version before the old one is then removed.

    Args:
        manifest: what was delivered.
        publisher: where to, and how.
        store: has the assets.
        channel: of the brief, for the keys.
        object_key: a further key, of the caller's choice, for the one picture, narration or video.
        files: by output path, local files to publish instead of the asset's bytes, such as signed ones.

    Raises:
        InputError: a key can't be used, or doesn't fit the file's type.
        AssetLost: an output's bytes are gone; the next run makes them again.
        StoreError: something could not be put; readers still find what they found before.
    """
    if manifest.status == "blocked":
        return manifest
    return await _Work(manifest, publisher, store, channel, object_key, files or {}).run()


async def unpublish(publisher: Publisher, manifest_key: str) -> tuple[str, ...]:
    """Remove a published product, the manifest first, and return the keys that are gone.

    Args:
        publisher: where it is published.
        manifest_key: as `Publication.manifest_key` has it.

    Raises:
        InputError: no product is published under that key.
        StoreError: something could not be removed; the same call goes on where this one ended.
        NotifyFailed: all is removed, but the CDN did not take that.
    """
    found = await read_public(publisher.target, manifest_key)
    if found is None:
        raise InputError(f"{manifest_key}: no product is published there in {publisher.target.name}")
    urls = tuple(output.url for output in found.outputs)
    keys = list(found.keys)
    for folder in (found.folder, found.previous_folder):
        keys += await publisher.target.keys_below(folder) if folder else ()
    keys = sorted(set(keys) - {manifest_key})
    # Emptied first, so that no reader is sent to what goes; removed last, so that a failure halfway leaves no orphans.
    emptied = found.model_copy(update={"outputs": (), "scenes": (), "withdrawn": True})
    await publisher.target.put(_json(emptied), manifest_key, _manifest_headers(MUTABLE))
    await publisher.target.delete(keys)
    await publisher.target.delete([manifest_key])
    if publisher.purge:
        await publisher.purge.purge([manifest_key, *keys], urls)
    return (manifest_key, *keys)


@dataclass
class _Work:
    """One publication under way; the arguments are those of `publish`."""

    manifest: Manifest
    publisher: Publisher
    store: AssetStore
    channel: str | None
    object_key: str | None
    files: Mapping[str, Path]

    def __post_init__(self) -> None:
        self.target, self.rules = self.publisher.target, self.publisher.rules
        self.main = self._main_output() if self.object_key else None

    @property
    def values(self) -> dict[str, str]:
        """What the template's fields stand for, but for version and file."""
        created = self.manifest.created_at
        return {
            "channel": self.channel or _NO_CHANNEL,
            "date": created[:10],
            "kind": self.manifest.kind,
            "language": self.manifest.language,
            "month": created[5:7],
            "story": self.manifest.id,
            "year": created[:4],
        }

    async def run(self) -> Manifest:
        """Put everything in order, and return the manifest with its URLs."""
        version = await asyncio.to_thread(self._version)
        template = (versioned if self.rules.versioned else unversioned)(self.rules.template)
        values = {**self.values, "version": version}
        keys = {output.path: key_of(template, values, output.path) for output in self.manifest.outputs}
        if len(set(keys.values())) < len(keys):
            raise InputError(f"{self.rules.template}: two files of {self.manifest.id} would have one key")
        manifest_key = key_of(unversioned(self.rules.template), values, MANIFEST)
        before = await read_public(self.target, manifest_key)
        room = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._put(output, keys[output.path], room) for output in self.manifest.outputs))
        shown = keys
        if self.main and self.object_key:
            await self._place(self.main, self.object_key, MUTABLE)
            shown = {**keys, self.main.path: self.object_key}
        finished = await self._with_urls(shown, manifest_key, version)
        folder = key_of(template, values, "x").rpartition("/")[0] if self.rules.versioned else None
        public = public_manifest(finished, shown, {*keys.values(), *shown.values()}, folder, before)
        if folder:
            await self.target.put(_json(public), f"{folder}/{MANIFEST}", _manifest_headers(IMMUTABLE))
        await self.target.put(_json(public), manifest_key, _manifest_headers(MUTABLE))
        return await self._tidied(finished, public, before)

    def _main_output(self) -> Output:
        role = _MAIN.get(self.manifest.kind)
        if role is None:
            raise InputError(f"object_key: a {self.manifest.kind} has several files; {', '.join(_MAIN)} have one")
        output, key = self.manifest.output(role), checked_key(self.object_key or "")
        if any(_VERSION.fullmatch(segment) for segment in key.split("/")):
            raise InputError(f"object_key: {key} lies among a product's versions, whose files never change")
        if not extension_fits(key, output.asset.media_type):
            endings = " or ".join(extensions_of(output.asset.media_type))
            raise InputError(
                f"object_key: {self.object_key} does not fit the file, which is {output.asset.media_type}; let it end "
                f"in {endings} (what was made is kept, and costs nothing again)"
            )
        return output

    def _version(self) -> str:
        """Return the name of exactly these files under these paths."""
        lines = []
        for output in sorted(self.manifest.outputs, key=lambda one: one.path):
            file = self.files.get(output.path)
            lines.append(f"{output.path} {sha256_of(file) if file else output.asset.hex}\n")
        return "v-" + hashlib.sha256("".join(lines).encode()).hexdigest()[:_VERSION_CHARS]

    async def _put(self, output: Output, key: str, room: asyncio.Semaphore) -> None:
        async with room:
            size = await self._size(output)
            # A version's keys always hold the same bytes, so those that are there need not be put again.
            if self.rules.versioned and await self.target.size_of(key) == size:
                return
            await self._place(output, key, IMMUTABLE if self.rules.versioned else MUTABLE)

    async def _place(self, output: Output, key: str, cache_control: str) -> None:
        file = self.files.get(output.path)
        headers = await self._headers(output, file or await self.store.fetch(output.asset), cache_control)
        if file:
            await self.target.put(file, key, headers)
        else:
            await self.target.copy(output.asset, self.store, key, headers)

    async def _size(self, output: Output) -> int:
        file = self.files.get(output.path)
        return (await asyncio.to_thread(file.stat)).st_size if file else output.asset.size_bytes

    async def _headers(self, output: Output, file: Path, cache_control: str) -> Headers:
        head = await asyncio.to_thread(_head, file)
        try:
            content_type = served_type(head, output.asset.media_type)
        except InputError as problem:
            raise InputError(f"{output.path} is not published: {problem}") from problem
        name = slug(f"{self.manifest.id}-{output.path.rpartition('/')[2]}")
        metadata = {"sha256": output.asset.hex, "story": slug(self.manifest.id), "role": slug(output.role)}
        return Headers(
            content_type=content_type,
            cache_control=cache_control,
            disposition=f'{self.rules.disposition}; filename="{name}"',
            metadata=metadata,
        )

    async def _with_urls(self, shown: Mapping[str, str], manifest_key: str, version: str) -> Manifest:
        outputs = [
            output.model_copy(update={"url": await self._url(shown[output.path])}) for output in self.manifest.outputs
        ]
        publication = Publication(
            place=self.target.name,
            manifest_key=manifest_key,
            manifest_url=await self._url(manifest_key),
            version=version,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        return self.manifest.model_copy(update={"outputs": tuple(outputs), "published": publication})

    async def _url(self, key: str) -> str:
        return await self.target.url_of(key, self.rules.urls, self.rules.expires_s)

    async def _tidied(self, finished: Manifest, public: PublicManifest, before: PublicManifest | None) -> Manifest:
        """Remove the version before the last one, and have the CDN forget what was replaced.

        The product is out by now: what fails here is said in the manifest, and fails nothing.
        """
        assert finished.published is not None
        warnings: list[str] = []
        try:
            if before and before.previous_folder and before.previous_folder not in (public.folder, before.folder):
                await self.target.delete(await self.target.keys_below(before.previous_folder))
        except MediaFactoryError as problem:
            warnings.append(f"the version before the last one is still there: {problem}")
        try:
            if self.publisher.purge and before:
                await self.publisher.purge.purge(*self._replaced(finished, public))
        except NotifyFailed as problem:
            warnings.append(f"the CDN may serve older files for a while: {problem}")
        published = finished.published.model_copy(update={"warnings": tuple(warnings)})
        return finished.model_copy(update={"published": published})

    def _replaced(self, finished: Manifest, public: PublicManifest) -> tuple[Sequence[str], Sequence[str]]:
        """Return the keys and URLs whose bytes may be others than before."""
        assert finished.published is not None
        keys, urls = [finished.published.manifest_key], [finished.published.manifest_url]
        for output in public.outputs:
            if not self.rules.versioned or output.key == self.object_key:
                keys.append(output.key)
                urls.append(output.url)
        return keys, urls


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(HEAD_BYTES)


def _json(manifest: PublicManifest) -> bytes:
    return (manifest.model_dump_json(indent=1) + "\n").encode()


def _manifest_headers(cache_control: str) -> Headers:
    return Headers(content_type="application/json", cache_control=cache_control)


__all__ = ["MANIFEST", "is_published", "publish", "unpublish"]
