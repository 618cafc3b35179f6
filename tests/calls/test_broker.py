"""One call, paid at most once, whatever happens around it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from media_factory.calls.broker import buy
from media_factory.calls.pictures import make_picture
from media_factory.calls.reconciliation import dismiss, reconcile
from media_factory.calls.spool import spool_of
from media_factory.errors import (
    AuthenticationFailed,
    BadReply,
    BudgetExceeded,
    ContentRefused,
    NotReached,
    OutcomeUnknown,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RateLimited,
    StoreError,
)
from media_factory.factory import Factory
from media_factory.policy import Caps, InDoubt, Policy
from media_factory.providers.base import Call, ImageReply, Recoverer
from media_factory.requests import ClipRequest, ImageRequest
from media_factory.runs import Run, begin_run
from media_factory.testing import Dials, FakeClip, FakeImage
from tests.conftest import MakeFactory

REQUEST = ImageRequest(provider="vendor:instant", prompt="a port", width_px=64, height_px=64)
PRICE = Decimal("0.04")


def vendor(failures: Iterable[ProviderError] = (), **dials: Any) -> FakeImage:
    return FakeImage(Dials(failures=failures, name="vendor", vendor=True, **({"price_usd": PRICE} | dials)))


def states(factory: Factory) -> list[str]:
    return [intent.state for intent in factory.books.ledger.intents_of(f"image/{_digest()}")]


def _digest() -> str:
    from media_factory.model import digest_of

    return digest_of(REQUEST)


def spent(factory: Factory) -> tuple[Decimal, Decimal]:
    (day,) = factory.books.ledger.budgets("day/")
    return day.spent_usd, day.reserved_usd


async def test_a_call_is_reserved_made_and_settled(make_factory: MakeFactory) -> None:
    factory = make_factory(vendor())
    picture = await make_picture(REQUEST, factory)
    assert picture.cost_usd == PRICE
    assert states(factory) == ["settled"]
    assert spent(factory) == (PRICE, 0)


@pytest.mark.parametrize(
    "error", [NotReached("refused"), RateLimited("busy"), AuthenticationFailed("key"), ContentRefused("no")]
)
async def test_a_call_that_cost_nothing_gives_its_money_back(make_factory: MakeFactory, error: ProviderError) -> None:
    factory = make_factory(vendor([error]))
    with pytest.raises(type(error)):
        await make_picture(REQUEST, factory)
    assert states(factory) == ["failed"]
    assert spent(factory) == (0, 0)
    await make_picture(REQUEST, factory) if error.retryable else None


@pytest.mark.parametrize("error", [ProviderTimeout("late"), ProviderUnavailable("500"), BadReply("html")])
async def test_a_call_that_may_have_been_paid_stays_reserved_and_is_listed(
    make_factory: MakeFactory, error: ProviderError
) -> None:
    factory = make_factory(vendor([error]))
    with pytest.raises(type(error)):
        await make_picture(REQUEST, factory)
    assert states(factory) == ["in_doubt"]
    assert spent(factory) == (0, PRICE)
    (listed,) = await reconcile(factory)
    assert (listed.outcome, listed.intent.error) == ("in doubt", type(error).__name__)


async def test_a_vendor_without_keys_is_paid_once_more_and_then_a_person_decides(make_factory: MakeFactory) -> None:
    factory = make_factory(vendor([ProviderTimeout("late"), ProviderTimeout("late")]))
    for _ in range(2):
        with pytest.raises(ProviderTimeout):
            await make_picture(REQUEST, factory)
    with pytest.raises(OutcomeUnknown, match="may have been paid 2x .* reconcile"):
        await make_picture(REQUEST, factory)
    for listed in await reconcile(factory):
        await dismiss(factory, listed.intent.id, paid=True)
    await make_picture(REQUEST, factory)
    assert states(factory) == ["dismissed", "dismissed", "settled"]
    assert spent(factory) == (3 * PRICE, 0)


async def test_a_dear_call_in_doubt_is_never_paid_again_by_itself(make_factory: MakeFactory) -> None:
    factory = make_factory(vendor([ProviderTimeout("late")], price_usd=Decimal("0.60")))
    with pytest.raises(ProviderTimeout):
        await make_picture(REQUEST, factory)
    with pytest.raises(OutcomeUnknown):
        await make_picture(REQUEST, factory)


async def test_a_vendor_that_honours_keys_is_asked_again_with_the_same_key_and_paid_once(
    make_factory: MakeFactory,
) -> None:
    maker = vendor([ProviderTimeout("late")] * 4, idempotent=True)
    keys: list[str] = []
    generate = maker.generate

    async def noting(request: ImageRequest, call: Call) -> ImageReply:
        keys.append(call.key)
        return await generate(request, call)

    maker.generate = noting  # type: ignore[method-assign]
    factory = make_factory(maker)
    for _ in range(4):
        with pytest.raises(ProviderTimeout):
            await make_picture(REQUEST, factory)
    await make_picture(REQUEST, factory)
    assert len(keys) == 5
    assert len(set(keys)) == 1
    assert spent(factory) == (PRICE, 0)
    assert await reconcile(factory) == ()


async def test_a_paid_reply_that_the_store_did_not_take_is_used_by_the_next_try(
    make_factory: MakeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = vendor()
    factory = make_factory(maker)

    async def full(*_arguments: Any, **_named: Any) -> Any:
        raise StoreError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(factory.store, "put", full)
        with pytest.raises(StoreError):
            await make_picture(REQUEST, factory)
    await make_picture(REQUEST, factory)
    assert len(maker.dials.calls) == 1
    assert spent(factory) == (PRICE, 0)


async def test_a_reply_cut_short_on_disk_is_no_reply(make_factory: MakeFactory) -> None:
    spool = spool_of(make_factory(vendor()))
    spool.write("one", ImageReply(data=b"bytes", media_type="image/png", price_usd=PRICE))
    (path,) = spool.folder.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert spool.read("one", ImageReply) is None


@pytest.mark.parametrize(("cap", "made"), [("0.12", 3), ("0.119", 2), ("0", 0)])
async def test_a_cap_ends_a_run_before_the_call_that_would_cross_it(
    make_factory: MakeFactory, cap: str, made: int
) -> None:
    maker = vendor()
    factory = make_factory(maker)
    factory.policy = Policy(caps=Caps(run_usd=Decimal(cap)))
    with begin_run(Run()):
        for number in range(made):
            await make_picture(REQUEST.model_copy(update={"seed": number}), factory)
        with pytest.raises(BudgetExceeded, match="run/.* would cross the cap"):
            await make_picture(REQUEST.model_copy(update={"seed": 99}), factory)
    assert len(maker.dials.calls) == made


async def test_a_call_of_unknown_price_is_refused_unless_the_policy_allows_it(make_factory: MakeFactory) -> None:
    maker = vendor(price_usd=None)
    factory = make_factory(maker)
    with pytest.raises(BudgetExceeded, match="nobody knows what vendor:instant will charge"):
        await make_picture(REQUEST, factory)
    assert not maker.dials.calls
    factory.policy = Policy(caps=Caps(unknown_price="allow"))
    assert (await make_picture(REQUEST, factory)).cost_usd is None


async def test_a_broken_provider_is_left_alone_after_five_failures(make_factory: MakeFactory) -> None:
    maker = vendor([ProviderUnavailable("500")] * 50, idempotent=True)
    factory = make_factory(maker)
    for _ in range(8):
        with pytest.raises(ProviderUnavailable):
            await make_picture(REQUEST, factory)
    assert len(maker.dials.calls) == 5


async def test_a_wrong_key_shuts_a_provider_at_once(make_factory: MakeFactory) -> None:
    maker = vendor([AuthenticationFailed("401")])
    factory = make_factory(maker)
    with pytest.raises(AuthenticationFailed):
        await make_picture(REQUEST, factory)
    with pytest.raises(NotReached, match="left alone"):
        await make_picture(REQUEST, factory)
    assert len(maker.dials.calls) == 1


CLIP = ClipRequest(provider="vendor:instant", prompt="waves", width_px=64, height_px=64, duration_s=1)


async def test_queued_work_is_asked_for_again_after_a_stop_and_not_submitted_twice(make_factory: MakeFactory) -> None:
    maker = FakeClip(Dials(name="vendor", vendor=True, price_usd=PRICE), polls=5)
    factory = make_factory(maker)

    async def keep(reply: Any) -> Any:
        return reply

    maker.poll_every_s = 30  # type: ignore[misc]
    first = asyncio.create_task(buy(maker, CLIP, factory, keep))
    async with asyncio.timeout(10):
        while not [one for one in factory.books.ledger.unsettled() if one.state == "ticketed"]:
            await asyncio.sleep(0.01)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    maker.poll_every_s = 0.01  # type: ignore[misc]
    reply = await buy(maker, CLIP, factory, keep)
    assert reply.media_type == "video/mp4"
    assert len(maker.dials.calls) == 1
    assert factory.books.ledger.unsettled() == ()


async def test_a_lost_ticket_is_in_doubt(make_factory: MakeFactory) -> None:
    maker = FakeClip(Dials(name="vendor", vendor=True, price_usd=PRICE))
    factory = make_factory(maker)

    async def keep(reply: Any) -> Any:
        return reply

    async def forgetting(request: ClipRequest, call: Call) -> Any:
        ticket = await FakeClip.submit(maker, request, call)
        await maker.cancel(ticket)
        return ticket

    maker.submit = forgetting  # type: ignore[method-assign]
    with pytest.raises(ProviderUnavailable, match="does not know clip-1 any more"):
        await buy(maker, CLIP, factory, keep)
    assert [one.state for one in factory.books.ledger.unsettled()] == ["in_doubt"]


async def test_the_policy_says_how_often_a_call_in_doubt_is_made_again(make_factory: MakeFactory) -> None:
    maker = vendor([ProviderTimeout("late")] * 3)
    factory = make_factory(maker)
    factory.policy = Policy(in_doubt=InDoubt(resubmissions=3))
    for _ in range(3):
        with pytest.raises(ProviderTimeout):
            await make_picture(REQUEST, factory)
    await make_picture(REQUEST, factory)
    assert len(maker.dials.calls) == 4


def test_the_spool_says_how_much_room_is_missing(make_factory: MakeFactory, tmp_path: Path) -> None:
    spool = spool_of(make_factory(vendor()))
    spool.folder.parent.mkdir(parents=True, exist_ok=True)
    spool.folder.write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="a paid reply of 5 bytes could not be kept"):
        spool.write("one", ImageReply(data=b"bytes", media_type="image/png", price_usd=PRICE))


class Remembering(FakeImage, Recoverer):
    """A vendor that keeps what it made."""

    kept: ImageReply | None = None

    async def generate(self, request: ImageRequest, call: Call) -> ImageReply:
        self.kept = await FakeImage().generate(request, call)
        return await super().generate(request, call)

    async def recover(self, request: ImageRequest, since: datetime) -> ImageReply | None:
        assert datetime.now(UTC) - since < timedelta(minutes=10)
        return self.kept


async def test_a_vendor_that_keeps_what_it_made_is_asked_for_it_before_it_is_paid_again(
    make_factory: MakeFactory,
) -> None:
    maker = Remembering(Dials(failures=[ProviderTimeout("late")], name="vendor", vendor=True, price_usd=PRICE))
    factory = make_factory(maker)
    with pytest.raises(ProviderTimeout):
        await make_picture(REQUEST, factory)
    await make_picture(REQUEST, factory)
    assert len(maker.dials.calls) == 1
    assert states(factory) == ["settled"]
