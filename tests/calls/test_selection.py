"""Which provider makes what, over whom, and who steps in."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.calls.score import Parts, parts_of, score_of, typical_request
from media_factory.calls.selection import Candidate, Choice, Market, Need, choose, shortfalls
from media_factory.errors import InputError, ModelRetired, NotReached
from media_factory.policy import Caps, Policy, Weights
from media_factory.providers.base import Capabilities
from media_factory.providers.registry import Providers
from media_factory.testing import Dials, FakeImage, FakeSound, FakeSpeech
from tests.calls.markets import TODAY, entry, market, painter, speech

SPEAK = Need(modality="speech")
GERMAN = Need(modality="speech", language="de-AT")


def named(name: str, **fields: object) -> Need:
    return Need.model_validate({"modality": "speech", "named": name, **fields})


def order_of(choice: Choice) -> list[str]:
    return [candidate.reference for candidate in choice.ranking.candidates]


def rejected(choice: Choice) -> dict[str, str]:
    return {one.reference: one.reason for one in choice.ranking.rejected}


def test_a_finished_voice_comes_before_a_draft_and_then_the_name_decides() -> None:
    choice = choose(market(speech("b"), speech("c"), speech("a", draft=True)), SPEAK)
    assert choice.reference == "b:m"
    assert order_of(choice) == ["b:m", "b:n", "c:m", "c:n", "a:m", "a:n"]


def test_the_named_one_always_wins_and_nobody_steps_in_for_it() -> None:
    here = market(speech("good"), speech("rough", draft=True), entries=(entry("good:m", quality=1.0),))
    choice = choose(here, named("rough:n"))
    assert (choice.reference, choice.explicit, choice.draft, choice.chain) == ("rough:n", True, True, ())
    assert choose(here, named("rough")).reference == "rough:m"


def test_fakes_are_chosen_only_by_name_and_never_step_in() -> None:
    with pytest.raises(NotReached, match="no speech provider can work here: none is installed"):
        choose(market(FakeSpeech(), FakeImage()), SPEAK)
    assert choose(market(FakeSpeech()), named("fake")).reference == "fake:instant"
    choice = choose(market(FakeSpeech(), speech("a")), SPEAK)
    assert choice.chain == ()
    assert rejected(choice) == {}


def test_who_does_not_speak_the_language_is_passed_over() -> None:
    here = market(speech("english", languages=("en",)), speech("german", languages=("de",)))
    choice = choose(here, GERMAN)
    assert choice.reference == "german:m"
    assert "does not speak 'de-AT'" in rejected(choice)["english"]
    with pytest.raises(InputError, match="language: no speech provider speaks 'fr'.*english: does not speak"):
        choose(here, Need(modality="speech", language="fr"))
    with pytest.raises(InputError, match=r"providers\.speech: english does not speak 'de'"):
        choose(here, named("english", language="de"))


def test_who_lacks_something_is_passed_over_and_named_when_nobody_is_left() -> None:
    here = market(speech("keyless", lacks="set KEY"))
    with pytest.raises(NotReached, match="keyless: set KEY"):
        choose(here, SPEAK)
    with pytest.raises(NotReached, match="keyless can't work here: set KEY"):
        choose(here, named("keyless"))


def test_an_unknown_provider_or_model_is_refused_with_what_there_is() -> None:
    here = market(speech("a"), speech("b"))
    with pytest.raises(InputError, match="there is no speech provider 'c'; installed: a, b"):
        choose(here, named("c"))
    with pytest.raises(InputError, match="a has no model 'x'; it has m, n"):
        choose(here, named("a:x"))


def test_only_a_draft_that_nobody_asked_for_is_a_shortfall() -> None:
    here = market(speech("rough", draft=True))
    unasked, asked = choose(here, SPEAK), choose(here, named("rough"))
    assert shortfalls(narration=asked) == ()
    assert "narration by rough:m" in shortfalls(narration=unasked)[0]


def test_better_quality_wins_and_a_dearer_or_slower_or_failing_model_must_be_worth_it() -> None:
    here = market(
        speech("plain", price=Decimal(0), models=("m",)),
        speech("fine", price=Decimal("0.05"), models=("m",)),
        entries=(entry("plain:m", quality=0.5, seconds=5), entry("fine:m", quality=0.95, seconds=5)),
    )
    assert choose(here, SPEAK).reference == "fine:m"
    failing = market(*here.providers.all, entries=tuple(here.entries.values()), reliability={"fine:m": 0.2})
    assert choose(failing, SPEAK).reference == "plain:m"
    thrifty = market(
        *here.providers.all, entries=tuple(here.entries.values()), policy=Policy(weights=Weights(quality=0.1, cost=0.9))
    )
    assert choose(thrifty, SPEAK).reference == "plain:m"


def test_a_choice_says_how_every_score_came_about() -> None:
    here = market(
        speech("a", price=Decimal("0.05"), models=("m",)),
        entries=(entry("a:m", quality=0.8, seconds=30),),
        reliability={"a:m": 0.9},
    )
    (candidate,) = choose(here, SPEAK).ranking.candidates
    assert candidate.parts == Parts(quality=0.8, speed=0.5, cost=0.5, reliability=0.9)
    assert candidate.score == pytest.approx(0.5 * 0.8 + 0.1 * 0.5 + 0.2 * 0.5 + 0.2 * 0.9)
    assert candidate.usd == Decimal("0.05")


def test_a_retired_model_is_refused_by_name_with_what_replaces_it() -> None:
    gone = entry("a:old", status="retired", shutdown_date=date(2026, 5, 12), replacement="a:m")
    here = market(speech("a"), entries=(gone,))
    with pytest.raises(ModelRetired, match=r"providers\.speech: a:old was retired on 2026-05-12; use a:m"):
        choose(here, named("a:old"))
    with pytest.raises(ModelRetired, match="a:old was retired"):
        choose(market(entries=(gone,)), named("a:old"))


def test_a_model_is_passed_over_from_its_last_day_on_and_warned_of_for_thirty_days_before() -> None:
    def at(day: date) -> Choice:
        ending = entry("a:m", status="deprecated", shutdown_date=TODAY, replacement="b:m")
        return choose(market(speech("a", models=("m",)), speech("b", draft=True), entries=(ending,), today=day), SPEAK)

    assert at(TODAY).reference == "b:m"
    assert rejected(at(TODAY)) == {"a:m": f"a:m was retired on {TODAY}; use b:m"}
    assert at(TODAY - timedelta(days=30)).warnings == (f"a:m will be switched off on {TODAY}; use b:m",)
    assert at(TODAY - timedelta(days=31)).warnings == ()


def test_a_model_on_its_way_out_comes_after_those_that_stay() -> None:
    leaving = entry("a:m", status="deprecated", quality=1.0)
    choice = choose(market(speech("a"), speech("b", draft=True), entries=(leaving,)), SPEAK)
    assert order_of(choice) == ["a:n", "a:m", "b:m", "b:n"]


def test_a_price_that_nobody_knows_is_refused_unless_the_policy_allows_it() -> None:
    providers = (speech("a", price=None), speech("b", draft=True))
    choice = choose(market(*providers), SPEAK)
    assert choice.reference == "b:m"
    assert "nobody knows what it costs" in rejected(choice)["a:m"]
    allowed = market(*providers, policy=Policy(caps=Caps(unknown_price="allow")))
    assert choose(allowed, SPEAK).reference == "a:m"
    assert choose(allowed, SPEAK).ranking.candidates[0].usd is None
    assert "a:m will not be called" in choose(market(*providers), named("a")).warnings[0]
    assert choose(market(speech("a", price=None, local=True)), SPEAK).reference == "a:m"


def test_the_chain_has_each_other_provider_once_and_drafts_last() -> None:
    providers = (speech("a"), speech("b"), speech("c", draft=True), speech("d", lacks="set KEY"))
    entries = (entry("a:m", quality=0.9), entry("b:n", quality=0.8))
    choice = choose(market(*providers, entries=entries), SPEAK)
    assert choice.references == ("a:m", "b:n", "c:m")
    finished = market(*providers, entries=entries, policy=Policy(fall_back_to_drafts=False))
    assert choose(finished, SPEAK).chain == ("b:n",)
    alone = market(*providers, entries=entries, policy=Policy(fall_back=False))
    assert choose(alone, SPEAK).chain == ()


@pytest.mark.parametrize(
    ("capabilities", "fields", "need", "problem"),
    [
        ({"max_text_chars": 10}, {}, {"text_chars": 11}, "takes 10 characters at most, and the text has 11"),
        ({}, {"max_text_chars": 10}, {"text_chars": 11}, "takes 10 characters at most, and the text has 11"),
        ({"max_duration_s": 5}, {}, {"duration_s": 6}, "lasts 5 s at most, and 6 s are asked"),
        ({}, {"max_duration_s": 5}, {"duration_s": 6}, "lasts 5 s at most, and 6 s are asked"),
        ({"max_side_px": 512}, {}, {"sizes": [(512, 512), (512, 513)]}, "512x513 is asked"),
        ({"min_side_px": 512}, {}, {"sizes": [(511, 512)]}, "sides of 512 to 8192 pixels, and 511x512 is asked"),
    ],
)
def test_what_a_provider_or_a_model_can_t_do_is_said_in_figures(
    capabilities: dict[str, Any], fields: dict[str, Any], need: dict[str, Any], problem: str
) -> None:
    asked = Need.model_validate({"modality": "image", **need})
    entries = (entry("a:m", modality="image", **fields),)
    here = market(painter("a", **capabilities), painter("b", draft=True), entries=entries)
    choice = choose(here, asked)
    assert choice.reference == "b:m"
    assert [reason for reason in rejected(choice).values() if problem in reason]
    with pytest.raises(InputError, match=r"providers\.image: a "):
        choose(here, asked.model_copy(update={"named": "a"}))
    with pytest.raises(InputError, match="no image provider"):
        choose(market(painter("a", **capabilities), entries=entries), asked)


def test_a_size_does_not_matter_to_who_makes_the_nearest_one() -> None:
    here = market(painter("a", max_side_px=512, exact_size=False))
    assert choose(here, Need(modality="image", sizes=((4000, 4000),))).reference == "a:m"


def test_who_sets_type_is_preferred_where_the_picture_shows_words() -> None:
    here = market(
        painter("cards", cards=True),
        painter("photo"),
        entries=(entry("cards:m", quality=0.5), entry("photo:m", quality=0.9)),
    )
    assert choose(here, Need(modality="image")).reference == "photo:m"
    assert choose(here, Need(modality="image", words_shown=True)).references == ("cards:m", "photo:m")


def test_who_can_sound_as_asked_is_preferred_and_who_can_t_says_so() -> None:
    sad = Need(modality="speech", emotions=("sad",))
    able = speech("b", emotions=("sad",), models=("m",))
    assert choose(market(speech("a"), able), sad).reference == "b:m"
    choice = choose(market(speech("a")), sad)
    assert choice.lacks == ("can't sound sad",)
    assert shortfalls(narration=choice) == ("narration by a:m, which can't sound sad",)
    assert shortfalls(narration=choose(market(able), sad)) == ()


def test_music_is_not_asked_of_who_makes_effects() -> None:
    here = Market(
        Providers.of(FakeSound(Dials(name="plays", vendor=True)), FakeSound(Dials(name="rattles", vendor=True))),
        entries={
            one.reference: one
            for one in (
                entry("plays:instant", modality="sound", sounds="music", quality=0.1),
                entry("rattles:instant", modality="sound", sounds="effect", quality=0.9),
            )
        },
        today=TODAY,
    )
    music = choose(here, Need(modality="sound", sounds="music"))
    assert (music.references, rejected(music)) == (
        ("plays:instant",),
        {"rattles:instant": "makes effect, and music is asked"},
    )
    assert choose(here, Need(modality="sound", sounds="effect")).references == ("rattles:instant",)


def test_nobody_is_paid_where_it_would_add_nothing_unless_nobody_does_it_for_nothing() -> None:
    paid, free = speech("paid", price=Decimal("0.01"), models=("m",)), speech("free", draft=True)
    choice = choose(market(paid, free), Need(modality="speech", unpaid=True))
    assert choice.references == ("free:m",)
    assert rejected(choice) == {"paid:m": "paying for it would add nothing here"}
    assert choose(market(paid), Need(modality="speech", unpaid=True)).reference == "paid:m"


def test_a_price_is_kept_to_a_millionth_of_a_dollar() -> None:
    odd = speech("a", price=Decimal("0.005282499999999999999999999999"), models=("m",))
    (candidate,) = choose(market(odd), SPEAK).ranking.candidates
    assert str(candidate.usd) == "0.005282"
    (free,) = choose(market(speech("a", price=Decimal("0.00"), models=("m",))), SPEAK).ranking.candidates
    assert str(free.usd) == "0"


def test_the_length_of_a_text_never_decides_between_two_who_can_speak_it() -> None:
    def request(chars: int) -> object:
        return typical_request("a:m", Need(modality="speech", text_chars=chars))

    assert request(10) == request(9000)


@pytest.mark.parametrize("modality", ["prompt", "image", "speech", "clip", "sound", "align", "moderation"])
def test_every_modality_has_a_typical_request_to_compare_prices_by(modality: str) -> None:
    need = Need.model_validate({"modality": modality, "duration_s": 900, "from_still": True, "sizes": [(640, 360)]})
    assert typical_request("a:m", need).model_dump()["provider"] == "a:m"


SHARES = st.floats(0, 1)
WEIGHTS = st.builds(Weights, **{name: st.floats(0, 100) for name in Weights.model_fields})


@given(st.builds(Parts, **dict.fromkeys(Parts.model_fields, SHARES)), WEIGHTS)
def test_a_score_lies_between_its_parts(parts: Parts, weights: Weights) -> None:
    score = score_of(parts, weights)
    values = parts.model_dump().values()
    total = sum(weights.model_dump().values())
    assert min(values) - 1e-4 <= score <= max(values) + 1e-4 or (total == 0 and score == 0)


@given(st.decimals(0, 100, places=4), st.decimals(0, 100, places=4), st.floats(0.1, 1000), st.floats(0.1, 1000), SHARES)
def test_cheaper_faster_and_better_never_scores_less(
    usd: Decimal, more: Decimal, seconds: float, longer: float, quality: float
) -> None:
    can = Capabilities(modality="speech", models=("m",))
    better = parts_of(can, entry("a:m", quality=quality, seconds=seconds), usd, 1.0)
    worse = parts_of(can, entry("a:m", quality=quality / 2, seconds=seconds + longer), usd + more, 0.5)
    assert score_of(better, Weights()) >= score_of(worse, Weights())


@given(st.permutations(["a", "b", "c", "d"]), st.lists(st.sampled_from([0.2, 0.5, 0.9]), min_size=4, max_size=4))
def test_the_order_in_which_providers_are_found_changes_nothing(names: list[str], qualities: list[float]) -> None:
    entries = tuple(entry(f"{name}:m", quality=quality) for name, quality in zip("abcd", qualities, strict=True))
    one = choose(market(*(speech(name) for name in names), entries=entries), SPEAK)
    other = choose(market(*(speech(name) for name in "abcd"), entries=entries), SPEAK)
    assert one == other
    best: Candidate = one.ranking.candidates[0]
    assert all(best.score >= candidate.score for candidate in one.ranking.candidates)


def test_the_installed_providers_are_those_of_the_entry_points() -> None:
    names = {(provider.capabilities.modality, provider.name) for provider in Providers.installed().all}
    assert names >= {
        ("image", "artboard"), ("speech", "espeak"), ("prompt", "template"),
        ("image", "fake"), ("speech", "fake"), ("clip", "fake"),
    }  # fmt: skip
