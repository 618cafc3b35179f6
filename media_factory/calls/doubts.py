"""Paying again: how often, and up to which price, a call may be made once more whose earlier tries left nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from media_factory.books.ledger import Intent
from media_factory.errors import OutcomeUnknown
from media_factory.policy import InDoubt
from media_factory.providers.base import AnyProvider

CALLED_OFF = asyncio.CancelledError.__name__
"""The error of a call that somebody called off, as the ledger has it."""


def refuse_to_pay_again(provider: AnyProvider, request: Any, earlier: Sequence[Intent], allowed: InDoubt) -> None:
    """Raise if the same thing may have been paid so often that a person must decide.

    Args:
        provider: who would be asked.
        request: what for.
        earlier: all tries at it, oldest first.
        allowed: what the policy says.

    Raises:
        OutcomeUnknown: a person must decide; the message says how.
    """
    doubts = [one for one in earlier if _may_be_paid_for_nothing(one)]
    if not doubts or provider.capabilities.idempotent:
        return
    price = provider.price_usd(request)
    if len(doubts) <= allowed.resubmissions and price is not None and price <= allowed.below_usd:
        return
    raise OutcomeUnknown(
        f"{request.provider} may have been paid {len(doubts)}x for this and left nothing "
        f"({doubts[-1].reason}); `media-factory reconcile` lists the calls: dismiss them there to pay once more"
    )


def _may_be_paid_for_nothing(intent: Intent) -> bool:
    # Who called a run off knows that its calls left nothing, and may ask anew.
    spent = intent.state == "failed" and intent.charged_usd != 0 and intent.error != CALLED_OFF
    return intent.state == "in_doubt" or spent


__all__ = ["CALLED_OFF", "refuse_to_pay_again"]
