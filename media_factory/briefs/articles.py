"""Markdown as it would be read aloud: its title, and its paragraphs as plain text.

Links leave their words and emphasis its text; list entries and table rows become sentences; code blocks, HTML, rules
and pictures in a paragraph of their own are for eyes and are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media_factory.briefs.problems import problem_line
from media_factory.errors import BriefError

if TYPE_CHECKING:
    from markdown_it.token import Token

_ENDS = (".", "!", "?", "…", ":", ";", ",", "。", "！", "？", "؟", "।", ".”", "!”", "?”", '."')
_FOR_EYES = frozenset({"image", "html_inline"})


@dataclass(frozen=True)
class Article:
    """A Markdown text taken apart: raw front matter, the title or None, and paragraphs divided by blank lines."""

    front_matter: str
    title: str | None
    text: str


@dataclass
class _Reading:
    """What was read so far; entries of one list or table form one paragraph."""

    paragraphs: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    title: str | None = None
    inside: int = 0


def read_article(text: str) -> Article:
    """Return a Markdown text's front matter, its title (the first heading of level 1) and its paragraphs.

    Raises:
        BriefError: front matter begins and never ends.
    """
    # Most briefs are no Markdown, and these take 30 ms to load.
    from markdown_it import MarkdownIt
    from mdit_py_plugins.front_matter import front_matter_plugin

    tokens = MarkdownIt("commonmark").enable("table").use(front_matter_plugin).parse(text)
    front_matter = tokens[0].content if tokens and tokens[0].type == "front_matter" else None
    if front_matter is None and text.split("\n", 1)[0].rstrip() == "---":
        raise BriefError(problem_line((), "has front matter that does not end; close it with a line of ---"))
    reading = _Reading()
    for before, token in zip([None, *tokens], tokens, strict=False):
        _read(token, before, reading)
    return Article(front_matter or "", reading.title, "\n\n".join(reading.paragraphs))


def _read(token: Token, before: Token | None, reading: _Reading) -> None:
    if token.type in ("bullet_list_open", "ordered_list_open", "tr_open"):
        reading.inside += 1
    elif token.type in ("bullet_list_close", "ordered_list_close", "tr_close"):
        reading.inside -= 1
        if not reading.inside and reading.entries:
            reading.paragraphs.append(_as_sentences(reading.entries, token.type == "tr_close"))
            reading.entries = []
    elif token.type == "inline" and (words := _plain(token.children or ())):
        heading = before is not None and before.type == "heading_open" and before.tag == "h1"
        if heading and reading.title is None:
            reading.title = words
        elif reading.inside:
            reading.entries.append(words)
        else:
            reading.paragraphs.append(words)


def _as_sentences(entries: list[str], is_row: bool) -> str:
    if is_row:
        entries = [", ".join(entries)]
    return " ".join(entry if entry.endswith(_ENDS) else f"{entry}." for entry in entries)


def _plain(children: Sequence[Token]) -> str:
    """Return the words of inline tokens; a picture among words is its description, a picture alone is nothing."""
    if all(child.type in _FOR_EYES or not child.content.strip() for child in children):
        return ""
    heard = (child for child in children if child.type != "html_inline")
    words = "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in heard)
    return " ".join(words.split())


__all__ = ["Article", "read_article"]
