"""An account with OpenAI, or with any server that speaks its API: how to reach it, and what its errors mean."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from media_factory.catalogue.entries import price_of
from media_factory.catalogue.listings import ListedModel
from media_factory.errors import (
    AuthenticationFailed,
    BadReply,
    ContentRefused,
    InvalidRequest,
    NotReached,
    ProviderError,
    ProviderUnavailable,
    QuotaExhausted,
    VoiceNotFound,
)
from media_factory.providers.base import Call, Provider
from media_factory.providers.clients import Clients
from media_factory.providers.http import reason, status_error, vendor_errors
from media_factory.settings import Endpoint, Settings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

BASE_URL = "https://api.openai.com/v1"
_KEY, _BASE_URL = "OPENAI_API_KEY", "OPENAI_BASE_URL"
# The broker ends a call after its deadline; this is for those who call a provider by themselves.
_SILENCE_S, _CONNECT_S = 600.0, 15.0
_MILLION = Decimal(1_000_000)
_LONGEST_ID_CHARS = 200
# `code` or `type` of an error's body, where it says more than the status does.
_BY_CODE: dict[str, type[ProviderError]] = {
    "billing_hard_limit_reached": QuotaExhausted,
    "billing_not_active": QuotaExhausted,
    "content_filter": ContentRefused,
    "content_policy_violation": ContentRefused,
    "insufficient_quota": QuotaExhausted,
    "invalid_api_key": AuthenticationFailed,
    "invalid_prompt": ContentRefused,
    "moderation_blocked": ContentRefused,
    "model_not_found": InvalidRequest,
}
RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT", bound="Answer")


class Answer(BaseModel):
    """What we read of an answer; vendors add fields as they like."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Listed(Answer):
    id: str
    shutdown_date: date | None = None


class _Models(Answer):
    data: tuple[_Listed, ...]


class Account:
    """A key and a base URL, with one client for each event loop.

    Args:
        settings: where the key and the base URL are.
        endpoint: somebody else's server; OpenAI itself if none is given.
    """

    def __init__(self, settings: Settings, endpoint: Endpoint | None = None) -> None:
        self.settings = settings
        self.endpoint = endpoint
        self.name = endpoint.name if endpoint else "openai"
        self._clients: Clients[AsyncOpenAI] = Clients(self._open, lambda client: client.close())

    def missing(self) -> str | None:
        """Return what is missing before it can be used here; looking for the SDK does not load it."""
        if find_spec("openai") is None:
            return "install media-factory[openai]"
        variable = self.endpoint.key_variable if self.endpoint else _KEY
        return f"set {variable}" if variable and self._key() is None else None

    async def models(self) -> tuple[ListedModel, ...]:
        """Return the models that the account lists, with the dates on which they are switched off.

        Raises:
            ProviderError: classified.
        """
        async with self.asking(self.name) as client:
            raw = await client.models.with_raw_response.list(extra_headers=self.headers())
            listed = self.read(_Models, raw.http_response.json(), self.name)
        return tuple(ListedModel(model=one.id[:200], shutdown_date=one.shutdown_date) for one in listed.data if one.id)

    @asynccontextmanager
    async def asking(self, reference: str, *hidden: str | None) -> AsyncIterator[AsyncOpenAI]:
        """Give the client; what goes wrong with it in the block becomes our error.

        Args:
            reference: who is asked, for the messages, as `provider:model`.
            hidden: what is asked, which no message may show.

        Raises:
            ProviderError: classified; NotReached or AuthenticationFailed if something is missing here.
        """
        if lack := self.missing():
            raise (AuthenticationFailed if lack.startswith("set ") else NotReached)(f"{self.name}: {lack}")
        if "openai" not in sys.modules:
            # It takes a second or more, in which the loop would stand still.
            await asyncio.to_thread(import_module, "openai")
        key = self._key()
        with vendor_errors(reference, lambda problem: _classified(problem, reference, (key, *hidden))):
            yield await self._clients.get()

    def headers(self, call: Call | None = None) -> dict[str, Any]:
        """Return what a request needs beside the SDK's own headers."""
        from openai import Omit

        found: dict[str, Any] = {"Idempotency-Key": call.key} if call else {}
        if self.endpoint:
            # The SDK takes these from the environment, where they are meant for OpenAI.
            found |= {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}
        if self._key() is None:
            found["Authorization"] = Omit()
        return found

    def read(self, form: type[AnswerT], body: object, reference: str) -> AnswerT:
        """Return an answer's body, checked.

        Raises:
            BadReply: it is not of that form; the message names the field and quotes nothing.
        """
        try:
            return form.model_validate(body)
        except ValidationError as problem:
            first = problem.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "body"
            raise BadReply(f"{reference} sent an answer that can't be used: {where}: {first['msg']}") from None

    def _open(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI, Timeout

        base_url = self.endpoint.base_url if self.endpoint else self.settings.text(_BASE_URL, default=BASE_URL)
        return AsyncOpenAI(
            # A server without keys gets no header at all (`headers`), but the SDK wants to have something.
            api_key=self._key() or "none",
            base_url=base_url,
            max_retries=0,
            timeout=Timeout(_SILENCE_S, connect=_CONNECT_S),
        )

    def _key(self) -> str | None:
        variable = self.endpoint.key_variable if self.endpoint else _KEY
        found = self.settings.secret(variable) if variable else None
        return found.get_secret_value() if found else None


class AccountProvider(Provider[RequestT], Generic[RequestT]):
    """What providers of an account have in common: its name, what it lacks, and whether it answers.

    Args:
        settings: keys and base URLs.
        account: whose; OpenAI's if none is given.
    """

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings)
        self.account = account or Account(self.settings)
        self.name = self.account.name

    def missing(self) -> str | None:
        """Return what is missing before this provider can work here, and how to get it; None when nothing is."""
        return self.account.missing()

    async def reach(self) -> None:
        """Ask for the list of models, which costs nothing.

        Raises:
            ProviderError: classified.
        """
        await self.account.models()


def model_of(reference: str, default: str) -> str:
    """Return the model that `provider:model` names, or the default."""
    return reference.partition(":")[2] or default


def token_price(reference: str, tokens_in: int, tokens_out: int) -> Decimal | None:
    """Return what tokens of text cost in US dollars, or None where the catalogue has no price for them."""
    price_in = price_of(reference, "million-tokens-in", Decimal(tokens_in) / _MILLION, "text")
    price_out = price_of(reference, "million-tokens-out", Decimal(tokens_out) / _MILLION, "text")
    return None if price_in is None or price_out is None else price_in + price_out


def vendor_id(raw: Any) -> str | None:
    """Return the vendor's own name for a call, from the head of a raw answer."""
    found: str | None = raw.headers.get("x-request-id")
    return found[:_LONGEST_ID_CHARS] if found else None


def _classified(problem: Exception, reference: str, hidden: tuple[str | None, ...]) -> ProviderError | None:
    import openai

    if isinstance(problem, openai.APIStatusError):
        return _of_status(problem, reference, hidden)
    # With a transport's error behind it, it is judged by that.
    if isinstance(problem, openai.APIConnectionError) and problem.__cause__ is None:
        return ProviderUnavailable(f"{reference} cut the connection in the middle of a call")
    return None


def _of_status(problem: Any, reference: str, hidden: tuple[str | None, ...]) -> ProviderError:
    body = problem.body if isinstance(problem.body, dict) else {}
    words = reason(body.get("message"), *hidden)
    said = f"{reference} answered {problem.status_code}" + (f": {words}" if words else "")
    for name in (problem.code, problem.type):
        if isinstance(name, str) and name in _BY_CODE:
            return _BY_CODE[name](said)
    if problem.status_code in (400, 404, 422) and problem.param == "voice":
        return VoiceNotFound(said)
    return status_error(reference, problem.status_code, words, problem.response.headers)


__all__ = ["BASE_URL", "Account", "AccountProvider", "Answer", "model_of", "token_price", "vendor_id"]
