"""Generations: what ElevenLabs' flows queue, are asked for again, and give out under a signed address."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Any, Literal

from media_factory.errors import BadReply, ContentRefused, InvalidRequest, ProviderError, QuotaExhausted
from media_factory.providers.base import Progress, Ticket
from media_factory.providers.downloads import download
from media_factory.providers.elevenlabs.account import Account
from media_factory.providers.elevenlabs.errors import VENDOR, elevenlabs_errors
from media_factory.providers.http import reason
from media_factory.providers.replies import checked_media_type

Kind = Literal["image", "video"]
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
# What will not end otherwise when it is asked for again.
_FINAL = frozenset({"invalid_parameters", "dependency_failed"})


class Generations:
    """One of an account's queues, of pictures or of clips.

    Args:
        account: whose.
        kind: which.
    """

    def __init__(self, account: Account, kind: Kind) -> None:
        self._account = account
        self._kind = kind

    async def submit(self, body: dict[str, Any]) -> Ticket:
        """Queue what a body asks for."""
        asked = _requests(self._kind).validate_python(body)
        client = await self._account.client()
        with elevenlabs_errors(body["prompt"]):
            made = await getattr(client.flows, self._kind).create(request=asked, request_options=self._account.options)
        generation_id = getattr(made, "id", None)
        if not isinstance(generation_id, str) or not _ID.fullmatch(generation_id):
            raise BadReply(f"{VENDOR} took the request and gave no id to come back with")
        return Ticket(provider=VENDOR, id=generation_id)

    async def state(self, ticket: Ticket) -> Any:
        """Return where a generation stands: one of the SDK's models of a known status.

        Raises:
            InvalidRequest: the vendor does not know it, or not any more.
            ProviderError: it failed, which is not charged.
        """
        if not _ID.fullmatch(ticket.id):
            raise InvalidRequest(f"{VENDOR} never gave a ticket {reason(ticket.id)!r}")
        client = await self._account.client()
        with elevenlabs_errors():
            found = await getattr(client.flows, self._kind).get(ticket.id, request_options=self._account.options)
        status = getattr(found, "status", None)
        if status == "failed":
            raise _failure(found)
        if status not in ("pending", "generating", "completed"):
            raise BadReply(
                f"{VENDOR} says that {ticket.id} is {reason(status) or 'nothing'}, a state that we don't know"
            )
        return found

    async def progress(self, ticket: Ticket) -> Progress:
        """Say whether a generation is made; the vendor does not say how far it is."""
        status = (await self.state(ticket)).status
        return Progress(done=status == "completed", fraction=1.0 if status == "completed" else None)

    async def content(self, ticket: Ticket, allowed: Collection[str], most_bytes: int) -> tuple[bytes, str]:
        """Return what was made, and its media type."""
        # Asking again gives a fresh address; the one of an earlier answer may have expired.
        found = await self.state(ticket)
        url = getattr(found, "content_url", None)
        if found.status != "completed" or not isinstance(url, str):
            raise BadReply(f"{VENDOR} says that {ticket.id} is {found.status}, and gives no address for it")
        data = await download(url, VENDOR, self._account.base_url, most_bytes)
        return data, checked_media_type(data, allowed, VENDOR)


@cache
def _requests(kind: Kind) -> Any:
    """Return what turns a body into the SDK's request of a model."""
    from elevenlabs.types.image_generation_request import ImageGenerationRequest
    from elevenlabs.types.video_generation_request import VideoGenerationRequest
    from pydantic import TypeAdapter

    return TypeAdapter(ImageGenerationRequest if kind == "image" else VideoGenerationRequest)


def _failure(found: Any) -> ProviderError:
    why = getattr(found, "failure_reason", None)
    # Its message quotes what was asked for, which must not show.
    line = f"{VENDOR} could not make it: {reason(why) or 'it does not say why'}"
    if why == "moderated":
        return ContentRefused(line)
    if why == "charging_failed":
        return QuotaExhausted(line)
    problem = BadReply(line)
    problem.retryable = why not in _FINAL
    # "Failed generations are not charged": the vendor's API reference.
    problem.paid = "no"
    return problem


__all__ = ["Generations", "Kind"]
