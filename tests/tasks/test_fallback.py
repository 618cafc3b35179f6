"""When a provider fails for good the next best is asked, all of it goes to one, and nobody shops around."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from media_factory.errors import (
    AuthenticationFailed,
    BudgetExceeded,
    ContentRefused,
    InvalidRequest,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
)
from media_factory.factory import Factory
from media_factory.policy import Caps, Policy
from media_factory.requests import SpeechRequest
from media_factory.runs import Run, begin_run
from media_factory.testing import Dials, FakeSpeech
from tasks.fallback import all_by_one, first_made
from tasks.speech import synthesize_speech
from tests.conftest import MakeFactory

TEXTS = ("One here.", "Two there.", "Three anywhere.")


def speaker(name: str, *failures: ProviderError) -> FakeSpeech:
    return FakeSpeech(Dials(name=name, failures=failures, vendor=True, idempotent=True, price_usd=Decimal("0.01")))


def asked(name: str) -> list[SpeechRequest]:
    return [SpeechRequest(provider=f"{name}:instant", text=text) for text in TEXTS]


@pytest.fixture
def run() -> Iterator[Run]:
    with begin_run(Run()) as run:
        yield run


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media_factory.stages.retry_delay_s", lambda _error, _attempt: 0.0)


Down = Callable[[], ProviderError]


@pytest.mark.usefixtures("no_waiting")
async def test_a_narration_changes_its_voice_as_a_whole(make_factory: MakeFactory, run: Run) -> None:
    # The second utterance fails for good when the first is spoken already.
    first, second = speaker("first", *[ProviderUnavailable("500")] * 9), speaker("second")
    factory = make_factory(first, second)
    made = await all_by_one(synthesize_speech, [asked("first"), asked("second")], factory)
    assert {utterance.provider for utterance in made} == {"second:instant"}
    (line,) = run.remarks
    assert line.startswith("second:instant stands in for first:instant (")


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("error", [ContentRefused("no"), InvalidRequest("bad size")])
async def test_nobody_shops_around_after_a_refusal(make_factory: MakeFactory, run: Run, error: ProviderError) -> None:
    first, second = speaker("first", error), speaker("second")
    with pytest.raises(type(error)):
        await first_made(synthesize_speech, [asked("first")[0], asked("second")[0]], make_factory(first, second))
    assert not second.dials.calls
    assert not run.remarks


@pytest.mark.usefixtures("no_waiting")
async def test_a_refusal_among_failures_is_what_counts(make_factory: MakeFactory, run: Run) -> None:
    first, second = speaker("first", RateLimited("later", 500), ContentRefused("no")), speaker("second")
    with pytest.raises(ContentRefused):
        await all_by_one(synthesize_speech, [asked("first")[:2], asked("second")[:2]], make_factory(first, second))
    assert not second.dials.calls


async def test_a_cap_is_a_cap_for_the_substitute_too(make_factory: MakeFactory, run: Run) -> None:
    first, second = speaker("first"), speaker("second")
    factory = make_factory(first, second)
    factory.policy = Policy(caps=Caps(run_usd=Decimal(0)))
    with pytest.raises(BudgetExceeded):
        await first_made(synthesize_speech, [asked("first")[0], asked("second")[0]], factory)
    assert not first.dials.calls
    assert not second.dials.calls


@pytest.mark.usefixtures("no_waiting")
async def test_the_last_one_s_error_is_raised(make_factory: MakeFactory, run: Run) -> None:
    first, second = speaker("first", AuthenticationFailed("one")), speaker("second", AuthenticationFailed("two"))
    with pytest.raises(AuthenticationFailed, match="two"):
        await first_made(synthesize_speech, [asked("first")[0], asked("second")[0]], make_factory(first, second))


@pytest.mark.usefixtures("no_waiting")
async def test_what_a_substitute_made_stays_when_the_first_choice_is_back(make_factory: MakeFactory) -> None:
    first, second = speaker("first", AuthenticationFailed("401")), speaker("second")
    factory: Factory = make_factory(first, second)
    chain = [asked("first")[:1], asked("second")[:1]]
    with begin_run(Run()):
        made = await all_by_one(synthesize_speech, chain, factory)
    factory.books.limits.note_success("first")
    with begin_run(Run()) as again:
        assert await all_by_one(synthesize_speech, chain, factory) == made
    assert len(second.dials.calls) == 1
    assert again.remarks == ["second:instant stands in for first:instant (an earlier run had it made so)"]
