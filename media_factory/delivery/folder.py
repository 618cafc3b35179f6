"""Delivering into a folder: every file whole or as it was, the manifest last."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from media_factory.delivery.manifest import Manifest, Output
from media_factory.delivery.page import story_page
from media_factory.errors import StoreError
from media_factory.factory import Factory
from media_factory.files import sha256_of, whole_file, write_whole
from media_factory.runs import Run, current_run

MANIFEST = "manifest.json"


class Delivery:
    """Collects a product's outputs and writes them to a folder; a planning run writes nothing."""

    def __init__(self, factory: Factory) -> None:
        self._factory = factory
        self._run = current_run() or Run()
        self.outputs: list[Output] = []

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

        The folder is the factory's own if none is given.

        A file that is there already with the same bytes is left alone.

        Raises:
            StoreError: the folder can't be written.
            AssetLost: an output's bytes are gone; the next run makes them again.
        """
        if self._run.planning:
            return manifest
        target = folder or self._factory.deliveries / manifest.id
        await self.add_text("page", "index.html", story_page(manifest), "text/html")
        manifest = manifest.model_copy(update={"outputs": tuple(self.outputs)})
        try:
            for output in manifest.outputs:
                source = await self._factory.store.fetch(output.asset)
                await asyncio.to_thread(_place, source, target / output.path, output.asset.hex)
            await asyncio.to_thread(write_whole, target / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
        except OSError as problem:
            raise StoreError(f"can't deliver to {target}: {problem.strerror}") from problem
        return manifest


def _place(source: Path, target: Path, digest_hex: str) -> None:
    if target.is_file() and sha256_of(target) == digest_hex:
        return
    with whole_file(target) as temporary:
        shutil.copyfile(source, temporary)


__all__ = ["MANIFEST", "Delivery"]
