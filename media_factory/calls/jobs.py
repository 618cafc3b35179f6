"""Queued work: asking for a ticket until its reply is there."""

from __future__ import annotations

import asyncio
import time
from typing import Any, TypeVar

from media_factory.errors import BadReply, InvalidRequest, ProviderError, ProviderUnavailable, StillMaking
from media_factory.providers.base import JobProvider, Reply, Ticket

ReplyT = TypeVar("ReplyT", bound=Reply)

_FETCHES = 3


_FETCH_S, _POLL_S = 600.0, 60.0
# Whoever stops a run waits for it; a run that Prefect cancels has half a minute in all before it is killed.
_CALL_OFF_S = 3.0


async def reply_for(provider: JobProvider[Any, ReplyT], ticket: Ticket, deadline_s: float) -> ReplyT:
    """Return a ticket's reply, asking as often as the vendor likes to be asked.

    What passes (a dropped connection, a busy vendor) does not end the waiting: the ticket stays good.

    Raises:
        StillMaking: the deadline is over, or the vendor can't be asked; the ticket stays good.
        ProviderUnavailable: the vendor does not know the ticket any more.
        ProviderError: the work failed, or was refused.
    """
    ends = time.monotonic() + deadline_s
    while not await _done(provider, ticket):
        if time.monotonic() > ends:
            raise StillMaking(f"{provider.name} is still making {ticket.id} after {deadline_s:g} s; its ticket is kept")
        await asyncio.sleep(provider.poll_every_s)
    for _ in range(_FETCHES):
        try:
            async with asyncio.timeout(_FETCH_S):
                return await provider.fetch(ticket)
        except ProviderError as error:
            if not _passes(error):
                raise
            await asyncio.sleep(error.retry_after_s or provider.poll_every_s)
        except TimeoutError:
            continue
    raise StillMaking(f"{provider.name} has made {ticket.id}, but does not give it out; its ticket is kept")


async def call_off(provider: JobProvider[Any, Any], ticket: Ticket) -> ProviderError | None:
    """Ask a vendor to stop a ticket's work, and return the error that it ended in; None while the ticket stays good.

    What is done by then is left to be fetched: stopping it would throw away what was paid for. A vendor that has no way
    to stop, or gives no answer within seconds, goes on, and the next run asks for the ticket.
    """
    try:
        async with asyncio.timeout(_CALL_OFF_S):
            if not (await provider.poll(ticket)).done:
                await provider.cancel(ticket)
                await provider.poll(ticket)
    except TimeoutError:
        return None
    except ProviderError as error:
        return None if _passes(error) else error
    return None


async def _done(provider: JobProvider[Any, ReplyT], ticket: Ticket) -> bool:
    try:
        async with asyncio.timeout(_POLL_S):
            return (await provider.poll(ticket)).done
    except TimeoutError:
        return False
    except InvalidRequest as error:
        raise ProviderUnavailable(f"{provider.name} does not know {ticket.id} any more: {error}") from error
    except ProviderError as error:
        if not _passes(error):
            raise
        return False


def _passes(error: ProviderError) -> bool:
    return error.retryable and not isinstance(error, BadReply)


__all__ = ["call_off", "reply_for"]
