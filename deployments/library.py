"""What commands over the library share: opening it, and saying what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from media_factory.library import Library
    from media_factory.model import Model

ResultT = TypeVar("ResultT")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


def with_library(use: Callable[[Library], Awaitable[ResultT]]) -> ResultT:
    """Return what somebody gets from the library of the environment's factory."""
    from media_factory.delivery.publishing import unpublish
    from media_factory.factory import factory_from_environment
    from media_factory.library import Library

    async def used() -> ResultT:
        publisher = factory.publisher
        return await use(Library(factory, (lambda key: unpublish(publisher, key)) if publisher else None))

    with closing(factory_from_environment()) as factory:
        return asyncio.run(used())


def answer(result: Model, line: str, *, as_json: bool) -> None:
    """Print a result as JSON, or what says it in words."""
    click.echo(result.model_dump_json(indent=2) if as_json else line)


__all__ = ["answer", "json_option", "with_library"]
