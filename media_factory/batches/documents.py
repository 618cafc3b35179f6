"""Manifests that are documents: JSON Lines, JSON lists, and YAML as a list or as several documents."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from media_factory.batches.lines import MOST_CHARS, Line, lines_of, refuse_wide
from media_factory.batches.rows import Found, RowFile
from media_factory.briefs.formats import Format, values_of
from media_factory.briefs.limits import over
from media_factory.briefs.problems import problem_line
from media_factory.errors import BriefError, InputError

_CHUNK_BYTES = 1 << 16
_JSON_PLACE = re.compile(r": line (\d+) column (\d+) \(char \d+\)$")
_YAML_LINE = re.compile(r"\bline (\d+)\b")
_NOT_UTF_8 = re.compile("[\udc80-\udcff]")
# An escape, or one of the characters that change where we are.
_JSON_TOKEN = re.compile(r'\\.|["{}\[\],\n]', re.DOTALL)
_YAML_ITEM = re.compile(r"( *)-(?=[ \t]|$)")


def jsonl_rows(file: RowFile) -> Iterator[Found]:
    """Yield the rows of a JSON Lines file; empty lines are passed over."""
    for line in lines_of(file.path, file.name):
        if line.problem or line.text.strip():
            yield Found(line.number, _reader(line.number, [line], "json"))


def yaml_rows(file: RowFile) -> Iterator[Found]:
    """Yield the rows of a YAML file: its documents, and the entries of those that are lists.

    Each is read by itself, so that an anchor reaches no farther than its row.
    """
    cutting = _Cutting()
    for line in lines_of(file.path, file.name):
        yield from cutting.take(line)
    yield from cutting.end()


class _Cutting:
    """Cuts lines of YAML where documents and the entries of their lists begin."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._size = 0
        self._indent: str | None = None
        self._undecided = True

    def take(self, line: Line) -> Iterator[Found]:
        """Take a line, and yield the row that ends before it, if one does."""
        if re.match(r"(---|\.\.\.)(\s|$)", line.text):
            yield from self.end()
            line = line._replace(text=line.text[3:])
        bare = line.text.strip()
        if self._undecided and (line.problem or (bare and not bare.startswith(("#", "%")))):
            found = _YAML_ITEM.match(line.text)
            self._indent, self._undecided = found[1] if found else None, False
        if self._undecided:
            return
        if self._indent is not None and (item := _YAML_ITEM.match(line.text)) and item[1] == self._indent:
            yield from self._cut()
            line = line._replace(text=f"{item[1]} {line.text[item.end() :]}")
        self._size += len(line.text) + 1
        if self._size - len(line.text) <= MOST_CHARS:
            self._lines.append(line)

    def end(self) -> Iterator[Found]:
        """Yield the last row of a document."""
        yield from self._cut()
        self._indent, self._undecided = None, True

    def _cut(self) -> Iterator[Found]:
        if self._lines:
            yield Found(self._lines[0].number, _reader(self._lines[0].number, self._lines, "yaml"))
        self._lines, self._size = [], 0


def json_rows(file: RowFile) -> Iterator[Found]:
    """Yield the entries of the list that a JSON file holds.

    An entry with a fault is a problem by itself, unless the fault is a bracket that is missing.

    Raises:
        InputError: it is no list.
    """
    scan = _Scan()
    for chunk in _chunks(file.path, file.name):
        if not scan.begun and chunk.strip() and not chunk.lstrip().startswith("["):
            raise InputError(
                f"manifest: {file.name} holds no list; one object a line is JSON Lines, whose files end in .jsonl"
            )
        yield from scan.take(chunk)
    if not scan.begun:
        raise InputError(f"manifest: {file.name} is empty; a list of rows is needed")
    yield from scan.end()


def _chunks(path: Path, name: str) -> Iterator[str]:
    """Yield a file's text, with surrogates for what is not UTF-8, and no escape cut in two."""
    decoder, kept = codecs.getincrementaldecoder("utf-8")("surrogateescape"), ""
    with path.open("rb") as file:
        data = file.read(_CHUNK_BYTES)
        refuse_wide(data[:4], name)
        data = data.removeprefix(codecs.BOM_UTF8)
        while data:
            text = kept + decoder.decode(data)
            whole = len(text) - (len(text) - len(text.rstrip("\\"))) % 2
            kept = text[whole:]
            yield text[:whole]
            data = file.read(_CHUNK_BYTES)
    yield kept + decoder.decode(b"", final=True)


class _Scan:
    """Finds where the entries of a JSON list begin and end, in one pass over its text."""

    def __init__(self) -> None:
        self.begun = self.ended = False
        self._depth = 0
        self._quoted = False
        self._quote: int | None = None
        self._line = self._from = 1
        self._parts: list[str] = []
        self._size = 0

    def take(self, chunk: str) -> Iterator[Found]:
        """Take the next piece of text, and yield the entries that end in it."""
        start = at = 0
        self._quote = None
        while token := _JSON_TOKEN.search(chunk, at):
            at = token.end()
            if "\n" in token[0] and self._quoted:
                # No text of JSON goes over a line: this mark was never closed, and what is behind it counts.
                at, self._quoted = at if self._quote is None else self._quote, False
                self._line += self._quote is None
                continue
            if not self._is_structure(token) or self.ended:
                continue
            before = self._depth
            self._depth += (token[0] in "[{") - (token[0] in "]}")
            if before == 0:
                start, self.begun, self._from = token.end(), True, self._line
            elif self._depth == 0 or (before == 1 and token[0] == ","):
                self._keep(chunk[start : token.start()])
                start, self.ended = token.end(), self._depth == 0
                yield from self._cut()
        self._keep(chunk[start:])

    def _is_structure(self, token: re.Match[str]) -> bool:
        """Follow a sign, and say whether it is a bracket or a comma outside quotation marks."""
        self._line += token[0].count("\n")
        if token[0] == '"':
            self._quoted, self._quote = not self._quoted, token.end()
        return not self._quoted and token[0] in "[]{},"

    def _keep(self, part: str) -> None:
        self._size += len(part)
        if self._size - len(part) <= MOST_CHARS:
            self._parts.append(part)

    def _cut(self) -> Iterator[Found]:
        text, size = "".join(self._parts), self._size
        number = self._from + text[: len(text) - len(text.lstrip())].count("\n")
        self._parts, self._size, self._from = [], 0, self._line
        if not text.strip():
            return
        problem = problem_line((), over(size, MOST_CHARS, "characters")) if size > MOST_CHARS else None
        if problem is None and _NOT_UTF_8.search(text):
            problem = problem_line((), "is not UTF-8")
        yield Found(number, _reader(number, [Line(number, text.strip(), problem)], "json"))

    def end(self) -> Iterator[Found]:
        """Yield what the file ends with, if that is not the list's own end."""
        rest = "".join(self._parts).strip()
        if self.ended and not rest:
            return
        number = self._from
        if not self.ended:
            yield from self._cut()
        fault = "stands after the end of the list" if self.ended else "ends before the list does; a ] is missing"
        yield Found(max(number, self._line), _refusing(problem_line((), fault)))


def _refusing(problem: str) -> Callable[[], Any]:
    return _reader(1, [Line(1, "", problem)], "json")


def _reader(number: int, lines: list[Line], form: Format) -> Callable[[], Any]:
    def read() -> Any:
        text = "\n".join(line.checked() for line in lines)
        if len(text) > MOST_CHARS:
            raise BriefError(problem_line((), over(len(text), MOST_CHARS, "characters")))
        try:
            return values_of(text, form)
        except BriefError as error:
            raise BriefError(tuple(_in_file(problem, number) for problem in error.problems)) from None

    return read


def _in_file(problem: str, number: int) -> str:
    """Return a problem with the lines of the file, where it counts those of the row."""
    found = _JSON_PLACE.search(problem)
    if found and found[1] == "1":
        return f"{problem[: found.start()]} at column {found[2]}"
    if found:
        return f"{problem[: found.start()]} in line {number + int(found[1]) - 1}, column {found[2]}"
    return _YAML_LINE.sub(lambda place: f"line {number + int(place[1]) - 1}", problem, count=1)


__all__ = ["json_rows", "jsonl_rows", "yaml_rows"]
