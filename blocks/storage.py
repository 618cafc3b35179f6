"""Where assets are kept."""

from __future__ import annotations

from pathlib import Path

from prefect.blocks.core import Block
from pydantic import Field

from media_factory.store.base import AssetStore
from media_factory.store.local import LocalStore


class LocalStorage(Block):
    """A store in a folder of the machine that runs the work.

    Example:
        Load a saved store::

            from blocks.storage import LocalStorage

            storage = LocalStorage.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory Local Storage"
    _block_type_slug = "media-factory-local-storage"
    _description = "Keeps media assets in a folder, named by the sha256 of their content."

    folder: Path = Field(
        title="Folder", description="The folder that holds the assets; it is made if it isn't there. ~ is your home."
    )

    def open(self) -> AssetStore:
        """Return the store."""
        return LocalStore(self.folder.expanduser())


__all__ = ["LocalStorage"]
