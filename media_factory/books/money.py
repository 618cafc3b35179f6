"""Money in the books: whole micro-dollars in tables, `Decimal` dollars outside."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from media_factory.errors import BooksError

_MICRO = Decimal(1_000_000)


def micro_usd(amount_usd: Decimal) -> int:
    """Return an amount as micro-dollars; a part of one counts as a whole one, so that nothing is counted too low.

    Raises:
        BooksError: the amount is negative or no number.
    """
    return _whole(amount_usd, ROUND_CEILING)


def micro_usd_cap(amount_usd: Decimal) -> int:
    """Return a cap as micro-dollars; a part of one is left out, so that the cap is never crossed.

    Raises:
        BooksError: the amount is negative or no number.
    """
    return _whole(amount_usd, ROUND_FLOOR)


def usd(micro: int | Decimal) -> Decimal:
    """Return micro-dollars as dollars, exactly."""
    return Decimal(int(micro)).scaleb(-6)


def dollars(micro: int) -> str:
    """Return micro-dollars as a person writes them: at least cents, and no trailing zeros beyond.

    >>> dollars(1_500_000), dollars(70), dollars(5_000_000)
    ('$1.50', '$0.00007', '$5.00')
    """
    whole, part = divmod(micro, 1_000_000)
    return f"${whole}.{f'{part:06d}'.rstrip('0'):0<2}"


def _whole(amount_usd: Decimal, rounding: str) -> int:
    if not amount_usd.is_finite() or amount_usd < 0:
        raise BooksError(f"{amount_usd} is no amount of money that can be booked")
    return int((amount_usd * _MICRO).to_integral_value(rounding))


__all__ = ["dollars", "micro_usd", "micro_usd_cap", "usd"]
