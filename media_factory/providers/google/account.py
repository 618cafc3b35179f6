"""A Google account: with an API key (Gemini's Developer API), or on Vertex, and the SDK's client for either."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from media_factory.providers.base import Provider, RequestT
from media_factory.providers.clients import Clients
from media_factory.providers.google.problems import google_problem
from media_factory.providers.http import vendor_errors
from media_factory.settings import Settings

if TYPE_CHECKING:
    import httpx2
    from google.genai import Client

NAME = "google"
# A picture at 4K takes a minute or two; the broker's deadline is what counts.
_TIMEOUT_MS = 300_000


@dataclass(frozen=True)
class _Open:
    client: Client
    http: httpx2.AsyncClient

    async def close(self) -> None:
        await self.client.aio.aclose()
        self.client.close()
        await self.http.aclose()


class Account:
    """Where Google's calls go, and with whose key.

    Args:
        settings: GEMINI_API_KEY or GOOGLE_API_KEY, GOOGLE_GEMINI_BASE_URL; on Vertex also GOOGLE_GENAI_USE_VERTEXAI,
            GOOGLE_CLOUD_PROJECT, GOOGLE_CLOUD_LOCATION.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        chosen = settings.text("GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI")
        self.on_vertex = chosen.lower() in ("1", "true")
        self._clients: Clients[_Open] = Clients(self._made, _Open.close)

    def missing(self) -> str | None:
        """Return what keeps the account from working, and the cure; None if nothing does."""
        if find_spec("google") is None or find_spec("google.genai") is None:
            return "Google's SDK is not installed: pip install 'media-factory[google]'"
        if self._key() or (self.on_vertex and self._project()):
            return None
        return "set GOOGLE_CLOUD_PROJECT or GOOGLE_API_KEY" if self.on_vertex else "set GEMINI_API_KEY"

    async def client(self) -> Client:
        """Return the running loop's client; it makes each call once."""
        # The SDK takes seconds to load, which no event loop has.
        await asyncio.to_thread(importlib.import_module, "google.genai")
        return (await self._clients.get()).client

    async def reach(self) -> None:
        """Ask for one entry of the list of models, which costs nothing."""
        client = await self.client()
        with google_errors():
            await client.aio.models.list(config={"page_size": 1})

    def _made(self) -> _Open:
        import httpx2
        from google import genai
        from google.genai import types

        # A client of our own: with aiohttp around (s3fs brings it), the SDK would ask through that.
        http = httpx2.AsyncClient(follow_redirects=True)
        options = types.HttpOptions(
            base_url=self.settings.text("GOOGLE_GEMINI_BASE_URL") or None,
            httpx_async_client=http,
            timeout=_TIMEOUT_MS,
            # The Interactions client asks five times otherwise.
            retry_options=types.HttpRetryOptions(attempts=1),
        )
        return _Open(genai.Client(http_options=options, **self._identity()), http)

    def _identity(self) -> dict[str, Any]:
        if not self.on_vertex:
            return {"vertexai": False, "api_key": self._key()}
        if project := self._project():
            location = self.settings.text("GOOGLE_CLOUD_LOCATION", default="global")
            return {"vertexai": True, "project": project, "location": location}
        return {"vertexai": True, "api_key": self._key()}

    def _key(self) -> str | None:
        found = self.settings.secret("GEMINI_API_KEY", "GOOGLE_API_KEY")
        return found.get_secret_value() if found else None

    def _project(self) -> str:
        return self.settings.text("GOOGLE_CLOUD_PROJECT")


class OnGoogle(Provider[RequestT]):
    """What all of Google's providers share.

    Args:
        settings: keys and base URL.
        account: the account that several providers share; one of its own if none is given.
    """

    name = NAME

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings)
        self.account = account or Account(self.settings)

    def missing(self) -> str | None:
        """Return what is missing before Google can be asked."""
        return self.account.missing()

    async def reach(self) -> None:
        """See that Google is there and takes our key."""
        await self.account.reach()


@contextmanager
def google_errors(*hidden: str | None) -> Iterator[None]:
    """Turn what the SDK raises in the block into our errors.

    Args:
        hidden: texts that no message may show, such as the prompt.
    """
    with vendor_errors(NAME, lambda problem: google_problem(problem, hidden)):
        yield


def model_of(reference: str) -> str:
    """Return the model of `provider:model`."""
    return reference.partition(":")[2]


__all__ = ["NAME", "Account", "OnGoogle", "google_errors", "model_of"]
