"""What tables on the command line have in common: how they look, and how money, times and free text read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from rich.console import Console
from rich.table import Table

_RIGHT = ("calls", "cached", "cost", "errors", "failed", "hits", "mean", "ok", "p95", "saved", "score", "spent")
_RIGHT_TOO = ("in doubt", "to make", "unpriced")


def table_of(*headings: str) -> Table:
    """Return an empty table without lines; headings of figures are set to the right."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, justify="right" if heading in (*_RIGHT, *_RIGHT_TOO) else "left", overflow="fold")
    return table


def show(*parts: Table | str) -> None:
    """Print tables and lines; a pipe gets every line whole."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 400
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, str))


def money(amount: Decimal | None) -> str:
    """Return an amount of US dollars as it reads, to a hundredth of a cent.

    >>> money(Decimal("0.0530")), money(Decimal(0)), money(None)
    ('$0.053', '$0', 'unknown')
    """
    return "unknown" if amount is None else f"${amount:.4f}".rstrip("0").rstrip(".")


def moment(seconds: float | None) -> str:
    """Return a time in seconds since 1970 as it reads, in UTC; nothing for None.

    >>> moment(0)
    '1970-01-01 00:00'
    """
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def lasting(seconds: float | None) -> str:
    """Return a length of time as it reads; nothing for None.

    >>> lasting(0.25), lasting(75)
    ('0.25 s', '75 s')
    """
    return "" if seconds is None else f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def plain(text: str) -> str:
    """Return a text with nothing in it that a table would take as markup."""
    return text.replace("[", "\\[")


__all__ = ["lasting", "moment", "money", "plain", "show", "table_of"]
