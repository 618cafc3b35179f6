"""Where what wants a GPU is made: by the policy, by this machine, and by what the server has."""

from __future__ import annotations

import pytest

from media_factory.calls.market import market_of
from media_factory.calls.placing import modalities_elsewhere, place_of
from media_factory.calls.selection import Need, choose
from media_factory.capacity import GPU_VARIABLE
from media_factory.errors import NotReached
from media_factory.policy import Placement, Placing, Policy
from media_factory.pools import GpuPool
from media_factory.testing import Dials, FakeImage, FakeSpeech
from tests.conftest import MakeFactory
from tests.flows.stories import story_brief

POOL = GpuPool(deployment="image/gpu", pool="gpu")
OWN = GpuPool(deployment="image/gpu", pool="gpu", own=True)
AWAY = GpuPool(deployment="image/gpu", problem="there is no deployment image/gpu")
WANTS_GPU = FakeImage(Dials(name="painter", gpu=True))

CASES = [
    ("auto", "0", POOL, "image/gpu", "wants a GPU, and this process has none"),
    ("auto", "1", POOL, "here", "wants a GPU, which this process has"),
    ("auto", "0", None, "here", "wants a GPU; no Prefect server is asked here"),
    ("auto", "0", AWAY, "here", "wants a GPU; there is no deployment image/gpu"),
    ("auto", "0", OWN, "here", "wants a GPU; this run is on the pool of image/gpu itself"),
    ("here", "0", POOL, "here", "wants a GPU; the policy says so"),
    ("gpu", "1", POOL, "image/gpu", "wants a GPU, and the policy says so"),
    ("gpu", "1", OWN, "here", "wants a GPU; this run is on the pool of image/gpu itself"),
]


@pytest.mark.parametrize(("where", "gpu", "pool", "expected", "reason"), CASES)
def test_the_place_and_its_reason(
    make_factory: MakeFactory,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    gpu: str,
    pool: GpuPool | None,
    expected: str,
    reason: str,
) -> None:
    monkeypatch.setenv(GPU_VARIABLE, gpu)
    rule = Placing.model_validate({"where": where, "deployment": "image/gpu"})
    policy = Policy(placement=Placement(image=rule))
    factory = make_factory(WANTS_GPU, policy=policy, pools={"image": pool} if pool else {})
    place = place_of(WANTS_GPU, factory)
    assert (place.where, place.reason, place.problem) == (expected, reason, None)
    assert modalities_elsewhere(factory) == (frozenset() if place.is_here else {"image"})


@pytest.mark.parametrize("pool", [None, AWAY])
def test_a_policy_that_says_gpu_names_what_is_not_there(make_factory: MakeFactory, pool: GpuPool | None) -> None:
    policy = Policy(placement=Placement(image=Placing(where="gpu", deployment="image/gpu")))
    place = place_of(WANTS_GPU, make_factory(WANTS_GPU, policy=policy, pools={"image": pool} if pool else {}))
    assert place.where == "image/gpu"
    assert place.problem
    assert "set placement to `auto`" in place.problem


def test_what_needs_no_gpu_and_what_is_spoken_stays(make_factory: MakeFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(GPU_VARIABLE, "0")
    factory = make_factory(pools={"image": POOL, "speech": POOL})
    assert place_of(FakeImage(), factory).is_here
    assert place_of(FakeSpeech(Dials(gpu=True)), factory).is_here


async def test_who_works_on_the_pool_only_is_chosen_where_the_pool_is(
    make_factory: MakeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(GPU_VARIABLE, "0")
    brief, need = story_brief(), Need(modality="image", named="painter")
    with_pool = make_factory(WANTS_GPU, pools={"image": POOL})
    assert choose(await market_of(with_pool, brief), need).reference == "painter:instant"
    with pytest.raises(NotReached, match="there is no GPU here"):
        choose(await market_of(make_factory(WANTS_GPU), brief), need)
