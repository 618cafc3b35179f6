"""Models as forms: what a person sees who fills one in, in a UI that draws JSON schemas as Prefect's does.

Only the schema changes, never what a model takes. Prefect 3.8's forms show fields by `position`, send every default
that they show, open a choice at its default, and leave `examples` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

_CHOICES = {
    "array": "List",
    "boolean": "Yes or no",
    "enum": "Choice",
    "integer": "Whole number",
    "null": "Nothing",
    "number": "Number",
    "string": "Text",
}
_TYPED_IN = ("string", "integer", "number")


def as_form(schema: Schema, model: type[BaseModel]) -> None:
    """Write a model's schema as a form: `json_schema_extra` of its configuration.

    Two class variables of the model may say more: `form_order` names the fields that come first, and the rest follow as
    they are declared; `form_required` names those that its validators ask for although they have a default.
    """
    fields: dict[str, Schema] = schema.get("properties", {})
    first: Sequence[str] = getattr(model, "form_order", ())
    ordered = [name for name in first if name in fields] + [name for name in fields if name not in first]
    for position, name in enumerate(ordered):
        fields[name]["position"] = position
    for field in fields.values():
        _write_field(field)
    if asked := [name for name in getattr(model, "form_required", ()) if name not in schema.get("required", ())]:
        schema["required"] = [*schema.get("required", ()), *asked]


def follows(schema: Schema) -> None:
    """Show no default, since it follows from other fields or from the factory: `json_schema_extra` of a field.

    A form would send it as if somebody had asked for it.
    """
    schema.pop("default", None)


def named(title: str) -> Schema:
    """Return what names one choice of several: `json_schema_extra` of its type."""
    return {"title": title}


def _write_field(field: Schema) -> None:
    if "const" in field:
        field["enum"] = [field.pop("const")]  # as text, it could be overwritten
    choices = [choice for choice in field.get("anyOf", ()) if choice.get("type") != "null"]
    if "anyOf" in field and len(choices) == 1 and choices[0].get("type") in _TYPED_IN:
        _write_box(field, choices[0])
    for choice in field.get("anyOf", ()):
        if "$ref" not in choice:
            kind = "enum" if "enum" in choice else choice.get("type", "")
            choice.setdefault("title", _CHOICES.get(kind, "Value"))
    if "examples" in field:
        _show_examples(field)


def _write_box(field: Schema, choice: Schema) -> None:
    """Write what is typed in, or left out, as one box (or one list): when it is empty, nothing is sent.

    Prefect takes null for whatever has a type, no default, and is not required (`schema_tools.validation`).
    """
    follows(field)
    if "enum" not in choice:
        del field["anyOf"]
        field |= {name: value for name, value in choice.items() if name not in field}


def _show_examples(field: Schema) -> None:
    shown = [" / ".join(map(str, one)) if isinstance(one, list) else str(one) for one in field["examples"]]
    meaning = field.get("description", "")
    if "such as" not in meaning:
        field["description"] = f"{meaning}; such as {' or '.join(shown)}"


__all__ = ["Schema", "as_form", "follows", "named"]
