"""What a deployment is asked is the brief that the caller meant, under one key however it is written."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import validate

from deployments.api.asking import brief_of, key_of, next_key, parameters_of
from deployments.making import flow_of
from media_factory.briefs.formats import FORMATS
from media_factory.briefs.model import ImageBrief, StoryBrief
from media_factory.briefs.reading import read_brief
from media_factory.errors import BriefError

DAY = date(2026, 11, 20)
EXAMPLES = sorted(path for path in (Path(__file__).parents[3] / "examples").iterdir() if path.suffix in FORMATS)
IMAGE: dict[str, Any] = {"kind": "image", "prompt": "a port at dawn"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_passes_the_server_s_check_and_arrives_as_it_was_meant(path: Path) -> None:
    brief = read_brief(path)
    parameters = parameters_of(brief, "default")
    schema = {**parameter_schema(flow_of(brief)).model_dump_for_openapi(), "additionalProperties": False}
    assert validate(parameters, schema) == []
    assert flow_of(brief).validate_parameters(parameters)["brief"] == brief


def test_numbers_that_json_has_not_pass_the_server_s_check_too() -> None:
    brief = StoryBrief(title="Rates", article="The bank holds rates.", rate=Fraction(30000, 1001))
    parameters = parameters_of(brief, "default")
    schema = parameter_schema(flow_of(brief)).model_dump_for_openapi()
    assert validate(parameters, schema) == []
    assert flow_of(brief).validate_parameters(parameters)["brief"] == brief


def test_a_mapping_may_hold_what_a_model_may() -> None:
    story = {"kind": "story", "article": "The bank holds rates.", "rate": Fraction(30000, 1001)}
    assert brief_of(story) == StoryBrief(article="The bank holds rates.", rate=Fraction(30000, 1001))
    assert brief_of(ImageBrief(prompt="a port")) == ImageBrief(prompt="a port")


@pytest.mark.parametrize("given", [{}, {"kind": "film"}, {"kind": "image", "prompt": ["a"]}, {"kind": object()}])
def test_what_is_no_brief_is_refused_with_its_fields(given: dict[str, Any]) -> None:
    with pytest.raises(BriefError):
        brief_of(given)


@given(st.permutations(list({**IMAGE, "seed": 0, "language": "en", "theme": "news"}.items())))
def test_the_key_is_of_what_a_brief_means_and_not_of_how_it_is_written(fields: list[tuple[str, Any]]) -> None:
    assert key_of(brief_of(dict(fields)), "image/cpu", "default", DAY) == key_of(
        brief_of(IMAGE), "image/cpu", "default", DAY
    )


def test_another_brief_place_factory_day_or_attempt_is_another_key() -> None:
    brief = brief_of(IMAGE)
    key = key_of(brief, "image/cpu", "default", DAY)
    keys = {
        key,
        key_of(brief_of({**IMAGE, "seed": 1}), "image/cpu", "default", DAY),
        key_of(brief, "image/gpu", "default", DAY),
        key_of(brief, "image/cpu", "other", DAY),
        key_of(brief, "image/cpu", "default", date(2026, 11, 21)),
        next_key(key, 2),
        next_key(key, 3),
    }
    assert len(keys) == 7
