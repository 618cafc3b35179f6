from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from media_factory.briefs.formats import Format
from media_factory.briefs.model import ImageBrief, NarrationBrief, StoryBrief, VideoBrief
from media_factory.briefs.reading import parse_brief, read_brief
from media_factory.errors import BriefError, InputError

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
        ({"kind": "stori"}, "kind: 'stori' is unknown; did you mean story; image, narration, video, story are allowed"),
        ({"kind": None}, "kind: is missing; image, narration, video, story are allowed"),
        ({"guidelines": ["a" * 190] * 3}, "guidelines: take 576 of the prompt's 400 characters; leave 40 for the"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_with_what_is_allowed(fields: dict[str, object], line: str) -> None:
    found = problems_with(**fields)
    assert found[0].startswith(line), found


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


@pytest.mark.parametrize(
    ("form", "text", "line"),
    [
        ("yaml", "kind: story\nkind: image", "kind: 'kind' stands twice; once is allowed"),
        ("yaml", "kind: story\nscenes: [{text: a, text: b}]", "text: 'text' stands twice; once is allowed"),
        ("json", '{"kind": "story", "kind": "image"}', "kind: 'kind' stands twice; once is allowed"),
        ("toml", "kind = 'story'\nkind = 'image'", "brief: is not TOML: Cannot overwrite a value"),
        ("yaml", "a: [1\nb: 2", "brief: is not YAML in line 2: "),
        ("yaml", "a: 1\n---\nb: 2", "brief: is not YAML in line 2: but found another document"),
        ("yaml", "a: &a [*a]", "brief: is not YAML: nested deeper than 30 levels"),
        ("yaml", "[" * 100_000, "brief: is not YAML: nested deeper than 30 levels"),
        ("yaml", "- a: b\n" * 100_000, "brief: is not YAML: more than 5,000 values stand in it"),
        (
            "yaml",
            "a: !!python/object/apply:os.getcwd []",
            "brief: is not YAML: the tag tag:yaml.org,2002:python/object",
        ),
        ("yaml", "a: !!int abc", "brief: is not YAML: 'abc' in line 1 is no int"),
        ("yaml", "? [a]\n: b", "brief: is not YAML: line 1 has a key that is no text"),
        ("yaml", "- 1", "brief: is a list; fields such as kind and title are needed"),
        ("yaml", "", "file: is empty; a brief is needed"),
        ("json", "[" * 100_000, "brief: is nested deeper than 30 levels"),
        ("json", '{"a": NaN}', "brief: is not JSON: NaN is no number of JSON"),
        ("json", '{"a": ' + "9" * 5_000 + "}", "brief: is not JSON: Exceeds the limit"),
        ("json", '{"a": [' + "1," * 6_000 + "1]}", "brief: is not JSON: more than 5,000 values stand in it"),
        ("markdown", "---\ntitle: x\n\ntext", "brief: has front matter that does not end; close it with a line of ---"),
        ("markdown", "---\n- a\n---\ntext", "brief: has front matter that is a list; fields are allowed"),
        (
            "markdown",
            "---\nkind: image\n---\ntext",
            "kind: 'image' takes no text from Markdown; story and narration do",
        ),
        ("markdown", "---\narticle: a\n---\ntext", "article: stands in the front matter and below it; once is allowed"),
    ],
)
def test_a_text_that_does_not_follow_its_format_is_refused(form: Format, text: str, line: str) -> None:
    found = problems_of(text, form)
    assert found[0].startswith(line), found


def test_aliases_that_multiply_are_refused_before_they_do() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    assert problems_of(bomb) == ("brief: is not YAML: more than 5,000 values stand in it",)


def test_an_alias_that_is_used_with_measure_is_read() -> None:
    brief = parse_brief("kind: story\nscenes: [{text: Go., prompt: &p a ship}, {text: Stop., prompt: *p}]", "yaml")
    assert isinstance(brief, StoryBrief)
    assert brief.scenes is not None
    assert [scene.prompt for scene in brief.scenes] == ["a ship", "a ship"]


def test_yaml_means_what_it_says() -> None:
    brief = parse_brief("kind: story\narticle: Hei.\nlanguage: no\naspects: [16:9, 9:16]\nrate: 30000/1001", "yaml")
    assert isinstance(brief, StoryBrief)
    assert (brief.language, brief.aspects) == ("no", ("16:9", "9:16"))


def test_bytes_may_begin_with_a_byte_order_mark_and_end_lines_as_windows_does() -> None:
    brief = parse_brief("\ufeffkind: narration\r\ntext: Grüße an alle.\r\n".encode(), "yaml")
    assert isinstance(brief, NarrationBrief)
    assert brief.text == "Grüße an alle."


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("kind: image".encode("utf-16"), "file: is UTF-16 or UTF-32; UTF-8 is allowed"),
        (b"kind: \xff", "file: is not UTF-8 at byte 6; UTF-8 is allowed"),
        (b"a" * (2 << 20), "file: 2,097,152 bytes are too many; at most 1,048,576 are allowed"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, line: str) -> None:
    assert problems_of(data) == (line,)


def test_each_format_reads_to_the_same_brief(tmp_path: Path) -> None:
    texts = {
        "a.yaml": "kind: story\ntitle: Open\narticle: The gates are open.",
        "a.yml": "{kind: story, title: Open, article: The gates are open.}",
        "a.json": '{"kind": "story", "title": "Open", "article": "The gates are open."}',
        "a.toml": 'kind = "story"\ntitle = "Open"\narticle = "The gates are open."',
        "a.md": "# Open\n\nThe *gates*\nare [open](https://example.org).",
        "a.MARKDOWN": "---\ntitle: Open\n---\nThe gates are open.",
    }
    briefs = []
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        briefs.append(read_brief(tmp_path / name))
    assert len(set(briefs)) == 1


def test_a_plain_article_is_a_story_brief() -> None:
    text = """# The *gates* are open

Ships come in & go ![alone](a.png) out.

![A ship](ship.png)

- Wheat
- Salt, at last!

| Port | Ships |
|------|-------|
| Riga | 12 |

```
code
```

## What next

<b>Nobody</b> knows.
"""
    brief = parse_brief(text, "markdown")
    assert isinstance(brief, StoryBrief)
    assert brief.title == "The gates are open"
    assert brief.article is not None
    assert brief.article.split("\n\n") == [
        "Ships come in & go alone out.",
        "Wheat. Salt, at last!",
        "Port, Ships.",
        "Riga, 12.",
        "What next",
        "Nobody knows.",
    ]


def test_markdown_can_hold_a_narration() -> None:
    brief = parse_brief("---\nkind: narration\nvoice: en-us\n---\nSit by the sea.", "markdown")
    assert isinstance(brief, NarrationBrief)
    assert (brief.text, brief.voice) == ("Sit by the sea.", "en-us")


def test_every_kind_can_be_read() -> None:
    shots = {"kind": "video", "title": "Port", "shots": [{"image": "a.png", "transition": "fade", "caption": "Open"}]}
    assert isinstance(parse_brief(json.dumps(shots), "json"), VideoBrief)
    assert isinstance(parse_brief('{"kind": "image", "prompt": "a port"}', "json"), ImageBrief)
    assert isinstance(parse_brief(json.dumps(STORY), "json"), StoryBrief)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("missing.yaml", "file: does not exist; give the path of a brief"),
        ("folder", "file: is a folder; a file is needed"),
        ("pipe.yaml", "file: is a device or pipe; a file is needed"),
        ("empty.md", "file: is empty; a brief is needed"),
        (
            "brief.yam",
            "file: ends in '.yam'; did you mean .yaml; .yaml, .yml, .json, .toml, .md, .markdown are allowed",
        ),
        ("large.json", "file: 1,048,577 bytes are too many; at most 1,048,576 are allowed"),
        ("nul\0.yaml", "file: can't be read: "),
        ("x" * 400 + ".yaml", "file: can't be read: "),
    ],
)
def test_a_path_that_leads_to_no_brief_is_refused(tmp_path: Path, name: str, line: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "empty.md").write_bytes(b"\n")
    (tmp_path / "brief.yam").write_text("kind: image")
    (tmp_path / "large.json").write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(InputError) as refused:
        read_brief(tmp_path / name)
    assert isinstance(refused.value, BriefError)
    assert refused.value.problems[0].startswith(line)
    assert refused.value.source == str(tmp_path / name)
    assert refused.value.exit_code == 2
