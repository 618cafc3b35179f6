"""What becomes of calls when we are stopped: called off by somebody, stopped for other reasons, or by a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from media_factory.books.ledger import Intent, Ledger
from media_factory.calls.broker import buy
from media_factory.calls.purchases import kept_purchases
from media_factory.errors import ContentRefused
from media_factory.factory import Factory
from media_factory.providers.base import Progress, Ticket
from media_factory.requests import ClipRequest, ImageRequest
from media_factory.runs import Run, begin_run
from media_factory.testing import Dials, FakeClip, FakeImage
from tests.conftest import MakeFactory

PRICE = Decimal("2.00")
PICTURE = ImageRequest(provider="vendor:instant", prompt="waves", width_px=64, height_px=64)
CLIP = ClipRequest(provider="vendor:instant", prompt="waves", width_px=64, height_px=64, duration_s=1)


async def keep(reply: Any) -> Any:
    return reply


def painter(**dials: Any) -> FakeImage:
    return FakeImage(Dials(name="vendor", vendor=True, price_usd=PRICE, **dials))


class Studio(FakeClip):
    """A vendor that queues, and takes long."""

    poll_every_s = 30

    def __init__(self, polls: int = 1000) -> None:
        super().__init__(Dials(name="vendor", vendor=True, price_usd=PRICE), polls=polls)
        self.called_off: list[str] = []

    async def cancel(self, ticket: Ticket) -> None:
        self.called_off.append(ticket.id)
        await super().cancel(ticket)


class Unstoppable(Studio):
    """A vendor that has no way to stop what is queued."""

    async def cancel(self, ticket: Ticket) -> None:
        self.called_off.append(ticket.id)


class Silent(Studio):
    """A vendor that forgets what was called off and does not say what it cost, as Runway does."""

    async def poll(self, ticket: Ticket) -> Progress:
        try:
            return await super().poll(ticket)
        except Exception as error:
            error.paid = "unknown"  # type: ignore[attr-defined]
            raise


def only(factory: Factory) -> Intent:
    with factory.books._database.reading() as connection:
        import sqlalchemy as sa

        (name,) = connection.execute(sa.text("SELECT id FROM intents")).scalars()
    found = factory.books.ledger.intent(name)
    assert found is not None
    return found


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def stopped(call: Awaitable[Any], called_off: Callable[[], Awaitable[bool]], reached: Callable[[], bool]) -> None:
    """Begin a call in a run, and stop it when it has come so far."""
    with begin_run(Run(called_off=called_off)):
        task = asyncio.ensure_future(call)
    async with asyncio.timeout(10):
        while not reached():
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def is_ticketed(factory: Factory) -> Callable[[], bool]:
    return lambda: [one.state for one in factory.books.ledger.unsettled()] == ["ticketed"]


async def test_queued_work_that_was_called_off_is_stopped_and_holds_no_money(make_factory: MakeFactory) -> None:
    studio = Studio()
    factory = make_factory(studio)
    await stopped(buy(studio, CLIP, factory, keep), yes, is_ticketed(factory))
    assert studio.called_off == ["clip-1"]
    intent = only(factory)
    assert (intent.state, intent.charged_usd) == ("failed", 0)
    assert factory.books.ledger.unsettled() == ()


async def test_where_the_vendor_does_not_say_it_counts_as_spent_and_may_be_asked_for_anew(
    make_factory: MakeFactory,
) -> None:
    studio = Silent()
    factory = make_factory(studio)
    await stopped(buy(studio, CLIP, factory, keep), yes, is_ticketed(factory))
    assert factory.books.ledger.unsettled() == ()
    (run,) = factory.books.ledger.budgets("run/")
    assert (run.reserved_usd, run.spent_usd) == (0, PRICE)
    studio.polls, studio.poll_every_s = 1, 0  # type: ignore[misc]
    assert (await buy(studio, CLIP, factory, keep)).media_type == "video/mp4"


async def test_work_that_is_done_is_not_called_off_and_waits_for_the_next_run(make_factory: MakeFactory) -> None:
    studio = Studio(polls=2)
    factory = make_factory(studio)
    await stopped(buy(studio, CLIP, factory, keep), yes, is_ticketed(factory))
    assert studio.called_off == []
    assert (await buy(studio, CLIP, factory, keep)).media_type == "video/mp4"
    assert len(studio.dials.calls) == 1


async def test_a_vendor_that_can_not_stop_is_asked_for_the_ticket_by_the_next_run(make_factory: MakeFactory) -> None:
    studio = Unstoppable(polls=4)
    factory = make_factory(studio)
    await stopped(buy(studio, CLIP, factory, keep), yes, is_ticketed(factory))
    assert studio.called_off == ["clip-1"]
    studio.poll_every_s = 0  # type: ignore[misc]
    assert (await buy(studio, CLIP, factory, keep)).media_type == "video/mp4"
    assert len(studio.dials.calls) == 1


async def test_a_worker_that_goes_down_calls_nothing_off(make_factory: MakeFactory) -> None:
    studio = Studio()
    factory = make_factory(studio)
    await stopped(buy(studio, CLIP, factory, keep), no, is_ticketed(factory))
    assert studio.called_off == []
    assert only(factory).state == "ticketed"


async def test_being_stopped_in_the_middle_of_a_call_puts_it_in_doubt(make_factory: MakeFactory) -> None:
    maker = painter(delay_s=30)
    factory = make_factory(maker)
    await stopped(buy(maker, PICTURE, factory, keep), yes, lambda: bool(maker.dials.calls))
    assert only(factory).state == "in_doubt"


async def test_being_stopped_before_anybody_was_asked_costs_nothing(
    make_factory: MakeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = painter()
    factory = make_factory(maker)
    opened, begun = Ledger.open, list[str]()

    def open_slowly(self: Ledger, order: Any) -> Intent:
        begun.append(order.key)
        import time

        time.sleep(0.2)  # long enough for the stop to come while the books are written
        return opened(self, order)

    monkeypatch.setattr(Ledger, "open", open_slowly)
    await stopped(buy(maker, PICTURE, factory, keep), yes, lambda: bool(begun))
    assert maker.dials.calls == []
    intent = only(factory)
    assert (intent.state, intent.charged_usd) == ("failed", 0)


async def test_a_failure_lets_calls_under_way_end_and_begins_no_more(make_factory: MakeFactory) -> None:
    maker = painter(delay_s=0.2)
    factory = make_factory(maker)
    later = PICTURE.model_copy(update={"prompt": "later"})
    others: list[asyncio.Task[Any]] = []
    with pytest.raises(ContentRefused):
        async with kept_purchases():
            others.append(asyncio.create_task(buy(maker, PICTURE, factory, keep)))
            while not maker.dials.calls:
                await asyncio.sleep(0.01)
            others.append(asyncio.create_task(_after(others[0], lambda: buy(maker, later, factory, keep))))
            raise ContentRefused("no")
    assert (await others[0]).media_type == "image/png"
    with pytest.raises(asyncio.CancelledError):
        await others[1]
    assert len(maker.dials.calls) == 1
    assert only(factory).state == "settled"


async def _after(first: asyncio.Task[Any], then: Callable[[], Awaitable[Any]]) -> Any:
    await first
    return await then()
