"""The Factory block, and how a flow finds its factory by name."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from prefect.blocks.core import Block
from prefect.context import FlowRunContext
from pydantic import Field, SecretStr

from blocks.storage import LocalStorage
from media_factory.books.books import Books
from media_factory.capacity import processors
from media_factory.errors import InputError
from media_factory.factory import Factory, default_home, default_memory_bytes, factory_from_environment
from media_factory.providers.registry import Providers

DEFAULT = "default"


class FactoryBlock(Block):
    """One factory: where its assets are kept, which books it keeps, and how much it may do at once.

    Example:
        Load a saved factory::

            from blocks.factory import FactoryBlock

            factory = FactoryBlock.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory"
    _block_type_slug = "media-factory"
    _description = "Everything that a media flow needs to know about its surroundings."

    storage: LocalStorage = Field(title="Storage", description="The storage block that keeps this factory's assets.")
    books_url: SecretStr | None = Field(
        default=None,
        title="Books URL",
        description="SQLAlchemy URL of the database that remembers what was made, such as "
        "postgresql+psycopg2://user:password@host/books. Empty keeps them in SQLite in the home folder.",
    )
    home: Path | None = Field(
        default=None,
        title="Home folder",
        description="Folder for finished products and scratch files. Empty uses your data folder.",
    )
    lease_s: float = Field(
        default=15.0,
        ge=1,
        title="Lease (s)",
        description="Seconds after which a stage whose worker died may be made by another.",
    )
    workers: int | None = Field(
        default=None, ge=1, title="Workers", description="Heavy stages at once. Empty uses one per processor."
    )
    memory_mib: int | None = Field(
        default=None,
        ge=64,
        title="Memory (MiB)",
        description="What heavy stages may take together; those that need more than their share run fewer at once. "
        "Empty uses four fifths of what is available when the factory is opened.",
    )

    def open(self) -> Factory:
        """Return the factory."""
        home = (self.home or default_home()).expanduser()
        url = self.books_url.get_secret_value() if self.books_url else f"sqlite:///{home / 'books.db'}"
        return Factory(
            store=self.storage.open(),
            books=Books(url),
            providers=Providers.installed(),
            home=home,
            lease_s=self.lease_s,
            workers=self.workers or processors(),
            memory_bytes=self.memory_mib << 20 if self.memory_mib else default_memory_bytes(),
        )


async def open_factory(name: str = DEFAULT) -> Factory:
    """Return the factory of a name: the saved block inside a Prefect run, else environment variables and defaults.

    Raises:
        InputError: there is no factory of that name.
    """
    if FlowRunContext.get() is not None:
        try:
            block = cast(FactoryBlock, await FactoryBlock.aload(name))
        except ValueError:
            if name != DEFAULT:
                raise InputError(
                    f"factory: no block {FactoryBlock._block_type_slug}/{name} is saved; save one, or use 'default'"
                ) from None
        else:
            return block.open()
    elif name != DEFAULT:
        raise InputError(
            f"factory: {name!r} is a saved block, and those need Prefect; without it only 'default' is there"
        )
    return factory_from_environment()


__all__ = ["DEFAULT", "FactoryBlock", "open_factory"]
