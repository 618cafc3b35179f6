"""A story brief becomes scenes: what is said, what is seen, what is read.

Every word of the script stands in exactly one scene, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

from pydantic import Field

from media_factory.briefs.limits import MAX_SCENES
from media_factory.briefs.model import STORY_SOURCES, StoryBrief
from media_factory.briefs.onscreen import card_for, closing_card, title_card
from media_factory.briefs.pace import spoken_seconds, spoken_words
from media_factory.briefs.problems import problem_line
from media_factory.briefs.sentences import join_sentences, split_sentences
from media_factory.errors import BriefError
from media_factory.model import Model
from media_factory.requests import Card

_SCENE_WORDS, _SCENE_CHARS = 24, 160
_LEAST_S, _ENOUGH_S, _MOST_S = 2.5, 4.0, 8.0
_LONG_WORDS = 40
_LEAST_CLAUSE_WORDS = 5
_SUBJECT_CHARS = 240
_STRONG_MARK = re.compile(r"[;:—–؛；：](?=\s)|(?<=\S)(?=\s[—–]\s)|[；：]")
_WEAK_MARK = re.compile(r"[,،](?=\s)|[，、]")
_CONJUNCTION = re.compile(r"(?=\s(?:and|but|or|which|because|while|who|that|when|where|so)\s)")
_SPACE = re.compile(r"(?=\s)")


class Scene(Model):
    """One picture and what is said over it.

    `prompt` is the picture prompt that the brief gives, if it does; `subject` what the picture should show in any case.
    """

    index: int = Field(ge=0)
    text: str = Field(min_length=1)
    subject: str = Field(min_length=1)
    prompt: str | None = None
    headline: str | None = Field(default=None, description="what the picture says in large type")
    card: Card = Card()
    paragraph: int = Field(ge=0, description="scenes of one paragraph belong together")


class Storyboard(Model):
    """The scenes of a story in order."""

    scenes: tuple[Scene, ...] = Field(min_length=1)

    @property
    def text(self) -> str:
        """The whole script, a paragraph a line."""
        paragraphs: dict[int, list[str]] = {}
        for scene in self.scenes:
            paragraphs.setdefault(scene.paragraph, []).append(scene.text)
        return "\n".join(join_sentences(tuple(texts)) for texts in paragraphs.values())


@dataclass(frozen=True)
class _Passage:
    """Text that no scene reaches across, and what its writer wants seen with it."""

    text: str
    whole: bool = False
    prompt: str | None = None
    on_screen: str | None = None
    role: Literal["body", "closing"] = "body"


def storyboard(brief: StoryBrief) -> Storyboard:
    """Return the scenes that a story brief becomes: one or two sentences each, about 2.5 to 8 seconds of speech.

    Scenes and script lines that the brief gives stay as they are, unless one is too long for a picture.

    Raises:
        BriefError: more scenes than a story may have.
    """
    scenes: list[Scene] = []
    for paragraph, passage in enumerate(_passages(brief)):
        for part, text in enumerate(_scene_texts(passage, brief)):
            on_screen = passage.on_screen if part == 0 else None
            card = _card(text, passage, on_screen, brief, is_first=not scenes)
            scenes.append(
                Scene(
                    index=len(scenes),
                    text=text,
                    subject=passage.prompt or _shortened(text),
                    prompt=passage.prompt,
                    headline=card.headline or card.figure,
                    card=card,
                    paragraph=paragraph,
                )
            )
    if len(scenes) > MAX_SCENES:
        source = next(name for name in STORY_SOURCES if getattr(brief, name) is not None)
        problem = f"becomes {len(scenes)} scenes; at most {MAX_SCENES} are allowed, so shorten it or tell it in parts"
        raise BriefError(problem_line((source,), problem))
    return Storyboard(scenes=tuple(scenes))


def _passages(brief: StoryBrief) -> tuple[_Passage, ...]:
    if brief.scenes is not None:
        return tuple(_Passage(scene.text, True, scene.prompt, scene.on_screen) for scene in brief.scenes)
    if brief.script is not None:
        *lines, last = brief.script.lines
        return (*(_Passage(line, whole=True) for line in lines), _Passage(last, whole=True, role="closing"))
    paragraphs = re.split(r"\n\s*\n", "\n".join(brief.told))
    # A paragraph without a word ("* * *") is no scene of its own: it would be a picture over silence.
    texts: list[str] = []
    for paragraph in paragraphs:
        if (texts and not any(map(str.isalnum, paragraph))) or (texts and not any(map(str.isalnum, texts[-1]))):
            texts[-1] += f"\n{paragraph}"
        else:
            texts.append(paragraph)
    return tuple(_Passage(text) for text in texts)


def _card(text: str, passage: _Passage, on_screen: str | None, brief: StoryBrief, *, is_first: bool) -> Card:
    if is_first:
        kicker = brief.channel.capitalize() if brief.channel else None
        return title_card(on_screen or brief.headline or brief.title, kicker)
    if on_screen:
        return title_card(on_screen)
    if passage.role == "closing":
        return closing_card(text, brief.language)
    return card_for(text, brief.language)


def _scene_texts(passage: _Passage, brief: StoryBrief) -> Iterator[str]:
    flat = " ".join(passage.text.split())
    if passage.whole and spoken_words(flat) <= _LONG_WORDS:
        yield flat
        return
    sentences = [part for sentence in split_sentences(flat, brief.language) for part in split_long(sentence)]
    held: list[str] = []
    for sentence in sentences:
        if held and not _joins(held, sentence, brief.pace_wpm):
            yield join_sentences(tuple(held))
            held = []
        held.append(sentence)
    if held:
        yield join_sentences(tuple(held))


def _joins(held: list[str], sentence: str, rate_wpm: int) -> bool:
    """Say whether a scene takes one more sentence: it is short without it, or the sentence is."""
    together = join_sentences((*held, sentence))
    if spoken_words(together) > _SCENE_WORDS or len(together) > _SCENE_CHARS:
        return False
    before_s, after_s = (spoken_seconds(text, rate_wpm) for text in (join_sentences(tuple(held)), sentence))
    if len(held) > 1 and before_s >= _LEAST_S:
        return False
    return before_s + after_s <= _MOST_S and (before_s < _ENOUGH_S or after_s < _LEAST_S)


def split_long(sentence: str) -> tuple[str, ...]:
    """Return a sentence in parts that take at most as long to say as 40 words, cut at clause marks where it has any."""
    if spoken_words(sentence) <= _LONG_WORDS:
        return (sentence,)
    for marks in (_STRONG_MARK, _WEAK_MARK, _CONJUNCTION, _SPACE):
        cut = _best_cut(sentence, marks)
        if cut is not None:
            return (*split_long(sentence[:cut].strip()), *split_long(sentence[cut:].strip()))
    return (sentence,)


def _best_cut(sentence: str, marks: re.Pattern[str]) -> int | None:
    """Return where a sentence falls into the most equal parts, or None if no cut leaves words enough on both sides."""
    cuts = [match.end() for match in marks.finditer(sentence)]
    pieces = [sentence[start:end] for start, end in pairwise((0, *cuts, len(sentence)))]
    sizes = list(accumulate(spoken_words(piece) for piece in pieces))
    least, most = _LEAST_CLAUSE_WORDS, sizes[-1] - _LEAST_CLAUSE_WORDS
    fair = [(abs(size - sizes[-1] / 2), cut) for cut, size in zip(cuts, sizes, strict=False) if least <= size <= most]
    return min(fair)[1] if fair else None


def _shortened(text: str) -> str:
    if len(text) <= _SUBJECT_CHARS:
        return text
    return text[: _SUBJECT_CHARS + 1].rpartition(" ")[0] or text[:_SUBJECT_CHARS]


__all__ = ["Scene", "Storyboard", "split_long", "storyboard"]
