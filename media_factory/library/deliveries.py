"""Delivered products, read loosely: whatever wrote a manifest, what it names is in use."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from media_factory.errors import StoreError
from media_factory.factory import Factory
from media_factory.library.naming import digests_in
from media_factory.model import Model

_MANIFEST = "manifest.json"
_DEEPEST = 3  # folders between a manifest and the files that it names


class Delivered(Model):
    """A delivered product: where it is, and what its manifest names."""

    folder: Path
    digests: frozenset[str]
    keys: frozenset[str]
    files: tuple[str, ...]
    manifest_key: str | None

    @property
    def id(self) -> str:
        """The name of its folder, which in the deliveries folder is the product's id."""
        return self.folder.name


def deliveries_of(factory: Factory) -> Iterator[Delivered]:
    """Yield the products in the factory's deliveries folder, in order.

    Raises:
        StoreError: a manifest can't be read.
    """
    for manifest in sorted(factory.deliveries.glob(f"*/{_MANIFEST}")):
        if found := _delivered(manifest):
            yield found


def deliveries_elsewhere(factory: Factory, digests: Iterable[str]) -> Iterator[Delivered]:
    """Yield products outside the deliveries folder which the books know to contain one of these assets.

    Only what still lies on this machine is found.
    """
    folders: dict[Path, None] = {}
    for digest in digests:
        for file in factory.books.deliveries.of_asset(digest):
            for folder in list(Path(file.path).parents)[:_DEEPEST]:
                if (folder / _MANIFEST).is_file() and folder.parent != factory.deliveries:
                    folders[folder] = None
                    break
    for folder in folders:
        if found := _delivered(folder / _MANIFEST):
            yield found


def remove_delivery(factory: Factory, delivered: Delivered) -> None:
    """Remove a product: its folder in the deliveries folder; elsewhere, what its manifest names, and the manifest.

    Raises:
        StoreError: it can't be removed.
    """
    folder = delivered.folder
    try:
        (folder / _MANIFEST).unlink(missing_ok=True)  # first, so that nobody takes half a product for a whole one
        if folder.is_symlink():
            folder.unlink()
        elif folder.parent == factory.deliveries:
            shutil.rmtree(folder)
        else:
            _remove_files(folder, delivered.files)
    except OSError as problem:
        raise StoreError(f"{folder}: can't be removed: {problem.strerror}") from problem


def _remove_files(folder: Path, names: Iterable[str]) -> None:
    root = folder.resolve()
    for name in names:
        path = (folder / name).resolve()
        if not path.is_relative_to(root):
            continue  # no manifest of ours names anything outside its folder
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something else is in it
            if path.parent != root:
                path.parent.rmdir()


def _delivered(manifest: Path) -> Delivered | None:
    try:
        text = manifest.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None  # it was removed meanwhile
    except (OSError, UnicodeDecodeError) as problem:
        raise StoreError(f"{manifest}: can't be read, so nobody knows what it needs: {problem}") from problem
    try:
        content = json.loads(text)
    except ValueError:
        content = {}
    published = content.get("published") if isinstance(content, dict) else None
    return Delivered(
        folder=manifest.parent,
        digests=frozenset(digests_in(text)),
        keys=frozenset(_texts(content, "stages", "key")),
        files=tuple(_texts(content, "outputs", "path")),
        manifest_key=published.get("manifest_key") if isinstance(published, dict) else None,
    )


def _texts(content: Any, rows: str, name: str) -> Iterator[str]:
    found = content.get(rows) if isinstance(content, dict) else None
    for row in found if isinstance(found, list) else ():
        if isinstance(row, dict) and isinstance(row.get(name), str):
            yield row[name]


__all__ = ["Delivered", "deliveries_elsewhere", "deliveries_of", "remove_delivery"]
