from __future__ import annotations

from pathlib import Path

import pytest

from media_factory.briefs.model import StoryBrief
from media_factory.briefs.reading import read_brief
from media_factory.briefs.storyboard import Storyboard, storyboard

EXAMPLES = Path(__file__).parents[2] / "examples"
KINDS = {
    "apollo-11.md": "story",
    "box-breathing.json": "story",
    "image.yaml": "image",
    "narration.yaml": "narration",
    "rates.yaml": "story",
    "scenes.toml": "story",
    "slideshow.yaml": "video",
    "words.yaml": "video",
}


def board_of(name: str) -> Storyboard:
    brief = read_brief(EXAMPLES / name)
    assert isinstance(brief, StoryBrief)
    return storyboard(brief)


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_an_example_is_a_brief_of_its_kind(name: str, kind: str) -> None:
    assert read_brief(EXAMPLES / name).kind == kind


def test_the_article_is_a_story_of_a_minute_or_so_with_a_quote_and_figures() -> None:
    board = board_of("apollo-11.md")
    assert 150 <= len(board.text.split()) <= 220
    layouts = [scene.card.layout for scene in board.scenes]
    assert layouts[0] == "title"
    assert {"quote", "figure", "art"} <= set(layouts)
    (quote,) = (scene.card for scene in board.scenes if scene.card.layout == "quote")
    assert quote.attribution == "Neil Armstrong"


def test_the_finance_story_shows_its_numbers_as_they_are_written() -> None:
    board = board_of("rates.yaml")
    assert {"3.25%", "$300,000", "12"} <= set(board.text.split())
    assert {scene.card.figure for scene in board.scenes} >= {"12 basis points", "$300,000"}
    assert {"chart", "quote", "list"} <= {scene.card.layout for scene in board.scenes}


def test_the_script_gives_a_scene_to_each_line() -> None:
    board = board_of("box-breathing.json")
    assert len(board.scenes) == 7
    assert board.scenes[-1].card.headline == "Save this for a hard day"


def test_written_scenes_keep_their_prompts() -> None:
    assert all(scene.prompt == scene.subject for scene in board_of("scenes.toml").scenes)
