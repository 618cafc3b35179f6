"""Delivering into a folder: every file whole or as it was, the manifest last."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from pydantic import ValidationError

from media_factory.delivery.approval import still_approved
from media_factory.delivery.log import forget_product, note_deliveries, note_product
from media_factory.delivery.manifest import Manifest, Output
from media_factory.delivery.page import story_page
from media_factory.delivery.provenance.marking import MARKABLE, Marker
from media_factory.delivery.provenance.model import Origin
from media_factory.delivery.provenance.publishing_notes import publishing_notes
from media_factory.errors import RenderError, StoreError
from media_factory.factory import Factory
from media_factory.files import sha256_of, whole_file, write_whole
from media_factory.runs import Run, current_run

MANIFEST, NOTES = "manifest.json", "publish.json"


class Delivery:
    """Collects a product's outputs and writes them to a folder; a planning run writes nothing.

    `origins` says where assets come from, by digest; what is not in it (texts, parts of streams) stays bare.

    Args:
        factory: whose store has the bytes.
        signed: files say where they come from, and are signed.
    """

    def __init__(self, factory: Factory, *, signed: bool = True) -> None:
        self._factory = factory
        self._run = current_run() or Run()
        self._signed = signed
        self.outputs: list[Output] = []
        self.origins: dict[str, Origin] = {}

    @property
    def run(self) -> Run:
        """The run that made the product."""
        return self._run

    def add(self, output: Output) -> None:
        """Add an output whose bytes the store has (or will have)."""
        self.outputs.append(output)

    async def add_text(self, role: str, path: str, text: str, media_type: str, aspect: str | None = None) -> None:
        """Keep a text and add it as an output; a planning run leaves it out, since its words are only foretold."""
        if not self._run.planning:
            asset = await self._factory.store.put(text.encode(), media_type)
            self.add(Output(role=role, aspect=aspect, path=path, asset=asset))

    async def finish(self, manifest: Manifest, folder: Path | None) -> Manifest:
        """Write all outputs, the page that shows them, and last the manifest, and return the manifest.

        The folder is the factory's own if none is given. Nothing is published (`releasing` does that), but an earlier
        yes to exactly these files goes on holding.

        A file that is there already with the same bytes is left alone, and a marked one with the same marks.

        Raises:
            StoreError: the folder can't be written.
            AssetLost: an output's bytes are gone; the next run makes them again.
            InputError: the certificate to sign with can't be used.
        """
        if self._run.planning:
            return manifest
        target = folder_of(manifest, folder, self._factory)
        await forget_product(target, self._factory.books)
        if self.origins:
            notes = publishing_notes(manifest.id, self.outputs, self.origins, signed=self._signed)
            await self.add_text("publish", NOTES, notes.model_dump_json(indent=2) + "\n", "application/json")
        earlier = await asyncio.to_thread(read_manifest, target)
        try:
            manifest = await _Writing(self._factory, target, self.origins if self._signed else {}).write(
                manifest.model_copy(update={"outputs": tuple(self.outputs)}), earlier
            )
            await self.add_text("page", "index.html", story_page(manifest), "text/html")
            page = self.outputs[-1]
            await asyncio.to_thread(_place, await self._factory.store.fetch(page.asset), target / page.path, page)
            manifest = manifest.model_copy(update={"outputs": (*manifest.outputs, page)})
            manifest = manifest.model_copy(update={"approval": still_approved(manifest, earlier)})
            await asyncio.to_thread(write_manifest, manifest, target)
        except OSError as problem:
            size = sum(output.asset.size_bytes for output in self.outputs)
            raise StoreError(f"can't deliver {size} bytes to {target}: {problem.strerror}") from problem
        await note_deliveries(manifest, self.origins, target, self._factory.books)
        await note_product(manifest, target, self._factory.books, self._run.product_key)
        return manifest


class _Writing:
    """A product's files on their way into a folder."""

    def __init__(self, factory: Factory, folder: Path, origins: dict[str, Origin]) -> None:
        self._factory = factory
        self._folder = folder
        self._origins = origins

    async def write(self, manifest: Manifest, earlier: Manifest | None) -> Manifest:
        """Write all outputs, and return the manifest with what became of them."""
        marker, reasons = Marker(self._factory, manifest.id), list[str]()
        before = {output.path: output for output in earlier.outputs} if earlier else {}
        written = []
        for output in manifest.outputs:
            target, origin = self._folder / output.path, self._origins.get(output.asset.digest)
            if origin and output.asset.media_type in MARKABLE:
                try:
                    written.append(await marker.place(output, origin, target, before.get(output.path)))
                    continue
                except RenderError as problem:
                    reasons.append(f"{output.path} does not say where it comes from: {problem}")
            await asyncio.to_thread(_place, await self._factory.store.fetch(output.asset), target, output)
            written.append(output)
        status = "degraded" if reasons and manifest.status == "passed" else manifest.status
        update = {"outputs": tuple(written), "reasons": (*manifest.reasons, *reasons), "status": status}
        return manifest.model_copy(update=update)


def marked_files(manifest: Manifest, folder: Path) -> dict[str, Path]:
    """Return the delivered files that are other bytes than their assets, by their outputs' paths: what to publish."""
    return {output.path: folder / output.path for output in manifest.outputs if output.marked}


def folder_of(manifest: Manifest, folder: Path | None, factory: Factory) -> Path:
    """Return where a product lies: the folder that was asked for, or the factory's own."""
    return folder or factory.deliveries / manifest.id


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest that lies in a folder; None if there is none that can be read."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write a product's manifest into its folder, whole or not at all.

    Raises:
        OSError: it can't be written.
    """
    write_whole(folder / MANIFEST, manifest.model_dump_json(indent=2) + "\n")


def _place(source: Path, target: Path, output: Output) -> None:
    if target.is_file() and sha256_of(target) == output.asset.hex:
        return
    with whole_file(target) as temporary:
        shutil.copyfile(source, temporary)


__all__ = ["MANIFEST", "NOTES", "Delivery", "folder_of", "marked_files", "read_manifest", "write_manifest"]
