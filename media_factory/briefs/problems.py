"""What is wrong with a brief, in lines that a person can act on: `field.path: what is wrong; what is allowed`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from media_factory.briefs.fields import SHOWN_CHARS, short
from media_factory.briefs.limits import over
from media_factory.briefs.model import KINDS
from media_factory.briefs.sounds import BRANCHES

WHOLE_BRIEF = "brief"
_MOST_PROBLEMS = 20
_HUGE = 10**18

Details = Mapping[str, Any]


def validation_problems(error: ValidationError, kinds: Mapping[str, type[BaseModel]] = KINDS) -> tuple[str, ...]:
    """Return one line for each problem that validation found, in the order of the fields; at most 20 and a count.

    Args:
        error: what validation raised.
        kinds: the models that were allowed, by kind.
    """
    found = [details for details in error.errors(include_url=False) if not _follows(details)]
    lines = list(dict.fromkeys(_line(details, error.title, kinds) for details in found))
    if len(lines) > _MOST_PROBLEMS:
        rest = len(lines) - _MOST_PROBLEMS
        lines[_MOST_PROBLEMS:] = [f"{WHOLE_BRIEF}: holds {rest} more problems; mend these first"]
    return tuple(lines)


def problem_line(path: Iterable[int | str], problem: str) -> str:
    """Return a problem behind the path of its field, such as `scenes[2].text: is empty; some text is needed`.

    >>> problem_line(("scenes", 2, "on screen"), "is unknown")
    'scenes[2].on_screen: is unknown'
    """
    written = ""
    for part in path:
        name = re.sub(r"[^\w-]", "_", str(part)[:SHOWN_CHARS]) or "_"
        written += f"[{part}]" if isinstance(part, int) else f".{name}" if written else name
    return f"{written or WHOLE_BRIEF}: {' '.join(problem.split())}"


def shown(value: object) -> str:
    """Return a value as a message shows it: short, on one line, and never the whole of a large one."""
    if isinstance(value, str):
        return short(value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "nothing"}[value]
    if isinstance(value, int):
        return str(value) if abs(value) < _HUGE else "a huge number"
    if isinstance(value, float):
        return f"{value:g}"
    return (
        "a list"
        if isinstance(value, list | tuple)
        else "a group of fields"
        if isinstance(value, dict)
        else "something else"
    )


def closest(word: object, known: Iterable[str]) -> str:
    """Return "; did you mean X" for the known word that a wrong one is most like, or nothing."""
    found = difflib.get_close_matches(str(word)[:SHOWN_CHARS].lower(), list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}" if found else ""


def _follows(details: ErrorDetails) -> bool:
    """Say whether a problem only follows from another: an id with no title, a list whose entries were refused."""
    if details["type"] == "too_short":
        return bool(details["input"])
    return details["type"] == "default_factory_not_called"


def _line(details: ErrorDetails, title: str, kinds: Mapping[str, type[BaseModel]]) -> str:
    path = list(details["loc"])
    model = kinds.get(str(path[0])) if path else None
    if model is not None:
        path = path[1:]
    else:
        model = next((kind for kind in kinds.values() if kind.__name__ == title), None)
    if len(path) > 1 and path[1] in BRANCHES and path[0] in ("music", "sound"):
        # pydantic names the way that it took, which is nothing that somebody wrote.
        del path[1]
    context: Details = details.get("ctx", {})
    if details["type"] == "brief":
        return problem_line([*path, *([context["field"]] if "field" in context else [])], context["problem"])
    if details["type"].startswith("union_tag"):
        return problem_line([*path, "kind"], _kind_problem(details, kinds))
    if details["type"] == "extra_forbidden":
        return problem_line(path, _unknown_field(path, model))
    write = _WRITERS.get(details["type"])
    return problem_line(path, write(details["input"], context) if write else _as_pydantic_says(details))


def _kind_problem(details: ErrorDetails, kinds: Iterable[str]) -> str:
    allowed = f"{', '.join(kinds)} are allowed"
    given = details["input"]
    kind = given.get("kind") if isinstance(given, Mapping) else None
    return f"is missing; {allowed}" if kind is None else f"{shown(kind)} is unknown{closest(kind, kinds)}; {allowed}"


def _unknown_field(path: list[int | str], model: type[BaseModel] | None) -> str:
    holder = _model_at(path[:-1], model)
    known = list(holder.model_fields) if holder else []
    allowed = f"; allowed: {', '.join(known)}" if known else ""
    return f"{shown(str(path[-1]))} is no field{closest(path[-1], known)}{allowed}"


def _model_at(path: list[int | str], model: type[BaseModel] | None) -> type[BaseModel] | None:
    """Return the model that the fields at a path belong to."""
    for part in path:
        if isinstance(part, str) and model is not None:
            field = model.model_fields.get(part)
            model = _model_in(field.annotation) if field else None
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _as_pydantic_says(details: ErrorDetails) -> str:
    message = details["msg"].removeprefix("Value error, ")
    return f"{message[:1].lower()}{message[1:200]}" if message.startswith("Input") else message[:200]


def _no_text(value: object, _: Details) -> str:
    quote = ", so put it in quotes" if isinstance(value, int | float) else ""
    return f"is {shown(value)}; text is allowed{quote}"


def _bad_choice(value: object, context: Details) -> str:
    allowed = re.findall(r"'([^']*)'", context["expected"])
    verb = "are" if len(allowed) > 1 else "is"
    return f"{shown(value)} is unknown{closest(value, allowed)}; {', '.join(allowed)} {verb} allowed"


def _needs(wanted: str) -> Callable[[object, Details], str]:
    return lambda value, _: f"is {shown(value)}; {wanted} is allowed"


def _bound(name: str, words: str) -> Callable[[object, Details], str]:
    return lambda value, context: f"is {shown(value)}; {words} {context[name]:,} is allowed"


def _too_few_chars(value: object, context: Details) -> str:
    least = context["min_length"]
    return (
        "is empty; some text is needed" if least == 1 else f"is {shown(value)}; at least {least} characters are needed"
    )


_WRITERS: dict[str, Callable[[Any, Details], str]] = {
    "missing": lambda _, __: "is missing; it is needed",
    "literal_error": _bad_choice,
    "string_type": _no_text,
    "string_unicode": lambda _, __: "holds half of a surrogate pair; plain text is allowed",
    "invalid_key": lambda _, __: "is no name of a field; names are text",
    "string_too_long": lambda value, context: over(len(value.strip()), context["max_length"], "characters"),
    "string_too_short": _too_few_chars,
    "too_long": lambda value, context: over(len(value), context["max_length"], "entries"),
    "too_short": lambda _, context: f"is empty; at least {context['min_length']} entry is needed",
    "int_type": _needs("a whole number"),
    "int_from_float": _needs("a whole number"),
    "int_parsing_size": _needs("a smaller number"),
    "float_type": _needs("a number"),
    "finite_number": _needs("a finite number"),
    "bool_type": _needs("true or false"),
    "tuple_type": _needs("a list"),
    "model_type": _needs("a group of fields"),
    "model_attributes_type": _needs("a group of fields"),
    "dict_type": _needs("a group of fields"),
    "greater_than_equal": _bound("ge", "at least"),
    "greater_than": _bound("gt", "more than"),
    "less_than_equal": _bound("le", "at most"),
    "less_than": _bound("lt", "less than"),
    "multiple_of": _bound("multiple_of", "a multiple of"),
}

__all__ = ["WHOLE_BRIEF", "closest", "problem_line", "shown", "validation_problems"]
