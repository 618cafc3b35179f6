from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.briefs.model import SceneText, StoryBrief
from media_factory.briefs.pace import spoken_seconds, spoken_words
from media_factory.briefs.scripts import ShortScript
from media_factory.briefs.storyboard import split_long, storyboard
from media_factory.errors import BriefError

WORDS = st.sampled_from(
    [
        "rates",
        "rose",
        "to",
        "3.25%",
        "$300,000",
        "and",
        "the",
        "U.S.",
        "Dr. Low",
        "said",
        "ships,",
        "gates;",
        "“open”",
        "end.",
        "Then",
    ]
)
PARAGRAPHS = st.lists(st.lists(WORDS, min_size=1, max_size=60).map(" ".join), min_size=1, max_size=5)


def test_an_article_becomes_scenes_of_one_or_two_sentences_within_paragraphs() -> None:
    board = storyboard(
        StoryBrief(title="Rates", article="It rose. Markets fell, as Dr. Low had said.\n\nNobody knows why.")
    )
    assert [(scene.index, scene.paragraph, scene.text) for scene in board.scenes] == [
        (0, 0, "It rose. Markets fell, as Dr. Low had said."),
        (1, 1, "Nobody knows why."),
    ]


def test_a_line_break_inside_a_paragraph_is_only_a_space() -> None:
    board = storyboard(StoryBrief(article="The gates\nare open."))
    assert board.scenes[0].text == "The gates are open."


def test_given_scenes_stay_as_they_are_with_their_own_prompt_and_words() -> None:
    scenes = (
        SceneText(text="Breathe in."),
        SceneText(
            text="Breathe out for four, then hold again. Follow for more!", prompt="still lake", on_screen="Hold"
        ),
    )
    board = storyboard(StoryBrief(title="Box", scenes=scenes))
    assert [scene.text for scene in board.scenes] == [scene.text for scene in scenes]
    assert (board.scenes[1].prompt, board.scenes[1].subject, board.scenes[1].headline) == (
        "still lake",
        "still lake",
        "Hold",
    )
    assert (board.scenes[0].prompt, board.scenes[0].subject) == (None, "Breathe in.")


def test_a_change_to_one_scene_changes_no_other() -> None:
    texts = [
        "The gates are open.",
        "Rates rose to 3.25%.",
        "The Port of Riga waits.",
        "Ships come in from far away today.",
    ]
    before = storyboard(StoryBrief(title="Gates", scenes=tuple(SceneText(text=text) for text in texts)))
    texts[1] = "Nothing much happened on that long day at the port."
    after = storyboard(StoryBrief(title="Gates", scenes=tuple(SceneText(text=text) for text in texts)))
    changed = [a.index for a, b in zip(before.scenes, after.scenes, strict=True) if a != b]
    assert changed == [1]


def test_a_script_runs_from_its_hook_to_its_call_to_action() -> None:
    script = ShortScript(hook="Slow down.", points=("Breathe in.", "Hold."), call_to_action="Save this. It helps.")
    board = storyboard(StoryBrief(title="Box breathing", channel="air", script=script))
    assert [scene.text for scene in board.scenes] == list(script.lines)
    assert (board.scenes[0].card.layout, board.scenes[0].card.headline, board.scenes[0].card.kicker) == (
        "title",
        "Box breathing",
        "Air",
    )
    assert (board.scenes[-1].card.layout, board.scenes[-1].card.headline) == ("title", "Save this")


def test_the_headline_stands_on_the_first_picture_and_is_not_spoken() -> None:
    board = storyboard(StoryBrief(headline="Gates open", body="They did. Ships came."))
    assert board.scenes[0].card.headline == "Gates open"
    assert board.text == "They did. Ships came."


def test_more_scenes_than_a_story_may_have_are_refused_by_name() -> None:
    with pytest.raises(BriefError) as refused:
        storyboard(StoryBrief(article="\n\n".join(f"Line {n} stands alone." for n in range(61))))
    assert refused.value.problems == (
        "article: becomes 61 scenes; at most 60 are allowed, so shorten it or tell it in parts",
    )


def test_a_rule_between_paragraphs_makes_no_silent_scene() -> None:
    board = storyboard(StoryBrief(title="Gates", article="***\n\nThe gates are open.\n\n* * *\n\nShips come."))
    assert all(any(map(str.isalnum, scene.text)) for scene in board.scenes)


def test_a_long_sentence_is_cut_at_its_clauses() -> None:
    clause = "the ships wait at the gates and nobody can say for how long"
    parts = split_long(f"{clause}, {clause}; {clause}, {clause}.".capitalize())
    assert len(parts) == 2
    assert parts[0].endswith(";")


def test_a_long_sentence_without_marks_is_cut_between_words() -> None:
    parts = split_long("word " * 100 + "end")
    assert all(spoken_words(part) <= 40 for part in parts)
    assert " ".join(parts) == "word " * 100 + "end"


@settings(max_examples=150, deadline=None)
@given(PARAGRAPHS, st.sampled_from(["news", "water", "fire"]))
def test_every_word_stands_in_exactly_one_scene_in_order(paragraphs: list[str], theme: str) -> None:
    article = "\n\n".join(paragraphs)
    board = storyboard(StoryBrief(article=article, theme=theme, title="Words"))
    assert [word for scene in board.scenes for word in scene.text.split()] == article.split()
    assert [scene.index for scene in board.scenes] == list(range(len(board.scenes)))
    for scene in board.scenes:
        assert spoken_words(scene.text) <= 40
        assert any(map(str.isalnum, scene.text))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["央行维持利率在3.25%。", "市场呢？", "他说“很好”。", "两年期国债收益率上升，"]),
        min_size=1,
        max_size=20,
    )
)
def test_no_character_of_an_unspaced_script_is_lost(parts: list[str]) -> None:
    board = storyboard(StoryBrief(article="".join(parts), language="zh"))
    assert "".join(scene.text for scene in board.scenes) == "".join(parts)


def test_most_scenes_of_a_plain_article_last_as_long_as_a_picture_should() -> None:
    article = (
        "The port reopened this morning after a storm. Forty vessels wait offshore. Terminals expect the queue to "
        "clear by Sunday. Freight rates rose while the gates were shut. Insurers count the damage. They meet today."
    )
    board = storyboard(StoryBrief(article=article))
    lengths = [spoken_seconds(scene.text, 168) for scene in board.scenes]
    assert all(2.5 <= length <= 8 for length in lengths), lengths


def test_scripts_without_spaces_take_their_time() -> None:
    assert spoken_seconds("央行今天将利率维持在原有水平不变", 160) == pytest.approx(3.75)
    assert spoken_words("ธนาคารกลางคงอัตราดอกเบี้ย") == pytest.approx(5)
    assert spoken_words("$300,000") > spoken_words("money")
