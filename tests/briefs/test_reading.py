from __future__ import annotations

import json

import pytest

from media_factory.briefs.formats import Format
from media_factory.briefs.model import ImageBrief, StoryBrief, VideoBrief
from media_factory.briefs.reading import parse_brief
from media_factory.errors import BriefError

STORY = {"kind": "story", "article": "The gates are open. Ships come in."}


def problems_of(text: str | bytes, form: Format = "yaml") -> tuple[str, ...]:
    with pytest.raises(BriefError) as refused:
        parse_brief(text, form, "a-file")
    assert refused.value.source == "a-file"
    return refused.value.problems


def problems_with(**fields: object) -> tuple[str, ...]:
    return problems_of(json.dumps({**STORY, **fields}), "json")


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"title": ""}, "title: is empty; some text is needed"),
        ({"title": 3.25}, "title: is 3.25; text is allowed, so put it in quotes"),
        ({"title": "x" * 231}, "title: 231 characters are too many; at most 200 are allowed"),
        ({"article": " "}, "article: is empty; some text is needed"),
        ({"article": "..."}, "article: holds no word that can be spoken ('...'); words are needed"),
        ({"article": "a\u0000b", "title": "t"}, "article: holds the control character U+0000; plain text is allowed"),
        ({"article": "a \ud800", "title": "t"}, "article: holds half of a surrogate pair; plain text is allowed"),
        (
            {"article": "a" * 20_001, "title": "t"},
            "article: 20,001 characters are too many; at most 20,000 are allowed",
        ),
        (
            {"article": "word " * 3_000},
            "article: takes about 1,071 seconds to say at 168 words a minute; at most 600 are allowed",
        ),
        (
            {"language": "xx"},
            "language: 'xx' is no language; BCP 47 tags such as en, en-GB, de, pt-BR, zh-Hant, ja or ar are allowed",
        ),
        ({"theme": "finanse"}, "theme: 'finanse' is unknown; did you mean finance; realistic, "),
        ({"channel": "newz"}, "channel: 'newz' is unknown; did you mean news; news, finance, air, "),
        ({"palette": ["#fff"]}, "palette[0]: '#fff' is no colour; #rrggbb is allowed, such as #0b1f1a"),
        ({"palette": ["#ffffff"]}, "palette: 1 colours were found; six are allowed, or none for the theme's own"),
        ({"seed": True}, "seed: is true; a whole number is allowed"),
        ({"seed": -1}, "seed: is -1; at least 0 is allowed"),
        ({"id": "../secrets"}, "id: '../secrets' is no id; up to 64 of a-z, 0-9 and - are allowed"),
        ({"providers": {"image": "a b"}}, "providers.image: 'a b' names no provider; provider or provider:model is"),
        ({"providers": {"speach": "espeak"}}, "providers.speach: 'speach' is no field; did you mean speech; allowed: "),
        ({"aspects": []}, "aspects: is empty; at least 1 entry is needed"),
        ({"aspects": ["9:16", "9:16"]}, "aspects: names an aspect twice; each is made once"),
        ({"aspects": ["16:10"]}, "aspects[0]: '16:10' is unknown; did you mean 1:1; 9:16, 16:9, 1:1, 4:5 are allowed"),
        ({"size": 5000}, "size: is 5000; at most 4,320 is allowed"),
        ({"size": 1081}, "size: is 1081; a multiple of 2 is allowed"),
        ({"rate": "1e999999999"}, "rate: '1e999999999' is not a frame rate; give frames per second such as 30"),
        ({"rate_wpm": 500}, "rate_wpm: is 500; at most 300 is allowed"),
        ({"captions": "yes"}, "captions: 'yes' is unknown; karaoke, pop, boxed, plain, lower-third, none are allowed"),
        ({"pallete": []}, "pallete: 'pallete' is no field; did you mean palette; allowed: kind, title, id, "),
        ({"body": "More."}, "body: stands beside article; give exactly one of article, scenes, script, or headline"),
        ({"article": None}, "article: is missing; give exactly one of article, scenes, script, or headline with body"),
        ({"article": None, "body": "More."}, "headline: is missing; a body needs a headline"),
        ({"article": None, "scenes": []}, "scenes: is empty; at least 1 entry is needed"),
        ({"article": None, "scenes": [{"text": "a"}] * 61}, "scenes: 61 entries are too many; at most 60 are allowed"),
        ({"article": None, "scenes": [{"text": "Go."}, {"text": ""}]}, "scenes[1].text: is empty; some text is needed"),
        ({"article": None, "scenes": [{"txt": "Go."}]}, "scenes[0].text: is missing; it is needed"),
        ({"article": None, "scenes": "Go."}, "scenes: is 'Go.'; a list is allowed"),
        (
            {"article": None, "script": {"hook": "a", "points": []}},
            "script.points: is empty; at least 1 entry is needed",
        ),
        ({"kind": "stori"}, "kind: 'stori' is unknown; did you mean story; image, narration, video, story, batch"),
        ({"kind": None}, "kind: is missing; image, narration, video, story, batch are allowed"),
        ({"guidelines": ["a" * 190] * 3}, "guidelines: take 576 of the prompt's 400 characters; leave 40 for the"),
        ({"music": ""}, "music: is empty; some text is needed"),
        ({"music": 3}, "music: is 3; text is allowed"),
        ({"music": {}}, "music.prompt: is missing; it is needed"),
        ({"music": {"prompt": " "}}, "music.prompt: is empty; some text is needed"),
        ({"music": {"prompt": "harp", "provider": "a b"}}, "music.provider: 'a b' names no provider; provider or"),
        ({"music": {"prompt": "harp", "length": 9}}, "music.length: 'length' is no field; allowed: prompt, provider"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_with_what_is_allowed(fields: dict[str, object], line: str) -> None:
    found = problems_with(**fields)
    assert found[0].startswith(line), found
    if "music" in fields:
        assert len(found) == 1


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"width_px": 10, "height_px": 10}, "width_px: is 10; at least 64 is allowed"),
        ({"width_px": 9000, "height_px": 64}, "width_px: is 9000; at most 8,192 is allowed"),
        ({"width_px": 640}, "height_px: is missing; give width_px and height_px, or aspect"),
        ({"width_px": 64, "height_px": 64, "aspect": "1:1"}, "aspect: stands beside width_px and height_px; "),
        ({"width": 64}, "width: 'width' is no field; did you mean width_px; allowed: "),
        ({"prompt": None}, "prompt: is missing; give a prompt or a headline"),
    ],
)
def test_an_impossible_picture_is_refused(fields: dict[str, object], line: str) -> None:
    found = problems_of(json.dumps({"kind": "image", "prompt": "a cat", **fields}), "json")
    assert found[0].startswith(line), found


def test_a_video_longer_than_ten_minutes_is_refused() -> None:
    shots = [{"image": "a.png", "duration_s": 100.5}] * 6
    assert problems_of(json.dumps({"kind": "video", "title": "Long", "shots": shots}), "json") == (
        "shots: 603 seconds are too many; at most 600 are allowed",
    )


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"camera": "parallax"}, "shots[0].depth: is missing; parallax needs a depth map"),
        ({"camera": "push", "depth": "d.png"}, "shots[0].camera: 'push' takes no depth map; parallax or auto does"),
        ({"transition": "slide-lef"}, "shots[0].transition: 'slide-lef' is unknown; did you mean slide-left; "),
        ({"transition_s": 9}, "shots[0].transition_s: is 9; at most 5"),
        ({"image": None}, "shots[0].image: is missing; give a picture or a clip, or a prompt to have one made"),
        ({"prompt": ""}, "shots[0].prompt: is empty; some text is needed"),
        ({"prompt": "a port"}, "shots[0].prompt: stands beside image; with motion: clip the picture is set in motion"),
        ({"motion": "clip"}, "shots[0].prompt: is missing; say what happens in the clip"),
        ({"motion": "clips"}, "shots[0].motion: 'clips' is unknown; did you mean clip; still, clip, animated are"),
        ({"motion": "animated", "prompt": "a port"}, "shots[0].motion: 'animated' has a picture made first; clip sets"),
        ({"motion": "clip", "prompt": "a", "depth": "d.png"}, "shots[0].depth: belongs to a given picture; leave it"),
        ({"image": None, "prompt": "a", "sound": "keep"}, "shots[0].sound: 'keep' needs a given clip; what is made is"),
        ({"image": None, "prompt": "a", "start_s": 2.5}, "shots[0].start_s: is 2.5; what is made is seen from its"),
    ],
)
def test_an_impossible_shot_is_refused(fields: dict[str, object], line: str) -> None:
    brief = {"kind": "video", "title": "Port", "shots": [{"image": "a.png", **fields}]}
    (found,) = problems_of(json.dumps(brief), "json")
    assert found.startswith(line), found


def test_every_problem_is_reported_at_once() -> None:
    found = problems_with(seed="x", size=1, rate=0)
    assert [line.split(":")[0] for line in found] == ["seed", "size", "rate"]


def test_many_problems_are_cut_to_twenty_and_a_count() -> None:
    found = problems_with(**{f"field_{n}": n for n in range(100)})
    assert len(found) == 21
    assert found[-1] == "brief: holds 80 more problems; mend these first"


def test_every_kind_can_be_read() -> None:
    shots = {"kind": "video", "title": "Port", "shots": [{"image": "a.png", "transition": "fade", "caption": "Open"}]}
    assert isinstance(parse_brief(json.dumps(shots), "json"), VideoBrief)
    assert isinstance(parse_brief('{"kind": "image", "prompt": "a port"}', "json"), ImageBrief)
    assert isinstance(parse_brief(json.dumps(STORY), "json"), StoryBrief)
