"""Releasing: what was delivered goes public, once whoever had to be asked said yes, or is taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from media_factory.briefs.base import BriefBase
from media_factory.delivery.approval import is_approved
from media_factory.delivery.events import finished_event, tell
from media_factory.delivery.folder import MANIFEST, folder_of, marked_files, read_manifest, write_manifest
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.publishing import is_published, publish, unpublish
from media_factory.errors import InputError, StoreError
from media_factory.factory import Factory
from media_factory.publishing.rules import Publisher


def awaits_approval(manifest: Manifest, brief: BriefBase, publisher: Publisher | None) -> bool:
    """Say whether a person must be asked before a product is published; one that is blocked is not published anyway."""
    wanted = brief.approval and manifest.status != "blocked" and is_published(brief, publisher)
    return wanted and not is_approved(manifest)


async def release(manifest: Manifest, brief: BriefBase, factory: Factory, folder: Path | None, run_id: str) -> Manifest:
    """Publish a delivered product if it is to be, and tell the webhook that it is finished.

    What waits for a person's yes, or got a no, stays in its folder.

    Args:
        manifest: as it was delivered, with what a person said.
        brief: what was asked for.
        factory: says where to publish, and whom to tell.
        folder: where the product lies; the factory's own place if none is given.
        run_id: names the event.

    Raises:
        InputError: a key can't be used.
        StoreError: something could not be put; readers still find what they found before.
    """
    place = folder_of(manifest, folder, factory)
    if is_published(brief, factory.publisher) and not awaits_approval(manifest, brief, factory.publisher):
        manifest = await _published(manifest, factory, place)
    elif manifest.approval is not None:
        await _written(manifest, place)
    if factory.webhook is not None:
        await tell(factory.webhook, finished_event(run_id, manifest))
    return manifest


async def publish_delivered(manifest: Manifest, factory: Factory, folder: Path) -> Manifest:
    """Publish a product that lies in a folder, tell the webhook, and return its manifest with the URLs.

    Raises:
        InputError: it is blocked, there is no place to publish to, or a key can't be used.
        StoreError: something could not be put; readers still find what they found before.
    """
    if manifest.status == "blocked":
        raise InputError(f"{manifest.id} is blocked and is not published: {'; '.join(manifest.reasons)}")
    publisher_of(factory)
    manifest = await _published(manifest, factory, folder)
    if factory.webhook is not None:
        await tell(factory.webhook, finished_event(manifest.id, manifest))
    return manifest


async def withdraw(manifest: Manifest, factory: Factory, folder: Path) -> tuple[Manifest, tuple[str, ...]]:
    """Take a published product back; return its manifest, and the keys that are gone. Its folder stays.

    A yes to it is gone too: a brief that wants one is asked again.

    Raises:
        InputError: it is not published, or there is no place where it could be.
        StoreError: something could not be removed; the same call goes on where this one ended.
        NotifyFailed: all is removed, but the CDN did not take that.
    """
    if manifest.published is None:
        raise InputError(f"{manifest.id} is not published, as far as its manifest says; --key KEY names where it is")
    gone = await unpublish(publisher_of(factory), manifest.published.manifest_key)
    outputs = tuple(output.model_copy(update={"url": None}) for output in manifest.outputs)
    manifest = manifest.model_copy(update={"outputs": outputs, "published": None, "approval": None})
    await _written(manifest, folder)
    return manifest, gone


def delivered(product: str, factory: Factory) -> tuple[Manifest, Path]:
    """Return the manifest of a delivered product, and its folder.

    Args:
        product: its id, or the folder that it lies in.
        factory: has it among its deliveries.

    Raises:
        InputError: it lies in neither.
    """
    for folder in (factory.deliveries / product, Path(product)):
        if found := read_manifest(folder):
            return found, folder
    raise InputError(f"{product}: no {MANIFEST} that can be read lies in {factory.deliveries / product} or {product}")


def publisher_of(factory: Factory) -> Publisher:
    """Return where a factory publishes.

    Raises:
        InputError: nowhere.
    """
    if factory.publisher is None:
        raise InputError(
            "there is no place to publish to; set MEDIA_FACTORY_PUBLISH, or choose one in the factory block"
        )
    return factory.publisher


async def _published(manifest: Manifest, factory: Factory, folder: Path) -> Manifest:
    manifest = await publish(
        manifest,
        publisher_of(factory),
        factory.store,
        channel=manifest.channel,
        object_key=manifest.object_key,
        files=marked_files(manifest, folder),
    )
    await _written(manifest, folder)
    return manifest


async def _written(manifest: Manifest, folder: Path) -> None:
    try:
        await asyncio.to_thread(write_manifest, manifest, folder)
    except OSError as problem:
        raise StoreError(f"can't write {folder / MANIFEST}: {problem.strerror}") from problem


__all__ = ["awaits_approval", "delivered", "publish_delivered", "publisher_of", "release", "withdraw"]
