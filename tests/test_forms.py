"""Forms: what Prefect draws of the briefs, and that its server takes whatever a brief can hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import validate

from flows.image import create_image
from flows.narration import create_narration
from flows.story import produce_story
from flows.video import create_video
from media_factory.briefs.model import BRIEF, KINDS

FLOWS = {"image": create_image, "narration": create_narration, "story": produce_story, "video": create_video}
WHOLE: dict[str, dict[str, Any]] = {
    "image": {"prompt": "a port", "card": {"points": [{"label": "2026", "value": 3, "shown": "3%"}]}},
    "narration": {"text": "Go.", "emotion": "calm", "palette": ["#aabbcc"] * 6},
    "story": {"scenes": [{"text": "Go."}], "music": {"prompt": "calm piano"}, "rate": "30000/1001", "rate_wpm": 120},
    "video": {"title": "Go", "shots": [{"image": "a.jpg", "duration_s": 2.5}], "extras": ["hls"]},
}
NEVER_SHOWN = ("title", "providers", "theme")


def schema_of(kind: str) -> dict[str, Any]:
    return json.loads(json.dumps(parameter_schema(FLOWS[kind]).model_dump(), default=str))  # type: ignore[no-any-return]


def fields_of(kind: str) -> dict[str, dict[str, Any]]:
    schema = schema_of(kind)
    found: dict[str, dict[str, Any]] = schema["definitions"][KINDS[kind].__name__]["properties"]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_server_takes_a_whole_brief_as_a_client_writes_it_nulls_and_all(kind: str) -> None:
    brief = BRIEF.validate_python({"kind": kind, **WHOLE[kind]})
    sent = {"brief": brief.model_dump(mode="json"), "factory": "default", "out": None}
    assert None in sent["brief"].values()
    assert validate(sent, schema_of(kind), raise_on_error=True) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_server_takes_what_an_untouched_form_sends_beside_the_words(kind: str) -> None:
    brief = {name: field["default"] for name, field in fields_of(kind).items() if "default" in field} | WHOLE[kind]
    assert validate({"brief": brief}, schema_of(kind), raise_on_error=True) == []
    assert BRIEF.validate_python(brief) == BRIEF.validate_python({"kind": kind, **WHOLE[kind]})


@pytest.mark.parametrize("kind", KINDS)
def test_the_server_refuses_a_field_that_there_is_not(kind: str) -> None:
    sent = {"brief": {"kind": kind, **WHOLE[kind], "colour": "red"}}
    assert [error.message for error in validate(sent, schema_of(kind))] == [
        "Additional properties are not allowed ('colour' was unexpected)"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_no_form_sends_what_follows_from_something_else_as_if_somebody_had_asked_for_it(kind: str) -> None:
    assert [name for name in NEVER_SHOWN if "default" in fields_of(kind)[name]] == []
    brief = {name: field["default"] for name, field in fields_of(kind).items() if "default" in field}
    made = BRIEF.validate_python(brief | WHOLE[kind] | {"channel": "finance"})
    assert made.theme == "finance"


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_form_has_a_place_a_name_and_a_meaning(kind: str) -> None:
    for name, definition in schema_of(kind)["definitions"].items():
        fields = definition["properties"]
        assert sorted(field["position"] for field in fields.values()) == list(range(len(fields))), name
        for field_name, field in fields.items():
            assert field["description"], (name, field_name)
            assert field.get("title") or "$ref" in field, (name, field_name)
            for choice in field.get("anyOf", ()):
                assert choice.get("title") or "$ref" in choice, (name, field_name)


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("image", ["title", "headline", "prompt"]),
        ("narration", ["title", "text"]),
        ("story", ["title", "headline", "article", "body", "script", "scenes"]),
        ("video", ["title", "shots"]),
    ],
)
def test_a_form_begins_with_the_words_and_ends_with_what_hardly_anybody_touches(kind: str, first: list[str]) -> None:
    fields = fields_of(kind)
    names = sorted(fields, key=lambda name: int(fields[name]["position"]))
    assert names[: len(first)] == first
    assert names.index("kind") > names.index("language")


def test_a_form_says_which_fields_cannot_be_left_out() -> None:
    schemas = {kind: schema_of(kind)["definitions"][KINDS[kind].__name__] for kind in KINDS}
    needed = {kind: sorted(schema.get("required", ())) for kind, schema in schemas.items()}
    assert needed == {"image": [], "narration": ["text"], "story": [], "video": ["shots", "title"]}


def test_what_is_typed_in_is_one_box_and_not_a_choice_between_text_and_nothing() -> None:
    fields = fields_of("story")
    assert fields["article"]["type"] == fields["voice"]["type"] == "string"
    assert fields["rate_wpm"] | {"type": "integer", "minimum": 80, "maximum": 300} == fields["rate_wpm"]
    assert [choice["title"] for choice in fields["publish"]["anyOf"]] == ["Yes or no", "Nothing"]


def test_a_field_says_by_example_what_it_takes() -> None:
    fields = fields_of("story")
    assert fields["id"]["description"].endswith("; such as rates-hold")
    assert fields["guidelines"]["description"].endswith("; such as no people / plenty of empty space above")
    assert fields["rate"]["description"].count("such as") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_product_is_can_be_read_and_not_overwritten(kind: str) -> None:
    assert fields_of(kind)["kind"]["enum"] == [kind]
