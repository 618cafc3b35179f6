"""An account at ElevenLabs: its key, its address, and the SDK's client, which all of our providers share."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from media_factory.catalogue.entries import price_of
from media_factory.errors import AuthenticationFailed, BadReply
from media_factory.providers.base import Provider
from media_factory.providers.clients import Clients
from media_factory.providers.elevenlabs.errors import VENDOR, elevenlabs_errors
from media_factory.settings import Settings

if TYPE_CHECKING:
    from elevenlabs.client import AsyncElevenLabs
    from elevenlabs.core.request_options import RequestOptions

RequestT = TypeVar("RequestT")
BASE_URL = "https://api.elevenlabs.io"
_KEYS = ("ELEVENLABS_API_KEY", "ELEVEN_API_KEY", "XI_API_KEY")
# Between two reads; the whole call has the broker's deadline. Ten minutes of music come after minutes of silence.
_READ_TIMEOUT_S = 280.0


class Account:
    """What one key opens.

    Args:
        settings: the key ($ELEVENLABS_API_KEY) and, for another server, the address ($ELEVENLABS_BASE_URL).
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clients: Clients[AsyncElevenLabs] = Clients(self._made, _closed)

    @property
    def base_url(self) -> str:
        """The address of the API, without a version."""
        return self._settings.text("ELEVENLABS_BASE_URL", default=BASE_URL).rstrip("/")

    @property
    def options(self) -> RequestOptions:
        """How each request is made: once. The SDK's own second try of a form leaves its fields out."""
        return {"max_retries": 0}

    def missing(self) -> str | None:
        """Return what is missing before the account can be used, or None."""
        return None if self._settings.secret(*_KEYS) else f"no key for ElevenLabs; set {_KEYS[0]}"

    async def client(self) -> AsyncElevenLabs:
        """Return the SDK's client of the running loop.

        Raises:
            AuthenticationFailed: there is no key.
        """
        if gap := self.missing():
            raise AuthenticationFailed(gap)
        return await self._clients.get()

    async def models(self) -> list[Any]:
        """Return the models that the account may use, as the SDK gives them.

        Raises:
            ProviderError: classified.
        """
        client = await self.client()
        with elevenlabs_errors():
            listed: Any = await client.models.list(request_options=self.options)
        if not isinstance(listed, list):
            raise BadReply(f"{VENDOR} sent something else than a list of models")
        return listed

    def _made(self) -> AsyncElevenLabs:
        import httpx
        from elevenlabs.client import AsyncElevenLabs

        key = self._settings.secret(*_KEYS)
        return AsyncElevenLabs(
            api_key=key.get_secret_value() if key else "",
            base_url=self.base_url,
            timeout=_READ_TIMEOUT_S,
            httpx_client=httpx.AsyncClient(timeout=_READ_TIMEOUT_S, follow_redirects=False),
        )


class AccountProvider(Provider[RequestT], Generic[RequestT]):
    """A provider on an account, which those of the other modalities share.

    Args:
        settings: the key and the address.
        account: the shared one; one of its own if none is given.
    """

    name = VENDOR

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings)
        self.account = account or Account(self.settings)

    def missing(self) -> str | None:
        """Return which variable to set if there is no key."""
        return self.account.missing()

    async def reach(self) -> None:
        """Ask for the list of models, which costs nothing.

        Raises:
            ProviderError: classified.
        """
        await self.account.models()


async def _closed(client: AsyncElevenLabs) -> None:
    # The SDK has no way to close what it was given.
    await client._client_wrapper.httpx_client.httpx_client.aclose()


def charged_usd(model: str, headers: dict[str, str], sent_chars: int) -> Decimal | None:
    """Return what a text cost, by the characters that the vendor counted and the catalogue's price.

    Args:
        model: the model's name.
        headers: of the answer; `character-cost` is the vendor's count.
        sent_chars: how many characters were sent, counted where the vendor says nothing, or less: for cheaper models it
            may count credits, of which a character costs half a one, while the price is by characters.
    """
    counted = headers.get("character-cost", "")
    characters = max(int(counted) if counted.isdigit() else 0, sent_chars)
    return price_of(f"{VENDOR}:{model}", "thousand-chars", Decimal(characters) / 1000)


__all__ = ["BASE_URL", "Account", "AccountProvider", "charged_usd"]
