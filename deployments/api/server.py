"""The one door to a Prefect server: Prefect's own client, whose errors become ours and name the cure.

Prefect's client tries 408, 429, 502, 503 and broken connections again (PREFECT_CLIENT_MAX_RETRIES, 5, after 2, 4, 8 ...
seconds or what the server asks); an idempotency key makes that safe for what is created.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from deployments.api.errors import ServerUnreachable
from media_factory.errors import InputError, MediaFactoryError

if TYPE_CHECKING:
    import httpx
    from prefect.client.orchestration import PrefectClient

_MOST_WORDS = 500


class Server:
    """A Prefect server's API; a context manager.

    Args:
        api_url: such as `http://127.0.0.1:4200/api`; PREFECT_API_URL (or the Prefect profile's) if None.
        auth: `user:password` of a server with an auth string; PREFECT_API_AUTH_STRING if None.

    Raises:
        InputError: no server is named.
    """

    def __init__(self, api_url: str | None = None, auth: str | SecretStr | None = None) -> None:
        from prefect.settings import get_current_settings

        settings = get_current_settings().api
        url = api_url or settings.url
        if not url:
            raise InputError("PREFECT_API_URL: no server is named; give one such as http://127.0.0.1:4200/api")
        self.url = url.rstrip("/")
        self._auth = SecretStr(auth) if isinstance(auth, str) else auth or settings.auth_string
        self._key = settings.key
        self._client: PrefectClient | None = None

    async def __aenter__(self) -> Server:
        """Open the connection; nothing is asked yet."""
        from prefect.client.orchestration import PrefectClient

        self._client = PrefectClient(self.url, auth_string=_revealed(self._auth), api_key=_revealed(self._key))
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.__aexit__(kind, error, trace)

    @property
    def shown(self) -> str:
        """The server's address as messages show it: without what may be secret in it."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    def page_of(self, run_id: str) -> str:
        """Return the address of a run's page in the UI."""
        from prefect.settings import PREFECT_API_URL, temporary_settings
        from prefect.utilities.urls import url_for

        with temporary_settings({PREFECT_API_URL: self.shown}):
            return url_for("flow-run", obj_id=run_id) or ""

    async def ask(self, method: str, path: str, body: object = None, *, missing: str = "") -> Any:
        """Return what the server answers, read from JSON.

        Args:
            method: GET, POST, PATCH ...
            path: below the API's URL, such as `/flow_runs/filter`.
            body: sent as JSON if it is not None.
            missing: what is said if there is no such thing.

        Raises:
            InputError: the server refuses what is asked, or who asks.
            ServerUnreachable: it does not answer.
        """
        import httpx

        if self._client is None:
            raise InputError("the client is not open; use it as `async with Client() as client:`")
        options = {} if body is None else {"json": body}
        try:
            answer = await self._client.request(method, path, **options)  # type: ignore[arg-type]
        except httpx.HTTPStatusError as problem:
            raise self._refusal(problem.response, missing) from None
        except httpx.TransportError as problem:
            # Its own words may hold the whole address.
            raise ServerUnreachable(
                f"the Prefect server at {self.shown} does not answer ({type(problem).__name__}); "
                "is it running, and is PREFECT_API_URL right?"
            ) from None
        return answer.json() if answer.content else None

    def _refusal(self, answer: httpx.Response, missing: str) -> MediaFactoryError:
        code = answer.status_code
        if code in (401, 403):
            return InputError(
                f"PREFECT_API_AUTH_STRING: the Prefect server at {self.shown} answered {code}; "
                "set it to the server's user:password, or give auth="
            )
        if code == 404 and missing:
            return InputError(missing)
        if code < 500:
            return InputError(f"the Prefect server refused it ({code}): {_detail(answer)}")
        return ServerUnreachable(f"the Prefect server at {self.shown} answers {code}; try again later")


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _detail(answer: httpx.Response) -> str:
    """Return the server's own words: `detail` or `exception_message`, as short as a message may be."""
    try:
        content = answer.json()
    except ValueError:
        return answer.text[:_MOST_WORDS]
    words = content.get("detail") or content.get("exception_message") if isinstance(content, dict) else None
    return " ".join(str(words or content).split())[:_MOST_WORDS]


__all__ = ["Server"]
