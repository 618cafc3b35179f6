"""Byte ranges (RFC 9110, section 14) and entity tags (section 8.8.3)."""

from __future__ import annotations

import re
from typing import NamedTuple

_RANGE = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?("[^"]*")')
# More digits than any size has; int() of an endless number takes time that a stranger should not get.
_MOST_DIGITS = 18


class ByteRange(NamedTuple):
    """Bytes `first` to `last`, both counted; empty if no byte of what was asked for exists."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes it has; 0 or less if it is empty."""
        return self.last - self.first + 1


def requested_range(header: str | None, size: int) -> ByteRange | None:
    """Return the one range that a header asks for, cut to the size; None if all is to be sent.

    What is no valid range of bytes, and several ranges at once, count as none, as RFC 9110 allows (14.2).
    """
    found = _RANGE.fullmatch(header) if header else None
    if found is None or max(map(len, found.groups())) > _MOST_DIGITS:
        return None
    first, last = (int(digits) if digits else None for digits in found.groups())
    if first is None:
        return None if last is None else ByteRange(max(0, size - last), size - 1)
    if last is not None and last < first:
        return None
    return ByteRange(first, size - 1 if last is None else min(last, size - 1))


def names(header: str | None, tag: str) -> bool:
    """Return whether an If-None-Match header names this entity tag, weak or strong."""
    if header is None:
        return False
    return header.strip() == "*" or tag in _TAG.findall(header)


__all__ = ["ByteRange", "names", "requested_range"]
