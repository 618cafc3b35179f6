"""Lines of a manifest, as an editor counts them; each is decoded by itself, so that a bad one spoils no other."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from media_factory.briefs.limits import over
from media_factory.briefs.problems import problem_line
from media_factory.errors import BriefError, InputError

MOST_CHARS = 1 << 20
_BEGINNING = 200
_UTF_16_OR_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


class Line(NamedTuple):
    """A line without its end; `problem` says why its text can't be used, and `text` is only how it begins then."""

    number: int
    text: str
    problem: str | None = None

    def checked(self) -> str:
        """Return the text.

        Raises:
            BriefError: it can't be used.
        """
        if self.problem:
            raise BriefError(self.problem)
        return self.text


def lines_of(path: Path, name: str) -> Iterator[Line]:
    """Yield the lines of a UTF-8 file, with or without a byte order mark; none of them is held longer than that.

    Raises:
        InputError: it is UTF-16 or UTF-32; `name` says which file.
    """
    with path.open("rb") as file:
        head = file.read(len(codecs.BOM_UTF8))
        refuse_wide(head, name)
        if head != codecs.BOM_UTF8:
            file.seek(0)
        number = 0
        while data := file.readline(MOST_CHARS + 1):
            number += 1
            size, end = len(data), data
            while not end.endswith(b"\n") and (end := file.readline(MOST_CHARS)):
                size += len(end)
            yield _line(number, data, size)


def refuse_wide(head: bytes, name: str) -> None:
    """Refuse a file that begins as UTF-16 and UTF-32 do.

    Raises:
        InputError: it does.
    """
    if head.startswith(_UTF_16_OR_32) or head[1:2] == b"\0" or head[:1] == b"\0":
        raise InputError(f"manifest: {name} is UTF-16 or UTF-32; save it as UTF-8")


def _line(number: int, data: bytes, size: int) -> Line:
    if size > MOST_CHARS:
        return Line(number, _beginning(data), problem_line((), over(size, MOST_CHARS, "bytes")))
    try:
        return Line(number, data.decode().rstrip("\r\n"))
    except UnicodeDecodeError as error:
        return Line(
            number, _beginning(data), problem_line((), f"is not UTF-8 at byte {error.start + 1:,} of line {number}")
        )


def _beginning(data: bytes) -> str:
    return data[:_BEGINNING].decode(errors="replace").rstrip("\r\n")


__all__ = ["MOST_CHARS", "Line", "lines_of", "refuse_wide"]
