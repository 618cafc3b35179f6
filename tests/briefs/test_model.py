from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from media_factory.briefs.base import Providers
from media_factory.briefs.fields import frame_size, slug_of
from media_factory.briefs.model import (
    BRIEF,
    KINDS,
    ImageBrief,
    MadeSound,
    NarrationBrief,
    SceneText,
    Shot,
    StoryBrief,
    VideoBrief,
)
from media_factory.briefs.problems import validation_problems
from media_factory.briefs.scripts import ShortScript
from media_factory.design.themes import THEMES
from media_factory.model import canonical_json, digest_of


def test_a_channel_chooses_theme_and_pace() -> None:
    brief = StoryBrief(article="Breathe in.", channel="air")
    assert (brief.theme, brief.pace_wpm) == ("air", THEMES["air"].rate_wpm)


def test_a_given_theme_or_pace_stands_before_the_channels() -> None:
    brief = StoryBrief(article="Breathe in.", channel="air", theme="fire", rate_wpm=140)
    assert (brief.theme, brief.pace_wpm) == ("fire", 140)
    assert StoryBrief(article="Breathe in.", channel="air", theme="fire").pace_wpm == THEMES["fire"].rate_wpm


@pytest.mark.parametrize(
    ("brief", "title"),
    [
        (StoryBrief(article="Dr. Low spoke at 5 p.m. Monday. Nobody came."), "Dr. Low spoke at 5 p.m. Monday"),
        (StoryBrief(headline="Gates open", body="They did."), "Gates open"),
        (StoryBrief(article="They did.", title="Gates open"), "Gates open"),
        (NarrationBrief(text="Sit by the sea. Wait."), "Sit by the sea"),
        (ImageBrief(prompt="ships " * 30), ("ships " * 13).strip()),
    ],
)
def test_a_title_is_taken_from_the_words_if_none_is_given(brief: StoryBrief, title: str) -> None:
    assert brief.title == title


def test_a_video_of_given_pictures_needs_a_title() -> None:
    with pytest.raises(ValidationError) as refused:
        VideoBrief.model_validate({"shots": [{"image": "a.png"}]})
    assert validation_problems(refused.value) == ("title: is missing; some text is needed",)


def test_problems_of_a_model_made_in_python_name_their_fields_too() -> None:
    with pytest.raises(ValidationError) as refused:
        StoryBrief.model_validate({"scenes": [{"text": "Go.", "promt": "x"}]})
    assert validation_problems(refused.value) == (
        "scenes[0].promt: 'promt' is no field; did you mean prompt; allowed: text, prompt, on_screen",
    )


def test_a_form_may_send_nothing_for_what_is_optional() -> None:
    brief = BRIEF.validate_python(
        {"kind": "story", "article": "Go.", "title": None, "id": None, "theme": None, "music": None}
    )
    assert (brief.title, brief.id, brief.theme) == ("Go", "go", "news")


@pytest.mark.parametrize(
    ("tag", "stored"), [("en_us", "en-US"), ("PT-br", "pt-BR"), ("zh-hant", "zh-Hant"), ("iw", "he"), ("tlh", "tlh")]
)
def test_a_language_is_kept_as_its_standard_tag(tag: str, stored: str) -> None:
    assert NarrationBrief(text="Go.", language=tag).language == stored


@pytest.mark.parametrize(
    "tag", ["xx", "english", "und", "zxx", "mul", "qaa", "x-mine", "e", "en-", "en us", "é", "12", "root"]
)
def test_a_language_that_nobody_speaks_is_refused(tag: str) -> None:
    with pytest.raises(ValidationError):
        NarrationBrief(text="Go.", language=tag)


def test_every_field_of_every_form_has_a_title_and_a_meaning() -> None:
    forms: tuple[type[BaseModel], ...] = (*KINDS.values(), MadeSound, Providers, SceneText, ShortScript, Shot)
    for form in forms:
        for name, field in form.model_fields.items():
            assert field.title, (form, name)
            assert field.description, (form, name)


def test_forms_can_be_drawn_from_the_schema() -> None:
    schema = BRIEF.json_schema()
    assert schema["discriminator"]["mapping"].keys() == KINDS.keys()
    story = schema["$defs"]["StoryBrief"]
    assert "required" not in story
    assert story["properties"]["rate"]["default"] == "30"


@pytest.mark.parametrize(("kind", "field"), [("StoryBrief", "music"), ("VideoBrief", "sound")])
def test_the_form_asks_for_a_path_or_for_music_to_make(kind: str, field: str) -> None:
    asked = BRIEF.json_schema()["$defs"][kind]["properties"][field]
    assert [choice.get("type") or choice["$ref"] for choice in asked["anyOf"]] == [
        "string",
        "#/$defs/MadeSound",
        "null",
    ]
    assert asked["default"] is None


@pytest.mark.parametrize("music", [None, "calm.mp3", MadeSound(prompt="calm piano", provider="fake")])
def test_music_survives_its_own_json(music: str | MadeSound | None) -> None:
    brief = StoryBrief(article="Go.", music=music)
    assert brief.music == music
    assert digest_of(BRIEF.validate_json(canonical_json(brief))) == digest_of(brief)


def test_a_brief_survives_its_own_json_with_the_same_digest() -> None:
    brief = StoryBrief(headline="Gates open", body="They did.", rate=Fraction(30000, 1001), palette=("#ABCDEF",) * 6)
    again = BRIEF.validate_json(canonical_json(brief))
    assert again == brief
    assert digest_of(again) == digest_of(brief)


def test_a_picture_is_square_until_told_otherwise() -> None:
    assert ImageBrief(prompt="a ship").size_px == (1080, 1080)
    assert ImageBrief(prompt="a ship", aspect="4:5").size_px == (1080, 1350)
    assert ImageBrief(prompt="a ship", width_px=640, height_px=481).size_px == (640, 481)


@given(st.sampled_from(["9:16", "16:9", "1:1", "4:5"]), st.integers(180, 1080).map(lambda half: half * 2))
def test_frames_are_even_and_keep_their_aspect(aspect: str, short_side: int) -> None:
    width, height = frame_size(aspect, short_side)  # type: ignore[arg-type]
    across, down = (int(part) for part in aspect.split(":"))
    assert width % 2 == height % 2 == 0
    assert min(width, height) == short_side
    assert abs(width / height - across / down) < 0.01


@given(st.text(max_size=200))
def test_any_title_gives_an_id_that_is_safe_in_paths_and_urls(title: str) -> None:
    identifier = slug_of(title.encode("utf-8", "ignore").decode())
    assert StoryBrief(article="Go.", id=identifier).id == identifier


def test_titles_in_other_scripts_keep_their_own_ids() -> None:
    assert slug_of("月面着陸") != slug_of("月面歩行")
    assert slug_of("Ærøskøbing’s ßtraße") == "aeroskobings-sstrasse"
