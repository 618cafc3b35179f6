from __future__ import annotations

import pytest

from media_factory.briefs.model import StoryBrief
from media_factory.calls.selection import Market
from media_factory.providers.artboard import Artboard
from media_factory.providers.registry import Providers
from media_factory.providers.template import TemplatePrompts
from media_factory.recipes.story import Story
from media_factory.testing import FakeImage, FakeSpeech

SCENES = (
    {"text": "The central bank held its key rate at 3.25% today.", "on_screen": "Rates held at 3.25%"},
    {"text": "The next meeting is in six weeks."},
)


def story(painter: str) -> Story:
    brief = StoryBrief.model_validate(
        {"title": "Rates held", "scenes": SCENES, "providers": {"image": painter, "speech": "fake"}}
    )
    return Story.of(brief, Market(Providers.of(Artboard(), FakeImage(), FakeSpeech(), TemplatePrompts())))


@pytest.mark.parametrize(("painter", "words"), [("artboard", True), ("fake", False)])
def test_pictures_are_lettered_where_their_maker_sets_type_and_their_card_has_words(painter: str, words: bool) -> None:
    made = story(painter)
    assert made.scenes[0].card.layout != "art"
    assert made.lettered == tuple(words and scene.card.layout != "art" for scene in made.scenes)
    assert made.lettered[0] is words


def test_a_card_without_words_is_not_lettered() -> None:
    made = story("artboard")
    bare = made.scenes[0].model_copy(update={"card": made.scenes[0].card.model_copy(update={"layout": "art"})})
    assert made.model_copy(update={"scenes": (bare, *made.scenes[1:])}).lettered[0] is False
