"""The market of a product: what was noted when it was first made holds."""

from __future__ import annotations

import asyncio

from media_factory.briefs.model import NarrationBrief
from media_factory.calls.market import market_of
from media_factory.calls.selection import Choice, Need, choose
from media_factory.factory import Factory
from media_factory.policy import Policy, Weights
from media_factory.runs import Run, begin_run
from tests.calls.ledgers import note_call
from tests.calls.markets import speech
from tests.conftest import MakeFactory

BRIEF = NarrationBrief(title="Port", text="The port reopened.")
SPEAK = Need(modality="speech")
RELIABLE = Policy(weights=Weights(quality=0, speed=0, cost=0, reliability=1))


def chosen(factory: Factory, brief: NarrationBrief = BRIEF, *, planning: bool = False) -> Choice:
    with begin_run(Run(planning=planning)):
        return choose(asyncio.run(market_of(factory, brief)), SPEAK)


def shop(make_factory: MakeFactory) -> Factory:
    return make_factory(speech("a", models=("m",)), speech("b", models=("m",)), policy=RELIABLE)


def fail_often(factory: Factory, provider: str) -> None:
    for _ in range(6):
        note_call(factory.books, provider, "ProviderUnavailable")


def test_who_failed_of_late_is_passed_over_by_a_new_product(make_factory: MakeFactory) -> None:
    factory = shop(make_factory)
    assert chosen(factory).reference == "a:m"
    fail_often(factory, "a:m")
    fresh = chosen(factory, NarrationBrief(title="Another", text="The port closed."))
    assert fresh.reference == "b:m"
    assert fresh.ranking.candidates[1].parts.reliability == 0.0


def test_a_product_that_was_made_keeps_its_provider_and_the_very_same_ranking(make_factory: MakeFactory) -> None:
    factory = shop(make_factory)
    first = chosen(factory)
    fail_often(factory, "a:m")
    assert chosen(factory) == first
    edited = BRIEF.model_copy(update={"text": "The port reopened yesterday."})
    assert chosen(factory, edited) == first


def test_a_plan_notes_nothing(make_factory: MakeFactory) -> None:
    factory = shop(make_factory)
    chosen(factory, planning=True)
    fail_often(factory, "a:m")
    assert chosen(factory, planning=True).reference == "b:m"
    assert chosen(factory).reference == "b:m"


def test_a_factory_without_vendors_writes_nothing_about_them(make_factory: MakeFactory) -> None:
    factory = make_factory(speech("a", local=True), speech("b", lacks="set KEY"))
    chosen(factory)
    assert factory.books.receipt(f"note-reliability/v1/narration/{BRIEF.id}") is None
