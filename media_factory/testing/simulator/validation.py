"""What goes over the wire, held against the vendors' own OpenAPI files.

The files are not ours to ship: they are looked for in `MEDIA_FACTORY_SPECS`, or in `../shared/data/specs` beside the
repository. They are some months older than the SDKs, so an enum value that they don't know is a warning; structure that
does not fit is an error.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import yaml

from media_factory.testing.simulator.recording import Exchange

SPECS_VARIABLE = "MEDIA_FACTORY_SPECS"
_BESIDE = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "specs"
_JSON = "application/json"
_FORM = "multipart/form-data"
_ESCAPES = str.maketrans({"~": "~0", "/": "~1"})
_VERBS = frozenset({"get", "put", "post", "delete", "patch"})
_VALUES = frozenset({"enum", "const"})
_MOST_CHARS = 160


@dataclass(frozen=True)
class Findings:
    """What does not fit a specification; `checked` counts the bodies that were compared."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    checked: int


@dataclass(frozen=True)
class Specification:
    """A vendor's OpenAPI document.

    Args:
        document: the document.
        prefix: what the simulator's paths have before the document's.
        outside: paths that belong to no API, such as downloads, as they begin.
    """

    document: dict[str, Any]
    prefix: str = ""
    outside: tuple[str, ...] = ()

    @cached_property
    def registry(self) -> Any:
        """The document as jsonschema looks references up."""
        from referencing import Registry
        from referencing.jsonschema import DRAFT202012

        return Registry().with_resource("urn:vendor", DRAFT202012.create_resource(_with_nulls(self.document)))

    def path_of(self, path: str, verb: str) -> str | None:
        """Return the document's path for one of the simulator's, the most literal first."""
        below = path.removeprefix(self.prefix)
        fitting = [
            template
            for template, verbs in self.document["paths"].items()
            if verb in verbs and re.fullmatch(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(template)), below)
        ]
        return min(fitting, key=lambda template: template.count("{"), default=None)

    def resolved(self, node: Any) -> Any:
        """Return a node of the document, behind its reference if it is one."""
        while isinstance(node, dict) and "$ref" in node:
            at: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                at = at[step.replace("~1", "/").replace("~0", "~")]
            node = at
        return node

    def problems(self, pointer: Sequence[str], instance: Any) -> Iterator[tuple[bool, str]]:
        """Yield what does not fit the schema at a pointer: whether only a value is unknown, and the message."""
        from jsonschema import Draft202012Validator

        where = "/".join(step.translate(_ESCAPES) for step in pointer)
        validator = Draft202012Validator({"$ref": f"urn:vendor#/{where}"}, registry=self.registry)
        for error in validator.iter_errors(instance):
            only_value = _only_unknown_values(error)
            deepest = _telling(error)
            place = "/".join(str(step) for step in deepest.absolute_path) or "body"
            yield only_value, f"{place}: {deepest.message[:_MOST_CHARS]}"


# By vendor: the file, what the simulator's paths have before the document's, and paths of no API.
_FILES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "elevenlabs": ("elevenlabs.openapi.json", "", ("/files",)),
    "openai": ("openai.openapi.json", "/v1", ()),
    "replicate": ("replicate.openapi.json", "/v1", ("/files",)),
    "runway": ("runway.openapi.json", "", ("/files",)),
    "synthesia": ("synthesia.openapi.yaml", "", ("/files",)),
}


def specs_folder() -> Path | None:
    """Return the folder of the vendors' OpenAPI files, or None if it is not here."""
    named = os.environ.get(SPECS_VARIABLE)
    folder = Path(named).expanduser() if named else _BESIDE
    return folder if folder.is_dir() else None


def specification_of(vendor: str) -> Specification | None:
    """Return a vendor's specification, or None if we have no file of it."""
    folder = specs_folder()
    if folder is None or vendor not in _FILES:
        return None
    name, prefix, outside = _FILES[vendor]
    file = folder / name
    return Specification(_document(file), prefix, outside) if file.is_file() else None


@lru_cache(maxsize=4)
def _document(file: Path) -> dict[str, Any]:
    text = file.read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    return document


def findings_of(exchanges: Iterable[Exchange], specification: Specification) -> Findings:
    """Return what of these exchanges does not fit the specification."""
    errors: dict[str, None] = {}
    warnings: dict[str, None] = {}
    checked = 0
    for exchange in exchanges:
        if exchange.path.startswith(specification.outside or ("\0",)):
            continue
        where = f"{exchange.method.upper()} {exchange.path}"
        path = specification.path_of(exchange.path, exchange.method)
        if path is None:
            errors[f"{where}: there is no such path"] = None
            continue
        operation = specification.document["paths"][path][exchange.method]
        pointer = ("paths", path, exchange.method)
        found = [
            *_query_problems(exchange, operation, specification),
            *_request_problems(exchange, operation, pointer, specification),
            *_reply_problems(exchange, operation, pointer, specification),
        ]
        checked += 1
        for only_value, message in found:
            (warnings if only_value else errors)[f"{where}: {message}"] = None
    return Findings(tuple(errors), tuple(warnings), checked)


def _query_problems(
    exchange: Exchange, operation: dict[str, Any], specification: Specification
) -> Iterator[tuple[bool, str]]:
    given = parse_qs(exchange.query, keep_blank_values=True)
    known = {}
    for parameter in map(specification.resolved, operation.get("parameters", [])):
        if parameter["in"] == "query":
            known[parameter["name"]] = specification.resolved(parameter.get("schema", {}))
            if parameter.get("required") and parameter["name"] not in given:
                yield False, f"query: {parameter['name']} is missing"
    for name, values in given.items():
        if name not in known:
            yield False, f"query: there is no {name}"
        elif "enum" in known[name] and values[0] not in map(str, known[name]["enum"]):
            yield True, f"query: {name}={values[0]} is not among the values"


def _request_problems(
    exchange: Exchange, operation: dict[str, Any], pointer: tuple[str, ...], specification: Specification
) -> Iterator[tuple[bool, str]]:
    content = specification.resolved(operation.get("requestBody", {})).get("content", {})
    if not content or exchange.status >= 400:
        return  # What a vendor turned down may be anything, and was perhaps not read.
    if exchange.request_type not in content:
        yield False, f"request: {exchange.request_type or 'no body'}; one of {', '.join(content)} is asked for"
    elif exchange.request_type == _JSON:
        at = _through(operation, "requestBody", pointer)
        yield from _json_problems("request", (*at, "content", _JSON, "schema"), exchange.request, specification)
    elif exchange.request_type == _FORM:
        yield from _form_problems(exchange.request, specification.resolved(content[_FORM]["schema"]))


def _reply_problems(
    exchange: Exchange, operation: dict[str, Any], pointer: tuple[str, ...], specification: Specification
) -> Iterator[tuple[bool, str]]:
    responses = operation["responses"]
    status = next((one for one in (str(exchange.status), f"{exchange.status // 100}XX") if one in responses), None)
    if status is None:
        # Vendors describe few of their errors, but each of their right answers.
        if exchange.status < 400:
            yield False, f"reply: {exchange.status} is not among {', '.join(responses)}"
        return
    content = specification.resolved(responses[status]).get("content", {})
    if exchange.reply_type == _JSON and "schema" in content.get(_JSON, {}):
        at = _through(responses, status, (*pointer, "responses"))
        yield from _json_problems("reply", (*at, "content", _JSON, "schema"), exchange.reply, specification)
    elif content and exchange.reply_type not in content and not _is_binary(content):
        yield False, f"reply: {exchange.reply_type or 'no type'}; one of {', '.join(content)} is specified"


def _through(parent: dict[str, Any], name: str, pointer: tuple[str, ...]) -> tuple[str, ...]:
    """Return the pointer of a member, through its reference if it is one."""
    node = parent[name]
    return tuple(node["$ref"].removeprefix("#/").split("/")) if "$ref" in node else (*pointer, name)


def _json_problems(
    what: str, pointer: tuple[str, ...], body: bytes, specification: Specification
) -> Iterator[tuple[bool, str]]:
    try:
        instance = json.loads(body)
    except ValueError:
        yield False, f"{what}: no JSON"
        return
    for only_value, message in specification.problems(pointer, instance):
        yield only_value, f"{what}: {message}"


def _form_problems(body: bytes, schema: dict[str, Any]) -> Iterator[tuple[bool, str]]:
    """Yield fields of a form that are missing or unknown; its values are text and files, so types say nothing."""
    names = {name.decode() for name in re.findall(rb'form-data; name="([^"]+)"', body)}
    known = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in names:
            yield False, f"request: the form has no {name}"
    for name in names:
        if name.removesuffix("[]") not in known:
            yield False, f"request: a form has no {name}"


def _is_binary(content: dict[str, Any]) -> bool:
    return any(
        kind == "application/octet-stream" or kind.startswith(("audio/", "image/", "video/")) for kind in content
    )


def _only_unknown_values(error: Any) -> bool:
    """Say whether nothing but a value that the specification does not list keeps the instance from fitting."""
    if error.validator in _VALUES:
        return isinstance(error.instance, str)
    if error.validator == "oneOf" and not error.context:
        return True  # It fits several of the alternatives, which vendors' documents allow by mistake.
    if error.validator in ("anyOf", "oneOf"):
        alternatives: dict[int, list[Any]] = {}
        for one in error.context:
            alternatives.setdefault(one.schema_path[0], []).append(one)
        return any(all(map(_only_unknown_values, ones)) for ones in alternatives.values())
    return False


def _telling(error: Any) -> Any:
    """Return the error inside alternatives that says most: the deepest of the nearest alternative."""
    while error.context:
        error = max(error.context, key=lambda one: (_only_unknown_values(one), len(one.absolute_path)))
    return error


def _with_nulls(node: Any) -> Any:
    """Return a document whose `nullable`, a word of OpenAPI 3.0 that 3.1 documents still use, is a type of its own."""
    if isinstance(node, list):
        return [_with_nulls(one) for one in node]
    if not isinstance(node, dict):
        return node
    changed = {name: _with_nulls(value) for name, value in node.items()}
    if changed.get("nullable") is True:
        return {"anyOf": [{"type": "null"}, {k: v for k, v in changed.items() if k != "nullable"}]}
    return changed


__all__ = [
    "SPECS_VARIABLE",
    "Findings",
    "Specification",
    "findings_of",
    "specification_of",
    "specs_folder",
]
