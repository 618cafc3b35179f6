"""Nothing is paid twice: stories of three paid stages, kills, a quarter of the calls going wrong."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import yaml

from media_factory.calls.reconciliation import reconcile
from media_factory.factory import Factory
from media_factory.providers.registry import Providers
from media_factory.store.local import LocalStore
from media_factory.testing.simulator import Faults, Simulator
from tests.chaos.killing import Chaos, run_until_done

STAGES, SEED = 3, 20261120
# For who has the time: 60 stories and 12 kills.
STORIES = int(os.environ.get("MEDIA_FACTORY_TEST_STORIES", "20"))
KILLS = int(os.environ.get("MEDIA_FACTORY_TEST_KILLS", "4"))
SHARE, LATENCY_S = 0.25, 0.15
POLICY = {
    "caps": {"run_usd": None, "day_usd": None, "unknown_price": "allow"},
    "in_doubt": {"resubmissions": 50, "below_usd": 5},
    "pace": {"openai": {"at_once": 8}, "runway": {"at_once": 8}, "compatible": {"at_once": 8}},
}
ENDPOINT = {
    "name": "compatible",
    "key_variable": "COMPATIBLE_KEY",
    "honours_idempotency_key": True,
    "image_models": ["gpt-image-2.5-flare"],
    "speech_models": ["gpt-4o-mini-tts"],
    "prompt_models": ["gpt-6-luna"],
}
COMPATIBLE = {
    "prompt": "compatible:gpt-6-luna",
    "image": "compatible:gpt-image-2.5-flare",
    "speech": "compatible:gpt-4o-mini-tts",
}
KEYLESS = {"prompt": "openai", "image": "openai", "speech": "openai"}
QUEUED = {"image": "runway:gen4_image"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def chaos(simulator: Simulator, home: Path, names: dict[str, str], kills: int) -> Chaos:
    home.mkdir()
    endpoint = ENDPOINT | {"base_url": f"{simulator.base_url('openai')}/v1"}
    (home / "policy.yaml").write_text(yaml.safe_dump(POLICY | {"endpoints": [endpoint]}))
    environment = {
        "COMPATIBLE_KEY": "test-compatible-key",
        "OPENAI_API_KEY": "test-openai-key",
        "OPENAI_BASE_URL": f"{simulator.base_url('openai')}/v1",
        "RUNWAYML_API_SECRET": "test-runway-key",
        "RUNWAYML_BASE_URL": simulator.base_url("runway"),
    }
    return run_until_done(simulator, home, names, STORIES, kills, SEED, environment)


def charged(simulator: Simulator) -> int:
    return len(simulator.billing.charges)


def calm(tmp_path: Path, names: dict[str, str]) -> str:
    """Return what an undisturbed run makes."""
    with Simulator() as simulator:
        undisturbed = chaos(simulator, tmp_path / "calm", names, kills=0)
        assert charged(simulator) == STORIES * STAGES
        return undisturbed.outputs()


def test_a_vendor_that_honours_keys_bills_each_thing_exactly_once(tmp_path: Path) -> None:
    with Simulator(Faults(SEED, SHARE), honours_keys=True, latency_s=LATENCY_S) as simulator:
        wild = chaos(simulator, tmp_path / "wild", COMPATIBLE, KILLS)
        assert wild.kills == KILLS
        assert charged(simulator) == STORIES * STAGES
        assert wild.listed() == []
    assert wild.outputs() == calm(tmp_path, COMPATIBLE)


def test_a_vendor_without_keys_bills_twice_only_what_is_listed(tmp_path: Path) -> None:
    with Simulator(Faults(SEED, SHARE), latency_s=LATENCY_S) as simulator:
        wild = chaos(simulator, tmp_path / "wild", KEYLESS, KILLS)
        listed = wild.listed()
        over = charged(simulator) - STORIES * STAGES
        after_billing = sum(
            fault in ("failed_after_billing", "reset_after_billing", "truncated", "wrong_content")
            for fault in simulator.faults.given
        )
        by_death = [one for one in listed if one.error == "OutcomeUnknown"]
        assert 0 < over <= len(by_death) + after_billing
        assert over <= len(listed)
        _every_extra_charge_is_listed(simulator, wild)
    assert wild.outputs() == calm(tmp_path, KEYLESS)


def _every_extra_charge_is_listed(simulator: Simulator, wild: Chaos) -> None:
    doubts = Counter(one.key.rpartition("/")[2] for one in wild.listed())
    paid: Counter[str] = Counter()
    billed = {"ok", "failed_after_billing", "reset_after_billing", "truncated", "wrong_content"}
    for key, outcome in simulator.billing.by_key:
        paid[key] += outcome in billed
    for key, times in paid.items():
        assert times - 1 <= doubts[key], f"{key} was billed {times} times and is listed {doubts[key]} times"


def test_a_vendor_that_queues_bills_twice_only_between_submit_and_ticket(tmp_path: Path) -> None:
    kinds = ("rate_limited", "unavailable", "slow_job")
    with Simulator(Faults(SEED, SHARE, kinds), latency_s=LATENCY_S) as simulator:
        wild = chaos(simulator, tmp_path / "wild", QUEUED, KILLS)
        assert wild.kills == KILLS
        over = charged(simulator) - STORIES * STAGES
        assert 0 <= over <= len([one for one in wild.listed() if one.error == "OutcomeUnknown"])
    assert wild.outputs() == calm(tmp_path, QUEUED)


async def test_our_own_counts_are_those_of_the_vendor(tmp_path: Path) -> None:
    with Simulator(Faults(SEED, SHARE), latency_s=LATENCY_S) as simulator:
        wild = chaos(simulator, tmp_path / "wild", KEYLESS, KILLS)
        factory = Factory(
            store=LocalStore(tmp_path / "store"), books=wild.books, providers=Providers.of(), home=tmp_path / "wild"
        )
        await reconcile(factory, ask_vendors=False)
        ours: dict[str, list[str]] = defaultdict(list)
        for intent in wild.intents():
            ours[intent.key.rpartition("/")[2]].append(_as_the_vendor_says(intent.state, intent.error))
        theirs: dict[str, list[str]] = defaultdict(list)
        for key, outcome in simulator.billing.by_key:
            theirs[key].append(_CLASSES[outcome])
        calls = sum(row.calls for row in wild.books.statistics.providers())
        assert calls == sum(map(len, ours.values()))
        assert ours.keys() == theirs.keys()
        for key, known in ours.items():
            _same_but_for_deaths(key, Counter(known), Counter(theirs[key]))


_CLASSES = {
    "ok": "ok",
    "rate_limited": "RateLimited",
    "unavailable": "ProviderUnavailable",
    "failed_after_billing": "ProviderUnavailable",
    "reset": "ProviderUnavailable",
    "reset_after_billing": "ProviderUnavailable",
    "truncated": "ProviderUnavailable",
    "wrong_content": "BadReply",
}


def _as_the_vendor_says(state: str, error: str | None) -> str:
    return "ok" if state in ("settled", "spooled") else str(error)


def _same_but_for_deaths(key: str, ours: Counter[str], theirs: Counter[str]) -> None:
    """Check that what we know is what the vendor saw; what died with a process is in doubt, once each."""
    unknown = ours.pop("OutcomeUnknown", 0)
    assert not ours - theirs, f"{key}: we count {ours}, the vendor {theirs}"
    assert (theirs - ours).total() <= unknown, f"{key}: the vendor saw {theirs}, we know {ours} and {unknown} in doubt"
