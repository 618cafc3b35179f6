"""The Factory block, and how a flow finds its factory by name."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from prefect.blocks.core import Block
from prefect.context import FlowRunContext
from pydantic import Field, SecretStr

from blocks.base import model_from
from blocks.budget import Budget
from blocks.credentials import (
    ElevenLabsCredentials,
    GoogleCredentials,
    OpenAICredentials,
    RunwayCredentials,
)
from blocks.publishing import Publishing
from blocks.storage import LocalStorage, S3Storage
from blocks.webhook import Webhook
from media_factory.books.books import Books
from media_factory.capacity import processors
from media_factory.design.brand import Brand, brand_from
from media_factory.errors import InputError
from media_factory.factory import Factory, default_home, default_memory_bytes, factory_from_environment
from media_factory.policy import Policy, policy_from_environment
from media_factory.providers.registry import Providers
from media_factory.settings import Settings

DEFAULT = "default"


class FactoryBlock(Block):
    """One factory: where its assets are kept, who makes things, what may be spent, and where products go.

    Example:
        Load a saved factory::

            from blocks.factory import FactoryBlock

            factory = FactoryBlock.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory"
    _block_type_slug = "media-factory"
    _description = "Everything that a media flow needs to know about its surroundings."

    storage: LocalStorage | S3Storage = Field(
        title="Storage", description="The storage block that keeps this factory's assets."
    )
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
    openai: OpenAICredentials | None = Field(
        default=None, title="OpenAI", description="Credentials at OpenAI. Empty reads the worker's environment."
    )
    elevenlabs: ElevenLabsCredentials | None = Field(
        default=None, title="ElevenLabs", description="Credentials at ElevenLabs. Empty reads the worker's environment."
    )
    google: GoogleCredentials | None = Field(
        default=None, title="Google", description="Credentials at Google. Empty reads the worker's environment."
    )
    runway: RunwayCredentials | None = Field(
        default=None, title="Runway", description="Credentials at Runway. Empty reads the worker's environment."
    )
    budget: Budget | None = Field(
        default=None, title="Budget", description="What may be spent. Empty takes the caps of the worker's policy.yaml."
    )
    publishing: Publishing | None = Field(
        default=None,
        title="Publishing",
        description="Where finished products are published. Empty leaves them in the delivery folder.",
    )
    webhook: Webhook | None = Field(
        default=None, title="Webhook", description="Who is told when a run finishes or fails. Empty tells nobody."
    )
    brand_primary: str | None = Field(
        default=None,
        title="Brand colour",
        description="Accent of products whose briefs name no palette, as #rrggbb in lower case.",
    )
    brand_secondary: str | None = Field(
        default=None, title="Second brand colour", description="Their second accent, as #rrggbb in lower case."
    )
    brand_background: str | None = Field(
        default=None, title="Background colour", description="Their background, as #rrggbb in lower case."
    )
    brand_text: str | None = Field(
        default=None, title="Text colour", description="Their text, as #rrggbb in lower case."
    )
    brand_theme: str | None = Field(
        default=None,
        title="Theme",
        description="Theme of products whose briefs name neither a theme nor a channel, such as news.",
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
        """Return the factory.

        Raises:
            InputError: a value can't be used; the message names the block and the field.
            StoreError, BooksError: the store or the books can't be opened.
        """
        home = (self.home or default_home()).expanduser()
        url = self.books_url.get_secret_value() if self.books_url else f"sqlite:///{home / 'books.db'}"
        policy = self._policy(home)
        settings = Settings(self._keys(), policy.endpoints)
        store = self.storage.open()
        return Factory(
            store=store,
            books=Books(url),
            providers=Providers.installed(settings),
            home=home,
            policy=policy,
            settings=settings,
            publisher=self.publishing.open(store) if self.publishing else None,
            webhook=self.webhook.open() if self.webhook else None,
            brand=self._brand(),
            lease_s=self.lease_s,
            workers=self.workers or processors(),
            memory_bytes=self.memory_mib << 20 if self.memory_mib else default_memory_bytes(),
        )

    def _policy(self, home: Path) -> Policy:
        policy = policy_from_environment(home)
        return policy.model_copy(update={"caps": self.budget.caps()}) if self.budget else policy

    def _keys(self) -> dict[str, SecretStr]:
        vendors = (self.openai, self.elevenlabs, self.google, self.runway)
        return {name: value for vendor in vendors if vendor for name, value in vendor.values().items()}

    def _brand(self) -> Brand:
        values = {name: getattr(self, f"brand_{name}") for name in Brand.model_fields}
        return model_from(Brand, self, **values) if any(values.values()) else brand_from()


async def open_factory(name: str = DEFAULT) -> Factory:
    """Return the factory of a name: the saved block inside a Prefect run, else environment variables and defaults.

    Raises:
        InputError: there is no factory of that name.
    """
    if FlowRunContext.get() is not None:
        block = await _saved(name)
        if block is not None:
            return block.open()
        if name != DEFAULT:
            raise _unsaved(name)
    elif name != DEFAULT:
        raise InputError(
            f"factory: {name!r} is a saved block, and those need Prefect; without it only 'default' is there"
        )
    return factory_from_environment()


async def load_factory(name: str = DEFAULT) -> Factory:
    """Return the factory of a saved block, in a Prefect run or out of one.

    Raises:
        InputError: there is no block of that name.
    """
    block = await _saved(name)
    if block is None:
        raise _unsaved(name)
    return block.open()


async def _saved(name: str) -> FactoryBlock | None:
    try:
        return cast(FactoryBlock, await FactoryBlock.aload(name))
    except ValueError:  # Prefect's way to say that there is none
        return None


def _unsaved(name: str) -> InputError:
    return InputError(f"factory: no block {FactoryBlock._block_type_slug}/{name} is saved; save one, or use 'default'")


__all__ = ["DEFAULT", "FactoryBlock", "load_factory", "open_factory"]
