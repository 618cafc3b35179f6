"""Books with calls in them, for tests of what is read from the books."""

from __future__ import annotations

from decimal import Decimal

from media_factory.books.books import Books
from media_factory.books.ledger import Order


def note_call(
    books: Books,
    provider: str,
    outcome: str = "ok",
    *,
    modality: str = "speech",
    usd: Decimal | None = Decimal("0.01"),
    seconds: float = 1.0,
    scopes: dict[str, Decimal | None] | None = None,
    channel: str | None = None,
) -> None:
    """Write a call that ended well ("ok"), in doubt ("doubt"), not yet ("open"), or with an error of a name."""
    ledger = books.ledger
    order = Order(
        key=f"{modality}/{len(ledger.unsettled())}-{provider}",
        provider=provider,
        modality=modality,
        idempotent=False,
        estimate_usd=usd,
        run="run",
        channel=channel,
        scopes=scopes or {},
        holder="host:1:0:a",
    )
    intent = ledger.open(order)
    if outcome == "ok":
        ledger.spool(intent.id, intent.id, usd, "vendor-1", seconds)
        ledger.settle(intent.id)
    elif outcome == "doubt":
        ledger.doubt(intent.id, "ProviderTimeout", "no answer", seconds)
    elif outcome != "open":
        ledger.fail(intent.id, outcome, "it said no", seconds)
