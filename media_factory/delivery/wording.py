"""How numbers read on a page: times, sizes, money and moments, in English."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal


def clock(seconds: float) -> str:
    """Return a position in a film as m:ss or h:mm:ss, rounded down as players do.

    >>> clock(75.9)
    '1:15'
    """
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def lasting(seconds: float) -> str:
    """Return a length of time: milliseconds below a tenth of a second, minutes from one minute up.

    >>> lasting(0.042), lasting(2.44), lasting(192)
    ('42 ms', '2.4 s', '3 min 12 s')
    """
    if seconds < 0.0005:
        return "0 s"
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes} min {second} s"


def bytes_size(size: int) -> str:
    """Return a file size in decimal units.

    >>> bytes_size(999), bytes_size(12_345), bytes_size(3_456_789)
    ('999 bytes', '12 kB', '3.5 MB')
    """
    if size < 1000:
        return f"{size} bytes"
    if size < 999_500:
        return f"{size / 1000:.0f} kB"
    if size < 999_950_000:
        return f"{size / 1e6:.1f} MB"
    return f"{size / 1e9:.1f} GB"


def money(amount: Decimal | None) -> str:
    """Return US dollars to the cent, or to as many digits as a smaller part needs; "unknown" for None.

    >>> money(Decimal("0")), money(Decimal("1.5")), money(Decimal("0.00325"))
    ('$0.00', '$1.50', '$0.00325')
    """
    if amount is None:
        return "unknown"
    exact = amount.quantize(Decimal("0.000001")).normalize()
    digits = max(2, -int(exact.as_tuple().exponent))
    return f"${exact:,.{digits}f}"


def total_money(amounts: Iterable[Decimal | None]) -> str:
    """Return the sum of amounts; where some are unknown, the part that is known as a lower bound."""
    listed = tuple(amounts)
    known = [amount for amount in listed if amount is not None]
    if len(known) == len(listed):
        return money(sum(known, Decimal(0)))
    return f"at least {money(sum(known, Decimal(0)))}" if sum(known) else "unknown"


def moment(stamp: str) -> str:
    """Return an ISO 8601 moment as "20 Nov 2026, 14:03 UTC"; anything else as it stands.

    >>> moment("2026-11-20T14:03:00Z")
    '20 Nov 2026, 14:03 UTC'
    """
    try:
        parsed = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    utc = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


__all__ = ["bytes_size", "clock", "lasting", "moment", "money", "total_money"]
