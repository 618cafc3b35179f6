"""Texts of briefs as plain values: YAML, JSON, TOML, and Markdown with front matter.

Each format refuses what would be taken silently otherwise: a key that stands twice, values without end (aliases that
multiply), and YAML 1.1's surprises (`no` as false, `16:9` as 969).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any, Literal

import yaml

from media_factory.briefs.articles import read_article
from media_factory.briefs.limits import MAX_DEPTH, MAX_VALUES
from media_factory.briefs.problems import problem_line, shown
from media_factory.errors import BriefError

Format = Literal["yaml", "json", "toml", "markdown"]
FORMATS: dict[str, Format] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".toml": "toml",
    ".md": "markdown",
    ".markdown": "markdown",
}


def values_of(text: str, form: Format) -> Any:
    """Return the plain values (mappings, lists, text, numbers) that a text holds.

    Raises:
        BriefError: it does not follow its format.
    """
    try:
        return _bounded(_READERS[form](text))
    except RecursionError:
        raise BriefError(problem_line((), f"is nested deeper than {MAX_DEPTH} levels")) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "can't be read"
        raise BriefError(problem_line((), f"is not YAML{place}: {problem}")) from None
    except ValueError as error:
        raise BriefError(problem_line((), f"is not {form.upper()}: {str(error).partition(';')[0][:200]}")) from None


def _bounded(values: Any) -> Any:
    """Return values that are few and flat enough to be checked one by one."""
    count, waiting = 0, [(values, 1)]
    while waiting:
        value, depth = waiting.pop()
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        count += 1
        _within(count + len(inner), depth)
        waiting.extend((item, depth + 1) for item in inner)
    return values


def _twice(key: object) -> BriefError:
    return BriefError(problem_line((str(key),), f"{shown(str(key))} stands twice; once is allowed"))


def _json_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise _twice(key)
        values[key] = value
    return values


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _from_json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_json_object, parse_constant=_refuse_constant)


class _Loader(yaml.SafeLoader):
    """Composes YAML nodes with the scalars of YAML 1.2, within limits."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012
    nodes = 0
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.nodes += 1
        self.depth += 1
        _within(self.nodes, self.depth)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


_TAG = "tag:yaml.org,2002:"
_SCALARS: dict[str, tuple[str, str, Callable[[str], Any]]] = {
    "null": (r"~|null|Null|NULL|", "~nN", lambda _: None),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF", lambda text: text.lower() == "true"),
    "int": (r"[-+]?[0-9]+", "-+0123456789", int),
    "float": (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789", float),
}
for _name, (_pattern, _firsts, _) in _SCALARS.items():
    # PyYAML looks resolvers up by the scalar's first character; an empty scalar's is "".
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern})$"), [*_firsts, ""])


def _within(nodes: int, depth: int) -> None:
    if nodes > MAX_VALUES:
        raise ValueError(f"more than {MAX_VALUES:,} values stand in it")
    if depth > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")


class _Values:
    """Turns YAML nodes into values, counting each use of an alias as the values that it stands for."""

    def __init__(self) -> None:
        self.count = 0

    def of(self, node: yaml.Node, depth: int = 1) -> Any:
        self.count += 1
        _within(self.count, depth)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if node.tag not in (f"{_TAG}map", f"{_TAG}seq"):
            raise ValueError(f"the tag {node.tag} in line {node.start_mark.line + 1} is not allowed")
        if isinstance(node, yaml.SequenceNode):
            return [self.of(item, depth + 1) for item in node.value]
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise ValueError(f"line {key_node.start_mark.line + 1} has a key that is no text")  # noqa: TRY004
            if key_node.value in values:
                raise _twice(key_node.value)
            values[key_node.value] = self.of(value_node, depth + 1)
        return values


def _scalar(node: yaml.ScalarNode) -> Any:
    name = node.tag.removeprefix(_TAG)
    if name == "str":
        return node.value
    if name not in _SCALARS:
        raise ValueError(f"the tag {node.tag} in line {node.start_mark.line + 1} is not allowed")
    pattern, _, value = _SCALARS[name]
    if not re.fullmatch(pattern, node.value):
        raise ValueError(f"{shown(node.value)} in line {node.start_mark.line + 1} is no {name}")
    return value(node.value)


def _from_yaml(text: str) -> Any:
    node = yaml.compose(text, Loader=_Loader)
    return None if node is None else _Values().of(node)


def _from_markdown(text: str) -> Any:
    article = read_article(text)
    fields = _from_yaml(article.front_matter) if article.front_matter.strip() else {}
    if not isinstance(fields, dict):
        raise BriefError(problem_line((), f"has front matter that is {shown(fields)}; fields are allowed"))
    fields.setdefault("kind", "story")
    if article.title and "title" not in fields:
        fields["title"] = article.title
    if article.text:
        _put_text(article.text, fields)
    return fields


def _put_text(text: str, fields: dict[str, Any]) -> None:
    kind = fields["kind"]
    if kind in ("image", "video", "batch"):
        raise BriefError(problem_line(("kind",), f"{shown(kind)} takes no text from Markdown; story and narration do"))
    home = "text" if kind == "narration" else "article"
    if home in fields:
        raise BriefError(problem_line((home,), "stands in the front matter and below it; once is allowed"))
    fields[home] = text


_READERS: dict[Format, Callable[[str], Any]] = {
    "yaml": _from_yaml,
    "json": _from_json,
    "toml": tomllib.loads,
    "markdown": _from_markdown,
}

__all__ = ["FORMATS", "Format", "values_of"]
