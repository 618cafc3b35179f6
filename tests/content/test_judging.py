"""Judging against the built-in rules: nothing hard passes however it is written, and news passes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.content.folding import fold
from media_factory.content.judging import Verdict, judge
from media_factory.errors import InputError
from media_factory.policy import ContentPolicy
from tests.content.headlines import TRICKY, headlines
from tests.content.obfuscations import HARD_TERMS, WAYS

POLICY = ContentPolicy()
STRICT = ContentPolicy(review="block")
TIERS = ("clear", "warn", "review", "block")
# What a filter that looks for letters only would stop.
NAIVE = ("sex", "ass", "tit", "cock", "dick", "cum", "naked", "rape", "bomb", "kill", "porn")


def test_the_hard_terms_are_noticed_when_they_are_written_plainly() -> None:
    verdicts = [judge(term, POLICY).tier for term in HARD_TERMS]
    assert len(set(HARD_TERMS)) == 40
    assert "clear" not in verdicts
    assert verdicts.count("block") >= 30


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_writing_a_hard_term_gets_it_past_the_rules(way: str) -> None:
    missed = []
    for term in HARD_TERMS:
        for sentence in ("{}", "Please draw {} now, in oils"):
            text = sentence.format(WAYS[way](term))
            if TIERS.index(judge(text, POLICY).tier) < TIERS.index(judge(term, POLICY).tier):
                missed.append(text)
    assert not missed


def test_the_ways_change_what_they_are_given() -> None:
    changed = {text for way in WAYS.values() for term in HARD_TERMS if (text := way(term)) != term}
    assert len(changed) >= 1000


def test_at_most_one_benign_headline_in_a_hundred_is_blocked_even_by_the_strictest_policy() -> None:
    benign = headlines(2000)
    assert len(set(benign)) == 2000
    blocked = [text for text in benign if judge(text, STRICT).tier == "block"]
    assert len(blocked) <= 20, blocked
    # The set is worth something: it would trip a filter that looks for letters only.
    assert sum(any(one in text.lower() for one in NAIVE) for text in benign) > 400


@pytest.mark.parametrize("text", TRICKY)
def test_tricky_headlines_are_not_blocked(text: str) -> None:
    assert judge(text, STRICT).tier in ("clear", "warn")


@given(st.text(st.characters(), max_size=200))
def test_any_text_gets_a_verdict_and_its_folded_form_no_other(text: str) -> None:
    verdict = judge(text, POLICY)
    assert TIERS.index(verdict.tier) >= TIERS.index(judge(fold(text), POLICY).tier)


@pytest.mark.parametrize("term", HARD_TERMS)
def test_the_verdict_names_rules_and_never_the_text(term: str) -> None:
    verdict = judge(term, POLICY)
    assert verdict.rules
    assert all(part not in verdict.model_dump_json() for part in (term, term.replace(" ", "")))


@pytest.mark.parametrize("age", ["12 year old", "13yo", "13 y/o", "aged 9", "fifteen-year-old"])
def test_ages_are_read_beside_words_in_figures(age: str) -> None:
    assert judge(f"n4k3d, {age}", POLICY).tier == "block"
    assert judge(f"n4k3d, {age}", POLICY).rules == ("minors.sexual", "sexual.explicit")


@pytest.mark.parametrize("age", ["18 year old", "21yo", "aged 90"])
def test_grown_up_ages_are_no_minors(age: str) -> None:
    assert judge(f"n4k3d, {age}", POLICY).rules == ("sexual.explicit",)


def test_the_policy_says_what_a_rule_of_the_tier_review_does() -> None:
    text = "a n u d e at the window"
    assert judge(text, ContentPolicy(review="warn")) == Verdict(tier="review", rules=("sexual.explicit",))
    assert judge(text, STRICT) == Verdict(tier="block", rules=("sexual.explicit",))


def test_allowed_phrases_excuse_all_but_hard_rules(tmp_path: Path) -> None:
    allow = tmp_path / "allow.txt"
    allow.write_text("# our gallery\nnude bather\nhow to make a bomb\nnude children\n")
    policy = ContentPolicy(review="block", allow_file=allow)
    assert judge("The Nude Bather, oil on canvas", policy).tier == "clear"
    assert judge("How to make a bomb: a play", policy).tier == "clear"
    assert judge("a nude, not a bather", policy).tier == "block"
    assert judge("nude children", policy).tier == "block"


def test_denied_phrases_are_blocked_as_they_are_obfuscated_and_cannot_be_allowed(tmp_path: Path) -> None:
    deny, allow = tmp_path / "deny.txt", tmp_path / "allow.txt"
    deny.write_text("Acme Rocket*\n競合他社\n", encoding="utf-8")
    allow.write_text("acme rockets\n")
    policy = ContentPolicy(deny_file=deny, allow_file=allow)
    for text in ("acme rockets fly", "A.c.m.e R.o.c.k.e.t", "Аcme rосket", "当社と競合他社の比較"):
        assert judge(text, policy) == Verdict(tier="block", rules=("denied",))
    assert judge("acme rock", policy).tier == "clear"


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    deny = tmp_path / "deny.txt"
    deny.write_text("first\n")
    policy = ContentPolicy(deny_file=deny)
    assert judge("the second", policy).tier == "clear"
    deny.write_text("the second\n")
    assert judge("the second", policy).tier == "block"
    deny.unlink()
    with pytest.raises(InputError, match="deny.txt"):
        judge("the second", policy)


def test_a_thousand_characters_take_about_a_millisecond() -> None:
    text = " ".join(headlines(400))[:20_000]
    judge(text, POLICY)
    best_s = min(_cpu_s(text) for _ in range(7))
    # The aim is 1 ms; the rest is for slow machines.
    assert best_s * 1000 / (len(text) / 1000) < 4


def _cpu_s(text: str) -> float:
    began = time.thread_time()
    judge(text, POLICY)
    return time.thread_time() - began


@pytest.mark.parametrize(
    "text", ["a " * 20_000, "9" * 20_000, "p*" * 10_000, "\u0336" * 20_000, "k i d n u d e " * 1500]
)
def test_no_text_takes_long(text: str) -> None:
    assert _cpu_s(text) < 2
