"""Cells of a table become fields: dotted columns are groups, text becomes what the field of that name takes.

What can't be read as the field's type stays text, so that the check of the brief says what is wrong with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from media_factory.briefs.model import KINDS
from media_factory.briefs.problems import problem_line, shown
from media_factory.errors import BriefError

Shape = Literal["text", "whole", "number", "flag", "list", "group"]
_LIST = "|"
_FLAGS = {"true": True, "false": False}


def fields_of(cells: Iterable[tuple[str, Any]], default_kind: object) -> dict[str, Any]:
    """Return the fields that a table's row says; empty cells say nothing.

    Args:
        cells: each column's name and value; a name with dots leads into groups of fields.
        default_kind: the row's kind if it has no cell for it.

    Raises:
        BriefError: two columns say the same field.
    """
    said = [(name, value) for name, value in ((name, _said(value)) for name, value in cells) if value is not None]
    kind = next((value for name, value in said if name == "kind"), default_kind)
    fields: dict[str, Any] = {}
    # Whole groups first, so that dotted columns fill them in.
    for name, value in sorted(said, key=lambda one: one[0].count(".")):
        path = tuple(name.split("."))
        _put(fields, path, _value(value, shape_of(str(kind), path)))
    return fields


@cache
def shape_of(kind: str, path: tuple[str, ...]) -> Shape:
    """Return what a brief's field takes, by its kind and path.

    >>> shape_of("story", ("aspects",)), shape_of("story", ("size",)), shape_of("story", ("providers", "image"))
    ('list', 'whole', 'text')
    """
    model: type[BaseModel] | None = KINDS.get(kind)
    shapes: set[Shape] = set()
    for part in path:
        field = model.model_fields.get(part) if model else None
        shapes, model = (_shapes(field.annotation), _model_in(field.annotation)) if field else (set(), None)
    return next((shape for shape in ("group", "list", "flag", "whole", "number") if shape in shapes), "text")


def _shapes(annotation: Any) -> set[Shape]:
    plain: dict[Any, Shape] = {bool: "flag", int: "whole", float: "number"}
    if annotation in plain:
        return {plain[annotation]}
    if get_origin(annotation) is tuple:
        return {"list"}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {"group"}
    if get_origin(annotation) is Literal:
        return {"text"}
    return {shape for part in get_args(annotation) for shape in _shapes(part)}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _said(value: Any) -> Any:
    """Return a cell's value without what says nothing: blanks, and empty fields of groups."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, Mapping):
        return {name: kept for name, part in value.items() if (kept := _said(part)) is not None} or None
    if isinstance(value, list):
        return [_said(part) for part in value]
    return value


def _value(value: Any, shape: Shape) -> Any:
    if isinstance(value, float) and shape == "whole" and value.is_integer():
        return int(value)  # a column of whole numbers with gaps is kept as floats
    if not isinstance(value, str):
        return value
    if shape == "list" and not value.startswith("["):
        return [part.strip() for part in value.split(_LIST) if part.strip()]
    if shape == "list":
        return _json(value, "[")
    if shape == "group":
        return _json(value, "{")
    if shape == "flag":
        return _FLAGS.get(value.lower(), value)
    return _number(value, shape)


def _json(text: str, opening: str) -> Any:
    try:
        return json.loads(text) if text.startswith(opening) else text
    except (ValueError, RecursionError):
        return text


def _number(text: str, shape: Shape) -> Any:
    try:
        return int(text) if shape == "whole" else float(text) if shape == "number" else text
    except ValueError:
        return text


def _put(fields: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    group = fields
    for part in path[:-1]:
        inner = group.setdefault(part, {})
        if not isinstance(inner, dict):
            raise BriefError(problem_line(path, f"stands beside {shown(inner)} for {part}; say it once"))
        group = inner
    if path[-1] in group:
        raise BriefError(problem_line(path, "stands in two columns; say it once"))
    group[path[-1]] = value


__all__ = ["Shape", "fields_of", "shape_of"]
