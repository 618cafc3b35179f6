"""Load what runs need, so that those forked afterwards find it loaded: no thread, socket or database is opened."""

from __future__ import annotations

import contextlib
import gc
import importlib
import pkgutil
from collections.abc import Iterator
from importlib.metadata import entry_points
from types import ModuleType

from media_factory.providers.registry import GROUP

_OURS = ("media_factory", "blocks", "tasks", "flows")
# Never part of a run, or not importable outside their own program.
_NOT = ("media_factory.books.migrations", "media_factory.launcher")
# What Prefect, SDKs and we import only where it is used.
_LATE = (
    "alembic.command",
    "anyio._backends._asyncio",
    "anyio.streams.tls",
    "av.filter",
    "boto3",
    "botocore.client",
    "c2pa",
    "cryptography.hazmat.backends.openssl",
    "elevenlabs.client",
    "encodings.idna",
    "google.genai",
    "numpy.random",
    "openai.resources",
    "prefect.artifacts",
    "prefect.deployments.steps.pull",
    "prefect.engine",
    "prefect.events.clients",
    "prefect.flow_engine",
    "prefect.runner._workspace_supervisor",
    "prefect.task_engine",
    "psycopg2",
    "pysbd",
    "rich._emoji_codes",
    "runpy",
    "runwayml",
    "s3fs",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
)


def preload() -> None:
    """Import all that a run may need and that is installed here, and set it apart from garbage collection."""
    for name in (*_LATE, *_our_modules()):
        # An SDK that is not installed, or a file that is being edited: the run that wants it says so.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    for warm in (_load_plugins, _read_data):
        with contextlib.suppress(Exception):
            warm()
    gc.collect()
    # A collection in a child would write to every object's header, and so copy every page of it.
    gc.freeze()


def _load_plugins() -> None:
    for entry in entry_points(group=GROUP):
        entry.load()


def _read_data() -> None:
    """Fill the caches of what ships with us and never changes while a process lives."""
    from PIL import Image

    from media_factory.catalogue.entries import shipped
    from media_factory.content.rulebook import built_in
    from media_factory.design.fonts import packaged_faces

    Image.init()
    shipped()
    built_in()
    packaged_faces()


def _our_modules() -> Iterator[str]:
    for name in _OURS:
        yield from _below(importlib.import_module(name))


def _below(package: ModuleType) -> Iterator[str]:
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.name.startswith(_NOT) or found.name.endswith("__main__"):
            continue
        yield found.name
        if found.ispkg:
            with contextlib.suppress(Exception):
                yield from _below(importlib.import_module(found.name))


__all__ = ["preload"]
