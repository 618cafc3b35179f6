"""A stage is made at most once per request, by whoever comes first."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from media_factory.assets import Asset, pending_asset
from media_factory.errors import ContentRefused, MediaFactoryError, ProviderUnavailable, RateLimited, StageTimeout
from media_factory.factory import Factory
from media_factory.model import Model
from media_factory.runs import Run, begin_run
from media_factory.stages import Stage, hold_lease, retry_delay_s
from tests.conftest import MakeFactory


class Ask(Model):
    text: str


class Told(Model):
    said: Asset
    provider: str = "fake:instant"
    cost_usd: Decimal = Decimal("0.02")


class Speaker:
    """A body that counts its calls and raises what it is told to."""

    def __init__(self, *failures: Exception, pause_s: float = 0) -> None:
        self.calls = 0
        self.failures = list(failures)
        self.pause_s = pause_s

    async def __call__(self, request: Ask, factory: Factory) -> Told:
        self.calls += 1
        if self.pause_s:
            await asyncio.sleep(self.pause_s)
        if self.failures:
            raise self.failures.pop(0)
        return Told(said=await factory.store.put(request.text.encode(), "text/plain"))


async def foretell(request: Ask, key: str, factory: Factory) -> Told:
    return Told(said=pending_asset(key, "text/plain"))


def stage_of(body: Callable[[Ask, Factory], object], **settings: object) -> Stage[Ask, Told]:
    return Stage(name="tell", version=1, body=body, foretell=foretell, result_type=Told, **settings)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media_factory.stages._BACKOFF_FIRST_S", 0.001)


async def test_the_second_time_nothing_is_made(factory: Factory) -> None:
    body = Speaker()
    stage = stage_of(body)
    first = await stage.run(Ask(text="hello"), factory)
    second = await stage.run(Ask(text="hello"), factory)
    assert (first.state, second.state) == ("made", "cached")
    assert first.result == second.result
    assert body.calls == 1


async def test_another_request_or_version_is_another_key(factory: Factory) -> None:
    stage = stage_of(Speaker())
    newer = Stage(name="tell", version=2, body=Speaker(), foretell=foretell, result_type=Told)
    keys = {stage.key(Ask(text="a")), stage.key(Ask(text="b")), newer.key(Ask(text="a"))}
    assert len(keys) == 3
    assert stage.key(Ask(text="a")).startswith("tell/v1/")


async def test_an_altered_output_is_made_again_within_the_same_run(factory: Factory) -> None:
    body = Speaker()
    stage = stage_of(body)
    first = await stage.run(Ask(text="hello"), factory)
    path = await factory.store.fetch(first.result.said)
    path.chmod(0o644)
    path.write_bytes(b"hellO")
    again = await stage.run(Ask(text="hello"), factory)
    assert again.state == "made"
    assert await factory.store.read(again.result.said) == b"hello"
    assert body.calls == 2


async def test_what_may_be_retried_is_and_the_rest_is_not(factory: Factory) -> None:
    flaky, refusing = Speaker(ProviderUnavailable("busy"), ProviderUnavailable("busy")), Speaker(ContentRefused("no"))
    assert (await stage_of(flaky).run(Ask(text="a"), factory)).state == "made"
    assert flaky.calls == 3
    with pytest.raises(ContentRefused):
        await stage_of(refusing).run(Ask(text="b"), factory)
    assert refusing.calls == 1


async def test_retries_end(factory: Factory) -> None:
    body = Speaker(*(ProviderUnavailable(f"busy {i}") for i in range(9)))
    with pytest.raises(ProviderUnavailable, match="busy 2"):
        await stage_of(body).run(Ask(text="a"), factory)
    assert body.calls == 3


def test_a_vendor_s_own_wait_is_kept_and_others_grow() -> None:
    assert retry_delay_s(RateLimited("slow down", retry_after_s=7), 1) == 7
    assert retry_delay_s(ProviderUnavailable("x"), 5) > retry_delay_s(ProviderUnavailable("x"), 1)


async def test_a_failed_stage_gives_its_lease_back(factory: Factory) -> None:
    stage = stage_of(Speaker(ContentRefused("no")))
    with pytest.raises(ContentRefused):
        await stage.run(Ask(text="a"), factory)
    assert factory.books.acquire_lease(stage.key(Ask(text="a")), "anybody", 60)


async def test_a_stage_that_takes_too_long_is_stopped(factory: Factory) -> None:
    stage = stage_of(Speaker(pause_s=60), timeout_s=0.05, attempts=1)
    with pytest.raises(StageTimeout, match="tell took longer than 0.05 s"):
        await stage.run(Ask(text="a"), factory)


async def test_a_cancelled_stage_gives_its_lease_back(factory: Factory) -> None:
    stage = stage_of(Speaker(pause_s=60))
    work = asyncio.ensure_future(stage.run(Ask(text="a"), factory))
    while not stage.body.calls:  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert factory.books.acquire_lease(stage.key(Ask(text="a")), "anybody", 60)


async def test_many_at_once_make_it_once(make_factory: MakeFactory) -> None:
    body = Speaker(pause_s=0.2)
    factories = [make_factory() for _ in range(4)]
    runs = await asyncio.gather(*(stage_of(body).run(Ask(text="a"), factories[i % 4]) for i in range(20)))
    assert body.calls == 1
    assert sorted(run.state for run in runs) == ["cached"] * 19 + ["made"]
    assert len({run.result.said.digest for run in runs}) == 1


async def test_heavy_stages_run_no_more_at_once_than_there_are_slots(make_factory: MakeFactory) -> None:
    factory = make_factory(workers=2)
    running, most = 0, 0

    async def body(request: Ask, factory: Factory) -> Told:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return Told(said=await factory.store.put(request.text.encode(), "text/plain"))

    await asyncio.gather(*(stage_of(body, heavy=True).run(Ask(text=str(i)), factory) for i in range(8)))
    assert most == 2


async def test_stages_that_need_more_memory_than_their_share_run_fewer_at_once(make_factory: MakeFactory) -> None:
    factory = make_factory(workers=4, memory_bytes=100)
    running, most = 0, 0

    async def body(request: Ask, factory: Factory) -> Told:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return Told(said=await factory.store.put(request.text.encode(), "text/plain"))

    large = replace(stage_of(body, heavy=True), memory=lambda _: 40)
    await asyncio.gather(*(large.run(Ask(text=str(i)), factory) for i in range(8)))
    assert most == 2


async def test_a_lease_outlives_its_time_while_its_holder_lives(factory: Factory) -> None:
    async with hold_lease(factory.books, "k", ttl_s=0.3):
        await asyncio.sleep(1.0)
        assert not factory.books.acquire_lease("k", "you", 60)
    assert factory.books.acquire_lease("k", "you", 60)


async def test_a_planning_run_makes_and_spends_nothing(factory: Factory) -> None:
    body = Speaker()
    run = Run(planning=True)
    with begin_run(run):
        foretold = await stage_of(body).run(Ask(text="a"), factory)
    assert body.calls == 0
    assert run.records[0].state == "made"
    assert run.cost_usd == Decimal("0.02")
    assert factory.books.receipt(foretold.key) is None
    made = await stage_of(body).run(Ask(text="a"), factory)
    assert foretold.result.said.digest != made.result.said.digest


async def test_a_run_records_each_stage_and_pays_only_for_what_is_made(factory: Factory) -> None:
    stage, first, second = stage_of(Speaker()), Run(), Run()
    for run in (first, second):
        with begin_run(run):
            await stage.run(Ask(text="a"), factory, scene=3)
    assert [(r.state, r.scene, r.cost_usd) for r in first.records] == [("made", 3, Decimal("0.02"))]
    assert [(r.state, r.cost_usd) for r in second.records] == [("cached", Decimal(0))]
    assert (first.cost_usd, second.cost_usd) == (Decimal("0.02"), Decimal(0))


HOLDER = """
    import asyncio, sys
    from pathlib import Path
    from media_factory.books.books import Books
    from media_factory.stages import hold_lease

    async def main():
        async with hold_lease(Books(sys.argv[1]), "k", ttl_s=2):
            print("held", flush=True)
            await asyncio.sleep(600)

    asyncio.run(main())
"""


async def test_the_lease_of_a_killed_holder_passes_on_within_its_time(
    make_factory: MakeFactory, tmp_path: Path
) -> None:
    factory = make_factory()
    url = f"sqlite:///{tmp_path / 'books.db'}"
    holder = subprocess.Popen([sys.executable, "-c", textwrap.dedent(HOLDER), url], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    assert not factory.books.acquire_lease("k", "me", 60)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    killed = time.monotonic()
    async with hold_lease(factory.books, "k", ttl_s=2):
        waited_s = time.monotonic() - killed
    assert waited_s < 2 + 1.5


def test_every_error_of_ours_says_whether_it_may_be_retried_and_survives_a_process_border() -> None:
    import pickle

    from media_factory import errors

    classes = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    assert classes == {name for name in errors.__all__ if isinstance(getattr(errors, name), type)}
    for name in sorted(classes):
        kind = getattr(errors, name)
        error = kind("sha256:0", "gone") if name == "AssetLost" else kind("what happened")
        copy = pickle.loads(pickle.dumps(error))
        assert isinstance(error, MediaFactoryError)
        assert (type(copy), str(copy), copy.retryable) == (kind, str(error), error.retryable)
        assert name in (errors.__doc__ or "")
