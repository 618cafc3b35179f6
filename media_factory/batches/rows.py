"""Rows of a batch: what a manifest says at one place, completed with the defaults, as a brief or as its problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from media_factory.briefs.model import BRIEF, KINDS, Brief
from media_factory.briefs.problems import WHOLE_BRIEF, problem_line, shown, validation_problems
from media_factory.briefs.reading import anchored
from media_factory.errors import BriefError
from media_factory.model import Model

RowForm = Literal["jsonl", "csv", "yaml", "json", "parquet"]
_TITLE_CHARS = 80


class RowFile(Model):
    """A manifest on this machine, for as long as the batch runs."""

    path: Path
    form: RowForm
    name: str = Field(description="where it came from, as messages show it")
    base: str = Field(description="the folder, or the URL of one, that relative paths in rows are meant from")

    @property
    def unit(self) -> str:
        """What a row's number counts: lines, as an editor shows them, or rows of a table."""
        return "row" if self.form == "parquet" else "line"


class Row(Model):
    """One row: a brief that can be made, or what is wrong with it."""

    number: int = Field(ge=1, description="its first line in the manifest; its number in Parquet")
    brief: Brief | None
    title: str = Field(default="", description="as far as it could be read")
    problems: tuple[str, ...] = Field(default=(), description="each `line 17: scenes[0].text: …`; empty with a brief")


class Found(NamedTuple):
    """What a manifest says at one place: `read` gives the fields, or raises a BriefError."""

    number: int
    read: Callable[[], Any]


class Checking:
    """Makes rows of what a manifest says, and sees that no two have one id.

    Args:
        file: the manifest.
        defaults: fields that a row has unless it says otherwise.
    """

    def __init__(self, file: RowFile, defaults: Mapping[str, Any]) -> None:
        self._file = file
        self._defaults = defaults
        self._numbers: dict[str, int] = {}

    def row(self, found: Found) -> Row:
        """Return the row that was found at a place."""
        fields: Any = None
        try:
            fields = found.read()
            brief = self._brief(fields)
            self._claim(brief.id, found.number)
        except BriefError as error:
            problems = tuple(self._placed(problem, found.number) for problem in error.problems)
            return Row.model_construct(number=found.number, brief=None, title=_title_of(fields), problems=problems)
        # Nothing here is unchecked, and a check more would cost as much as all that was done.
        return Row.model_construct(number=found.number, brief=brief, title=brief.title, problems=())

    def _brief(self, fields: Any) -> Brief:
        if not isinstance(fields, dict):
            raise BriefError(problem_line((), f"is {shown(fields)}; fields such as kind and title are needed"))
        complete = merged(self._defaults, fields)
        if complete.get("kind") == "batch":
            raise BriefError(problem_line(("kind",), f"a row can't be a batch; {', '.join(KINDS)} are allowed"))
        try:
            return anchored(BRIEF.validate_python(complete), self._file.base)
        except ValidationError as error:
            raise BriefError(validation_problems(error)) from None

    def _claim(self, name: str, number: int) -> None:
        """Have a row own its id: both would be written into one folder.

        Raises:
            BriefError: an earlier row has it.
        """
        first = self._numbers.setdefault(name, number)
        if first != number:
            raise BriefError(
                problem_line(("id",), f"{shown(name)} is the id of {self._file.unit} {first}; give it another id")
            )

    def _placed(self, problem: str, number: int) -> str:
        return f"{self._file.unit} {number}: {problem.removeprefix(f'{WHOLE_BRIEF}: ')}"


def merged(defaults: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's fields with those of the defaults that it has none for, and that its kind knows.

    >>> merged({"kind": "image", "voice": "Ann", "providers": {"image": "a"}}, {"providers": {"prompt": "b"}})
    {'kind': 'image', 'providers': {'image': 'a', 'prompt': 'b'}}
    """
    kind = KINDS.get(str(fields.get("kind", defaults.get("kind"))))
    known = {name: value for name, value in defaults.items() if kind is None or name in kind.model_fields}
    return _filled(known, fields)


def _filled(defaults: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(defaults)
    for name, value in fields.items():
        before = found.get(name)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        found[name] = _filled(before, value) if both else value  # type: ignore[arg-type]
    return found


def _title_of(fields: Any) -> str:
    named = [fields.get(name) for name in ("title", "headline", "id")] if isinstance(fields, dict) else []
    words = next((value for value in named if isinstance(value, str) and value.strip()), "")
    return " ".join(words.split())[:_TITLE_CHARS]


__all__ = ["Checking", "Found", "Row", "RowFile", "RowForm", "merged"]
