"""What wants a GPU goes to its pool as one list, is a hit here afterwards, and fails there as it would fail here."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from media_factory.books.books import Books
from media_factory.calls.outcomes import take_outcome
from media_factory.capacity import GPU_VARIABLE
from media_factory.errors import BooksError, ContentBlocked, MediaFactoryError, StoreError
from media_factory.factory import Factory
from media_factory.policy import Placement, Placing, Policy
from media_factory.pools import GpuPool
from media_factory.providers.base import Call, ImageReply
from media_factory.requests import ImageRequest
from media_factory.results import Picture
from media_factory.runs import Run, begin_run
from media_factory.store.local import LocalStore
from media_factory.testing import Dials, FakeImage
from tasks.child_runs import CalledOff, ChildEnd, ChildOrder
from tasks.fallback import first_made
from tasks.handover import gathered
from tasks.images import generate_image
from tasks.taking_over import make_list
from tests.conftest import MakeFactory

POOL = GpuPool(deployment="image/gpu", pool="gpu")


class FakePool:
    """Takes orders as a worker of a GPU pool would, in this process.

    Args:
        factory: the factory of its worker.
        ends: how its runs end; None makes what is asked for.
    """

    def __init__(self, factory: Factory, monkeypatch: pytest.MonkeyPatch, ends: ChildEnd | None = None) -> None:
        self.factory, self.ends = factory, ends
        self.orders: list[ChildOrder] = []
        self._patch = monkeypatch
        monkeypatch.setattr("tasks.handover.run_child", self.run)

    async def run(self, order: ChildOrder, called_off: CalledOff) -> ChildEnd:
        self.orders.append(order)
        if self.ends:
            return self.ends
        requests = [ImageRequest.model_validate(one) for one in order.parameters["requests"]]
        end = ChildEnd(deployment=order.deployment, id=f"run-{len(self.orders)}", name=order.name, state="Completed")
        with self._patch.context() as machine, begin_run(Run(id=end.id)):
            machine.setenv(GPU_VARIABLE, "1")
            try:
                await make_list(generate_image, requests, self.factory, order.parameters["channel"])
            except MediaFactoryError as error:
                return end.model_copy(update={"state": "Failed", "message": str(error)})
        return end

    @property
    def asked(self) -> list[list[str]]:
        return [sorted(one["provider"] for one in order.parameters["requests"]) for order in self.orders]


def painter(name: str = "painter", *, gpu: bool = True) -> FakeImage:
    return FakeImage(Dials(name=name, gpu=gpu))


def asked(*providers: str, seed: int = 0) -> list[ImageRequest]:
    return [ImageRequest(provider=one, prompt="a port", width_px=64, height_px=64, seed=seed) for one in providers]


async def make(factory: Factory, *chains: Sequence[ImageRequest]) -> list[Picture]:
    async with gathered(generate_image, factory, parties=len(chains)) as painting:
        made = (
            first_made(generate_image, chain, factory, scene=at, together=painting) for at, chain in enumerate(chains)
        )
        return await asyncio.gather(*made)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(GPU_VARIABLE, "0")


@pytest.fixture
def cpu(make_factory: MakeFactory) -> Factory:
    """Give the test a factory on a machine without a GPU, with a pool to hand over to."""
    return make_factory(painter(), painter("other"), FakeImage(Dials(name="drawn")), pools={"image": POOL})


@pytest.fixture
def pool(make_factory: MakeFactory, monkeypatch: pytest.MonkeyPatch) -> FakePool:
    return FakePool(make_factory(painter(), painter("other")), monkeypatch)


def calls_of(factory: Factory) -> int:
    return sum(len(provider.dials.calls) for provider in factory.providers.all if isinstance(provider, FakeImage))


async def test_all_pictures_of_a_run_are_one_list_and_hits_here_afterwards(cpu: Factory, pool: FakePool) -> None:
    chains = [asked("painter:instant", seed=0), asked("other:instant", seed=1), asked("painter:instant", seed=2)]
    with begin_run(Run(channel="news")) as run:
        made = await make(cpu, *chains)
    assert pool.asked == [["other:instant", "painter:instant", "painter:instant"]]
    assert [picture.provider for picture in made] == [chain[0].provider for chain in chains]
    assert not calls_of(cpu)
    assert calls_of(pool.factory) == 3
    # It is work of this run all the same, and of its channel.
    assert {record.state for record in run.records} == {"made"}
    receipts = cpu.books.receipts(record.key for record in run.records)
    assert {receipt.channel for receipt in receipts.values()} == {"news"}
    assert run.places["generate-image", "painter:instant"].where == "image/gpu"


async def test_what_is_made_already_is_found_by_one_query_and_starts_nothing(
    cpu: Factory, pool: FakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    chains = [asked("painter:instant", seed=seed) for seed in range(4)]
    await make(cpu, *chains[:3])
    queries: list[int] = []
    receipts = Books.receipts

    def counted(self: Books, keys: Any) -> Any:
        wanted = list(keys)
        if len(wanted) > 1:
            queries.append(len(wanted))
        return receipts(self, wanted)

    monkeypatch.setattr(Books, "receipts", counted)
    await make(cpu, *chains[:3])
    assert len(pool.orders) == 1
    assert queries == [3]
    await make(cpu, *chains)
    assert [len(one) for one in pool.asked] == [3, 1]


async def test_a_picture_that_was_lost_is_handed_over_again(cpu: Factory, pool: FakePool, tmp_path: Path) -> None:
    (first,) = await make(cpu, asked("painter:instant"))
    for path in (tmp_path / "store").rglob(first.image.hex):
        path.unlink()
    assert await make(cpu, asked("painter:instant")) == [first]
    assert len(pool.orders) == 2


async def test_what_fails_there_falls_back_here_and_says_who_stands_in(cpu: Factory, pool: FakePool) -> None:
    with begin_run(Run()) as run:
        made = await make(cpu, *(asked("painter:down", "drawn:instant", seed=seed) for seed in range(2)))
    assert {picture.provider for picture in made} == {"drawn:instant"}
    assert run.remarks == ["drawn:instant stands in for painter:down (AuthenticationFailed)"]
    assert take_outcome(cpu.books, "run-1") is None


async def test_a_substitute_that_wants_a_gpu_too_is_asked_for_as_one_more_list(cpu: Factory, pool: FakePool) -> None:
    down = asked("painter:down", "other:instant", seed=0), asked("painter:down", "other:instant", seed=1)
    made = await make(cpu, *down, asked("painter:instant", seed=2))
    assert [picture.provider for picture in made] == ["other:instant", "other:instant", "painter:instant"]
    assert pool.asked == [["painter:down", "painter:down", "painter:instant"], ["other:instant", "other:instant"]]


async def test_one_that_fails_stops_none_of_the_others(cpu: Factory, pool: FakePool) -> None:
    good, bad = asked("painter:instant", seed=1), asked("painter:down", seed=2)
    with pytest.raises(MediaFactoryError, match="fails, as its name says"):
        await make(cpu, good, bad)
    assert cpu.books.receipt(generate_image.stage.key(good[0]))


async def test_what_needs_no_gpu_stays_and_holds_nobody_up(cpu: Factory, pool: FakePool) -> None:
    await make(cpu, asked("drawn:instant"), asked("painter:instant"))
    assert pool.asked == [["painter:instant"]]
    assert calls_of(cpu) == 1


Change = Callable[[Factory], None]


def no_pool(factory: Factory) -> None:
    factory.pools = {}


def own_pool(factory: Factory) -> None:
    factory.pools = {"image": POOL.model_copy(update={"own": True})}


def said_here(factory: Factory) -> None:
    factory.policy = Policy(placement=Placement(image=Placing(where="here", deployment="image/gpu")))


@pytest.mark.parametrize("change", [no_pool, own_pool, said_here])
async def test_it_stays_in_this_process(cpu: Factory, pool: FakePool, change: Change) -> None:
    change(cpu)
    with begin_run(Run()) as run:
        (made,) = await make(cpu, asked("painter:instant", "drawn:instant"))
    assert not pool.orders
    # The painter was asked here, where there is no GPU.
    assert made.provider == "drawn:instant"
    assert run.remarks == ["drawn:instant stands in for painter:instant (NotReached)"]


async def test_with_a_gpu_here_it_is_made_here(cpu: Factory, pool: FakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(GPU_VARIABLE, "1")
    await make(cpu, asked("painter:instant"))
    assert not pool.orders
    assert calls_of(cpu) == 1


async def test_a_policy_that_says_gpu_is_not_content_with_less(cpu: Factory, pool: FakePool) -> None:
    cpu.policy = Policy(placement=Placement(image=Placing(where="gpu", deployment="image/gpu")))
    cpu.pools = {"image": GpuPool(deployment="image/gpu", problem="there is no deployment image/gpu")}
    with pytest.raises(MediaFactoryError, match="hands image over to image/gpu, but there is no deployment image/gpu"):
        await make(cpu, asked("painter:instant"))


async def test_a_plan_hands_nothing_over_and_says_where_it_would_run(cpu: Factory, pool: FakePool) -> None:
    with begin_run(Run(planning=True)) as run:
        await make(cpu, asked("painter:instant"), asked("drawn:instant"))
    assert not pool.orders
    assert [(key, place.where) for key, place in run.places.items()] == [
        (("generate-image", "painter:instant"), "image/gpu")
    ]


def end(state: str, **changes: Any) -> ChildEnd:
    return ChildEnd(deployment="image/gpu", id="run-1", name="a list", state=state, **changes)


async def test_a_run_that_dies_there_counts_as_a_provider_that_is_away(cpu: Factory, pool: FakePool) -> None:
    pool.ends = end("Crashed", message="exit code -9")
    with pytest.raises(MediaFactoryError, match=r"image/gpu \('a list', run-1\) ended Crashed: exit code -9"):
        await make(cpu, asked("painter:instant"))
    (made,) = await make(cpu, asked("painter:instant", "drawn:instant"))
    assert made.provider == "drawn:instant"


async def test_a_run_that_takes_too_long_is_passed_by_or_replaced_as_the_policy_says(
    cpu: Factory, pool: FakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool.ends = end("Running", late=True)
    (made,) = await make(cpu, asked("painter:instant", "drawn:instant"))
    assert made.provider == "drawn:instant"
    monkeypatch.setenv(GPU_VARIABLE, "1")
    strict = Placing(where="gpu", deployment="image/gpu")
    cpu.policy = Policy(placement=Placement(image=strict, when_late="here"))
    (made,) = await make(cpu, asked("painter:instant", seed=1))
    assert made.provider == "painter:instant"
    assert len(pool.orders) == 2


async def test_a_worker_with_other_books_is_told_of_and_nothing_is_made_again(
    cpu: Factory, pool: FakePool, tmp_path: Path
) -> None:
    pool.factory.books = Books(f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(BooksError, match="these books know nothing of it: its worker keeps others"):
        await make(cpu, asked("painter:instant", "drawn:instant"))
    assert not calls_of(cpu)


async def test_a_worker_with_another_store_is_told_of(cpu: Factory, pool: FakePool, tmp_path: Path) -> None:
    pool.factory.store = LocalStore(tmp_path / "other-store")
    with pytest.raises(StoreError, match="its bytes are not in this store"):
        await make(cpu, asked("painter:instant", "drawn:instant"))
    assert not calls_of(cpu)


async def test_the_same_list_of_the_same_run_has_the_same_key_and_no_other_has(cpu: Factory, pool: FakePool) -> None:
    pool.ends = end("Crashed")
    for run_id, seeds in itertools.product(("one", "one", "two"), ((0, 1), (1, 0), (0, 2))):
        with begin_run(Run(id=run_id)), pytest.raises(MediaFactoryError):
            await make(cpu, *(asked("painter:instant", seed=seed) for seed in seeds))
    keys = [order.key for order in pool.orders]
    assert keys[0] == keys[1] == keys[3] == keys[4]
    assert len(set(keys)) == 4


async def test_a_list_is_judged_where_it_is_made_since_anybody_may_send_one(factory: Factory) -> None:
    deny = factory.home / "deny.txt"
    deny.parent.mkdir(parents=True, exist_ok=True)
    deny.write_text("a forbidden port\n")
    factory.policy = Policy(content=factory.policy.content.model_copy(update={"deny_file": deny}))
    (request,) = asked("fake:instant")
    words = request.model_copy(update={"prompt": "a forbidden port at dawn"})
    with begin_run(Run(id="run-1")), pytest.raises(MediaFactoryError, match="1 of 2 could not be made: ContentBlocked"):
        await make_list(generate_image, [words, request], factory)
    assert factory.books.receipt(generate_image.stage.key(request))
    outcome = take_outcome(factory.books, "run-1")
    assert outcome
    assert [failure.error for failure in outcome.failures] == [ContentBlocked.__name__]


async def test_those_of_one_model_are_made_in_a_row(make_factory: MakeFactory) -> None:
    made: list[str] = []

    class Loading(FakeImage):
        async def generate(self, request: ImageRequest, call: Call) -> ImageReply:
            made.append(request.provider)
            return await super().generate(request, call)

    factory = make_factory(Loading(Dials(name="one")), Loading(Dials(name="two")))
    mixed = [asked(f"{name}:instant", seed=seed)[0] for seed in range(3) for name in ("two", "one")]
    outcome = await make_list(generate_image, mixed, factory)
    assert (outcome.asked, outcome.failures) == (6, ())
    assert made == ["one:instant"] * 3 + ["two:instant"] * 3
