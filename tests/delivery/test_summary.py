"""The account of a product in Markdown and as table rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from media_factory.calls.score import Parts
from media_factory.calls.selection import Candidate, Choice, Ranking
from media_factory.delivery.manifest import Publication, StageRow
from media_factory.delivery.summary import escaped, stage_lines, summary_of
from tests.delivery.pages import HOSTILE, image, narration, story

SIGNED = "https://s3.example/apollo/manifest.json?X-Amz-Signature=0123"


def choice(*scores: float, **fields: Any) -> Choice:
    parts = Parts(quality=1, speed=1, cost=1, reliability=1)
    ranked = tuple(
        Candidate(reference=f"v{at}:m", score=score, parts=parts, usd=None, draft=False, explicit=False)
        for at, score in enumerate(scores)
    )
    return Choice(reference="v0:m", draft=False, ranking=Ranking(candidates=ranked), **{"explicit": False, **fields})


def published(url: str) -> Publication:
    return Publication(place="bucket", manifest_key="news/a/manifest.json", manifest_url=url, version="v-1", at="now")


def as_text(markdown: str) -> str:
    """Return what a reader sees of inline Markdown."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parseInline(markdown)[0].children or []
    assert {token.type for token in tokens} <= {"text", "text_special"}, markdown
    return "".join(token.content for token in tokens)


@pytest.mark.parametrize("text", ["3 * 4 * 5", "[a](javascript:x)", "<b>", "$5 and $6", "a|b", "`x`", "~~x~~", HOSTILE])
def test_words_of_a_user_stay_words(text: str) -> None:
    assert as_text(escaped(text)) == " ".join(text.split())


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60))
def test_any_text_reads_as_it_was_written(text: str) -> None:
    # Inside a line, as all of it is used.
    assert as_text(f"x {escaped(text)} x") == f"x {' '.join(text.split())} x"


def test_a_table_row_says_which_scene_what_who_how_long_and_how_much() -> None:
    first, second, *_ = stage_lines(story())
    assert first.model_dump() == {
        "scene": "1",
        "stage": "synthesize-speech",
        "state": "made",
        "provider": "espeak:en",
        "seconds": 1.5,
        "cost": "$0.004",
    }
    assert (second.scene, second.state, second.cost) == ("2", "cached", "$0.00")


def test_a_stage_of_no_scene_and_no_provider_leaves_both_empty_and_an_unknown_price_says_so() -> None:
    row = StageRow(stage="mix-sound", version=1, key="k", state="made", seconds=0.12345, cost_usd=None)
    (line,) = stage_lines(story(stages=(row,)))
    assert (line.scene, line.provider, line.seconds, line.cost) == ("", "", 0.123, "unknown")


def test_the_summary_begins_with_the_status_what_was_paid_and_what_was_spared() -> None:
    lines = summary_of(story()).splitlines()
    assert lines[0] == "## Apollo 11"
    assert lines[2] == "**passed** · 0:12 · paid \\$0.004 · 1 stages made in 1.5 s, 2 cached"
    assert "| Synthesize speech | espeak:en | 1 | 2 | 4.5 s | \\$0.004 |" in lines


def test_reasons_stand_in_the_summary_of_a_degraded_product_only() -> None:
    reason = "espeak:1.52 stands in for eleven:v3 (ProviderDown)"
    assert f"- {reason}" in summary_of(story(status="degraded", reasons=(reason,))).splitlines()
    assert "Less than asked" not in summary_of(story())


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        (choice(explicit=True), "named by the brief"),
        (choice(0.8), "the only one that can"),
        (choice(0.8, 0.75), "the best score, 0.80, of 2 that can"),
    ],
)
def test_the_summary_says_why_somebody_was_chosen(chosen: Choice, why: str) -> None:
    assert f"- **Speech**: `v0:m`, {why}" in summary_of(story(providers={"speech": chosen})).splitlines()


def test_the_summary_says_who_steps_in_what_is_lacking_and_what_to_know() -> None:
    chosen = choice(0.8, 0.7, chain=("v1:m", "v2:m"), lacks=("a seed",), warnings=("retired *soon*",))
    text = summary_of(story(providers={"image": chosen}))
    assert "  - if it fails for good: `v1:m`, then `v2:m`" in text
    assert "  - it can't give: a seed" in text
    assert "  - retired \\*soon\\*" in text


def test_a_published_product_is_linked_to_unless_its_address_is_a_key() -> None:
    open_to_all = summary_of(story(published=published("https://cdn.example/apollo/manifest.json")))
    assert "<https://cdn.example/apollo/manifest.json>" in open_to_all
    signed = summary_of(story(published=published(SIGNED)))
    assert "`news/a/manifest.json`" in signed
    assert "Signature" not in signed


def test_its_page_is_linked_to_where_there_is_one() -> None:
    assert "[Open its page](<http://127.0.0.1/deliveries/a/>)" in summary_of(story(), "http://127.0.0.1/deliveries/a/")
    assert "Open its page" not in summary_of(story())


def test_every_kind_of_product_has_a_summary() -> None:
    for manifest in (image(), narration(), story(cost_usd=None)):
        assert summary_of(manifest).startswith("## Apollo 11\n")


def test_costs_that_nobody_knows_are_not_called_nothing() -> None:
    row = StageRow(stage="generate-image", version=1, key="k", state="made", seconds=1, cost_usd=None)
    assert "paid unknown" in summary_of(story(cost_usd=None, stages=(row,)))
