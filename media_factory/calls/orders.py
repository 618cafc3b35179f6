"""Orders: what the books need to know before a call may cost money: its price, and every cap that it counts against."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from media_factory.books.ledger import Order
from media_factory.errors import BudgetExceeded
from media_factory.factory import Factory
from media_factory.holders import new_holder
from media_factory.model import Model, digest_of
from media_factory.providers.base import AnyProvider
from media_factory.runs import current_run


def key_of(modality: str, request: Model) -> str:
    """Return what a request buys: the same for every try at the same thing."""
    return f"{modality}/{digest_of(request)}"


def words_of(request: Model) -> str:
    """Return everything that a request says in words."""
    said = (getattr(request, name, None) for name in ("headline", "text", "prompt", "style", "guidelines"))
    return "\n".join(one if isinstance(one, str) else "\n".join(one) for one in said if one)


def order_for(provider: AnyProvider, request: Any, factory: Factory) -> Order:
    """Return the order for a call.

    Raises:
        BudgetExceeded: nobody knows its price, and the policy refuses that.
    """
    caps, estimate = factory.policy.caps, provider.price_usd(request)
    if estimate is None and caps.unknown_price == "refuse":
        raise BudgetExceeded(
            f"nobody knows what {request.provider} will charge for this, so no cap can hold; "
            "set caps.unknown_price to allow in the policy, or name another model"
        )
    run = current_run()
    run_id, channel, caller = (run.id, run.channel, run.caller) if run else ("none", None, None)
    return Order(
        key=key_of(provider.capabilities.modality, request),
        provider=request.provider,
        modality=provider.capabilities.modality,
        idempotent=provider.capabilities.idempotent,
        estimate_usd=estimate,
        run=run_id,
        channel=channel,
        caller=caller,
        scopes=_scopes(factory, run_id, channel, caller) | dict(run.budgets if run else {}),
        holder=new_holder(),
    )


def _scopes(factory: Factory, run_id: str, channel: str | None, caller: str | None) -> dict[str, Decimal | None]:
    caps, day = factory.policy.caps, datetime.now(UTC).date().isoformat()
    scopes = {f"run/{run_id}": caps.run_usd, f"day/{day}": caps.day_usd}
    if channel:
        scopes[f"channel/{channel}/{day}"] = caps.channel_day_usd
    if caller:
        scopes[f"caller/{caller}/{day}"] = caps.caller_day_usd
    return scopes


__all__ = ["key_of", "order_for", "words_of"]
