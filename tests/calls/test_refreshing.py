"""Asking vendors for their models."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from media_factory.calls.refreshing import refresh_listings
from media_factory.catalogue.entries import Price, entry_of, shipped
from media_factory.catalogue.listings import ListedModel, ModelSource, listings_file, read_listings
from media_factory.errors import InputError, RateLimited
from media_factory.providers.elevenlabs.speech import ElevenLabsSpeech
from media_factory.providers.openai.images import OpenAIImages
from media_factory.providers.registry import Providers
from media_factory.settings import Settings
from media_factory.testing import Dials, FakeSpeech
from media_factory.testing.simulator import Simulator

DAY, NEXT = date(2026, 11, 20), date(2026, 11, 21)


class Lists(FakeSpeech, ModelSource):
    """A vendor that lists models, or fails to."""

    def __init__(self, name: str, *models: str, fails: bool = False, lacks: str | None = None) -> None:
        super().__init__(Dials(name=name))
        self.models, self.fails, self.lacks, self.asked = models, fails, lacks, 0

    def missing(self) -> str | None:
        return self.lacks

    async def list_models(self) -> tuple[ListedModel, ...]:
        self.asked += 1
        if self.fails:
            raise RateLimited("too many questions")
        return tuple(ListedModel(model=model) for model in self.models)


async def test_what_vendors_list_is_kept_by_vendor_and_day(home: Path) -> None:
    a, b = Lists("a", "one", "two"), Lists("b", "three")
    outcomes = await refresh_listings(Providers.of(a, a, b, FakeSpeech()), listings_file(), DAY)
    assert [(one.provider, one.models, one.problem) for one in outcomes] == [("a", 2, None), ("b", 1, None)]
    assert a.asked == 1
    kept = read_listings(listings_file())
    assert [(one.provider, one.listed_on, len(one.models)) for one in kept.vendors] == [("a", DAY, 2), ("b", DAY, 1)]


async def test_a_vendor_that_fails_keeps_its_earlier_list_and_the_others_are_kept_all_the_same(home: Path) -> None:
    await refresh_listings(Providers.of(Lists("a", "one"), Lists("b", "two")), listings_file(), DAY)
    outcomes = await refresh_listings(
        Providers.of(Lists("a", fails=True), Lists("b", "three"), Lists("c", lacks="set KEY")), listings_file(), NEXT
    )
    assert {one.provider: one.problem for one in outcomes} == {
        "a": "RateLimited: too many questions", "b": None, "c": "set KEY",
    }  # fmt: skip
    kept = {one.provider: (one.listed_on, one.models[0].model) for one in read_listings(listings_file()).vendors}
    assert kept == {"a": (DAY, "one"), "b": (NEXT, "three")}


async def test_nothing_is_written_when_nobody_answers(home: Path) -> None:
    outcomes = await refresh_listings(Providers.of(Lists("a", fails=True)), listings_file(), DAY)
    assert [one.problem for one in outcomes] == ["RateLimited: too many questions"]
    assert not listings_file().exists()


async def test_a_file_that_can_t_be_used_is_not_written_over(home: Path) -> None:
    home.mkdir(parents=True)
    listings_file().write_text("{")
    with pytest.raises(InputError, match="remove the file"):
        await refresh_listings(Providers.of(Lists("a", "one")), listings_file(), DAY)
    assert listings_file().read_text() == "{"


async def test_the_vendors_own_lists_come_in_by_their_real_sdks(home: Path) -> None:
    with Simulator() as simulator:
        settings = Settings(
            {
                "OPENAI_API_KEY": "a-key",
                "OPENAI_BASE_URL": f"{simulator.base_url('openai')}/v1",
                "ELEVENLABS_API_KEY": "a-key",
                "ELEVENLABS_BASE_URL": simulator.base_url("elevenlabs"),
            }
        )
        vendors = Providers.of(OpenAIImages(settings), ElevenLabsSpeech(settings))
        outcomes = await refresh_listings(vendors, listings_file(), DAY)
    assert {one.provider: one.problem for one in outcomes} == {"elevenlabs": None, "openai": None}
    spoken = entry_of("elevenlabs:eleven_v4")
    assert spoken is not None
    assert (spoken.verified_on, spoken.source, spoken.prices) == (
        DAY,
        "the vendor's own list",
        shipped_price("eleven_v4"),
    )
    ending = entry_of("openai:gpt-4o-mini-tts")
    assert ending is not None
    assert (ending.shutdown_date, ending.status) == (date(2027, 1, 6), "deprecated")


def shipped_price(model: str) -> tuple[Price, ...]:
    return next(one.prices for one in shipped() if one.model == model)
