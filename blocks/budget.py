"""What may be spent."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from prefect.blocks.core import Block
from pydantic import Field

from media_factory.policy import Caps


class Budget(Block):
    """The most that may be spent at vendors, in US dollars.

    Example:
        Load a saved budget::

            from blocks.budget import Budget

            budget = Budget.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory Budget"
    _block_type_slug = "media-factory-budget"
    _description = "Caps on what runs, days, channels and callers may spend at vendors."

    run_usd: Decimal | None = Field(
        default=Decimal(5), ge=0, title="Per run ($)", description="Most that one run may spend. Empty means no cap."
    )
    day_usd: Decimal | None = Field(
        default=Decimal(50),
        ge=0,
        title="Per day ($)",
        description="Most that all runs together may spend in a UTC day. Empty means no cap.",
    )
    channel_day_usd: Decimal | None = Field(
        default=None,
        ge=0,
        title="Per channel and day ($)",
        description="Most that one channel may spend in a UTC day. Empty means no cap.",
    )
    caller_day_usd: Decimal | None = Field(
        default=None,
        ge=0,
        title="Per caller and day ($)",
        description="Most that one caller may spend in a UTC day. Empty means no cap.",
    )
    unknown_price: Literal["refuse", "allow"] = Field(
        default="refuse",
        title="Unknown prices",
        description="Whether a call may be made whose price nobody knows.",
    )

    def caps(self) -> Caps:
        """Return the caps."""
        return Caps.model_validate({name: getattr(self, name) for name in Caps.model_fields})


__all__ = ["Budget"]
