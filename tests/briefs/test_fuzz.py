"""Two thousand briefs that nobody would write: each becomes a brief, or is refused field by field."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_factory.briefs.formats import Format
from media_factory.briefs.model import BriefBase, StoryBrief
from media_factory.briefs.reading import parse_brief
from media_factory.briefs.storyboard import storyboard
from media_factory.errors import BriefError

LINE = re.compile(r"^[\w.\[\]-]+: ")
FORMS: tuple[Format, ...] = get_args(Format)

VALID: list[dict[str, Any]] = [
    {"kind": "image", "prompt": "a port at dawn", "width_px": 640, "height_px": 480, "guidelines": ["no people"]},
    {"kind": "narration", "text": "Sit by the sea. Wait.", "voice": "en-us", "rate_wpm": 120, "language": "en"},
    {"kind": "video", "title": "Port", "shots": [{"image": "a.png", "duration_s": 2.5}], "rate": "30000/1001"},
    {"kind": "story", "article": "Rates rose to 3.25%. “Why?” asked Dr. Low.", "aspects": ["9:16"], "size": 1080},
    {"kind": "story", "scenes": [{"text": "Go.", "prompt": "a ship", "on_screen": "Go"}], "channel": "air"},
    {
        "kind": "story",
        "headline": "Open",
        "body": "They did.",
        "providers": {"image": "artboard"},
        "palette": ["#000000"] * 6,
    },
    {"kind": "video", "title": "Port", "shots": [{"prompt": "a port", "motion": "clip"}], "sound": {"prompt": "harp"}},
    {"kind": "story", "script": {"hook": "Look.", "points": ["One.", "Two."], "call_to_action": "Follow."}},
]
NAMES = sorted(
    {name for brief in VALID for name in brief} | {"text", "seed", "theme", "id", "music", "captions", "nonsense"}
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(
        ["", " ", "9:16", "news", "en", "#ffffff", "\x00", "\ud800", "\u202e", "1e999", "no", 10**30, "x" * 25_000]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    brief: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from(VALID))))
    for _ in range(draw(st.integers(0, 3))):
        holders: list[Any] = [brief]
        for holder in holders:
            inner = holder.values() if isinstance(holder, dict) else holder
            holders.extend(value for value in inner if isinstance(value, dict | list) and value)
        holder = draw(st.sampled_from(holders))
        if isinstance(holder, list):
            holder[draw(st.integers(0, len(holder) - 1))] = draw(VALUES)
        elif draw(st.booleans()) and len(holder) > 1:
            del holder[draw(st.sampled_from(sorted(holder)))]
        else:
            holder[draw(st.sampled_from([*sorted(holder), *NAMES]) | st.text(max_size=10))] = draw(VALUES)
    return brief


def read_or_refused(text: str | bytes, form: Format) -> BriefBase | None:
    try:
        brief = parse_brief(text, form, "fuzz")
    except BriefError as refused:
        assert refused.problems
        for line in refused.problems:
            assert LINE.match(line), line
            assert "\n" not in line
        assert len(str(refused)) < 20_000
        return None
    if isinstance(brief, StoryBrief):
        try:
            board = storyboard(brief)
        except BriefError as refused:
            assert all(LINE.match(line) for line in refused.problems)
        else:
            said = "".join("".join(scene.text for scene in board.scenes).split())
            assert said == "".join("".join(brief.told).split())
    return brief


@settings(max_examples=1200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated(), st.booleans())
def test_a_changed_brief_is_read_or_refused_by_field(brief: dict[str, Any], as_yaml: bool) -> None:
    if as_yaml:
        read_or_refused(yaml.safe_dump(brief, allow_unicode=True).encode("utf-8", "surrogatepass"), "yaml")
    else:
        read_or_refused(json.dumps(brief), "json")


@settings(max_examples=500, deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore")),
    st.sampled_from(FORMS),
)
def test_any_bytes_are_read_or_refused(data: bytes, form: Format) -> None:
    read_or_refused(data, form)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_torn_file_is_read_or_refused(data: st.DataObject) -> None:
    form: Format = data.draw(st.sampled_from(FORMS[:2]))
    brief = data.draw(st.sampled_from(VALID))
    whole = (json.dumps(brief) if form == "json" else yaml.safe_dump(brief, allow_unicode=True)).encode()
    place = data.draw(st.integers(0, len(whole)))
    read_or_refused(
        whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + data.draw(st.integers(0, 9)) :], form
    )


def test_the_briefs_that_are_changed_are_valid_to_begin_with() -> None:
    for brief in VALID:
        assert read_or_refused(json.dumps(brief), "json") is not None
