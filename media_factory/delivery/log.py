"""Noting in the books what was delivered, so that a file can be known again wherever it turns up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from media_factory.books.books import Books
from media_factory.books.deliveries import DeliveredFile
from media_factory.books.products import Product
from media_factory.delivery.manifest import Manifest, Output
from media_factory.delivery.provenance.marking import generation_of
from media_factory.delivery.provenance.model import Origin

# A scene's picture in web sizes looks like the picture itself, which is in the log.
_LIKE_ANOTHER = ("rendition",)


async def note_deliveries(manifest: Manifest, origins: Mapping[str, Origin], folder: Path, books: Books) -> None:
    """Note every delivered file that the books don't know at its place: its bytes, and what it looks like.

    Raises:
        BooksError: the books can't be written.
    """
    await asyncio.to_thread(_note, manifest, origins, folder, books)


async def forget_product(folder: Path, books: Books) -> None:
    """Forget what stood finished in a folder: call it before the first file of something else is written there.

    Raises:
        BooksError: the books can't be written.
    """
    await asyncio.to_thread(_forget_product, folder, books)


def _forget_product(folder: Path, books: Books) -> None:
    books.products.forget(str(folder.absolute()))


async def note_product(manifest: Manifest, folder: Path, books: Books, key: str | None) -> None:
    """Note that a product stands finished in a folder, under its key; a blocked one, or one without a key, does not.

    Raises:
        BooksError: the books can't be written.
    """
    if key is not None and manifest.status != "blocked":
        await asyncio.to_thread(_note_product, manifest, folder, books, key)


def _note_product(manifest: Manifest, folder: Path, books: Books, key: str) -> None:
    folder = folder.absolute()
    product = Product(
        key=key,
        folder=str(folder),
        id=manifest.id,
        kind=manifest.kind,
        title=manifest.title,
        status="degraded" if manifest.status == "degraded" else "passed",
        cost_usd=manifest.cost_usd,
        duration_s=manifest.duration_s,
        page=page_of(manifest, folder),
    )
    books.products.note(product, [output.asset.digest for output in manifest.outputs])


def page_of(manifest: Manifest, folder: Path) -> str:
    """Return where a product's page is: its URL where it is published, else its path on this machine."""
    page = manifest.output("page")
    return page.url or str(folder / page.path)


def _note(manifest: Manifest, origins: Mapping[str, Origin], folder: Path, books: Books) -> None:
    folder = folder.absolute()
    known = books.deliveries.known(_sha256(output) for output in manifest.outputs)
    new = [output for output in manifest.outputs if (_sha256(output), str(folder / output.path)) not in known]
    if new:
        books.deliveries.note([_entry(output, manifest.id, origins, folder) for output in new])


def _entry(output: Output, product: str, origins: Mapping[str, Origin], folder: Path) -> DeliveredFile:
    path, origin = folder / output.path, origins.get(output.asset.digest)
    seen = origin is not None and output.role not in _LIKE_ANOTHER
    return DeliveredFile(
        sha256=_sha256(output),
        path=str(path),
        asset=output.asset.digest,
        product=product,
        role=output.role,
        media_type=output.asset.media_type,
        likeness=_likeness(path, output.asset.media_type) if seen else None,
        generation=generation_of(output, origin, product).model_dump_json() if origin else None,
    )


def _likeness(path: Path, media_type: str) -> str | None:
    from media_factory.delivery.provenance.likeness import likeness_of  # loads OpenCV, which an unchanged story spares

    return likeness_of(path, media_type)


def _sha256(output: Output) -> str:
    return output.marked.sha256 if output.marked else output.asset.hex


__all__ = ["forget_product", "note_deliveries", "note_product", "page_of"]
