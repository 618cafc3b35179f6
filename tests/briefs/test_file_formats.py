"""Files of every format read to the same briefs, and what is no brief is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from media_factory.briefs.formats import Format
from media_factory.briefs.model import NarrationBrief, StoryBrief
from media_factory.briefs.reading import parse_brief, read_brief
from media_factory.errors import BriefError, InputError


def problems_of(text: str | bytes, form: Format = "yaml") -> tuple[str, ...]:
    with pytest.raises(BriefError) as refused:
        parse_brief(text, form, "a-file")
    assert refused.value.source == "a-file"
    return refused.value.problems


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
