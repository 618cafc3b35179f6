"""Accounts: keys, other servers that speak OpenAI's API, models and their end, and what is loaded when."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from media_factory.catalogue.entries import entry_of, models_of, retirement, shipped
from media_factory.catalogue.listings import (
    LISTINGS_VARIABLE,
    ListedModel,
    Listing,
    Listings,
    ModelSource,
    write_listings,
)
from media_factory.errors import AuthenticationFailed, ProviderUnavailable
from media_factory.providers.openai import OpenAIImages, OpenAISpeech, providers
from media_factory.providers.registry import Providers
from media_factory.requests import ImageRequest, PromptRequest, SpeechRequest
from media_factory.settings import Endpoint, Settings
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Faults, Simulator
from media_factory.testing.simulator.recording import RecordingSimulator
from tests.providers.openai.asked import IMAGE, SPEECH, settings

NOWHERE = "http://127.0.0.1:9"


def _endpoint(base_url: str, **changes: object) -> Endpoint:
    facts = {
        "name": "acme",
        "base_url": f"{base_url}/v1",
        "key_variable": "ACME_KEY",
        "image_models": ("gpt-image-2",),
        "speech_models": ("tts-1",),
        "prompt_models": ("gpt-6-luna",),
    }
    return Endpoint.model_validate(facts | changes)


def _speech_of(endpoint: Endpoint) -> OpenAISpeech:
    made = providers(Settings({"ACME_KEY": "acme-key"}, (endpoint,)))
    (found,) = (one for one in made if one.name == endpoint.name and isinstance(one, OpenAISpeech))
    return found


def test_openai_comes_with_four_modalities_and_an_endpoint_with_those_that_it_has_models_for() -> None:
    made = providers(Settings({}, (_endpoint(NOWHERE, prompt_models=()),)))
    found = [(one.name, one.capabilities.modality) for one in made]
    assert found == [
        *(("openai", modality) for modality in ("image", "speech", "prompt", "moderation")),
        *(("acme", modality) for modality in ("image", "speech")),
    ]


def test_it_is_installed_by_its_entry_point() -> None:
    assert Providers.installed(Settings()).named("image", "openai:gpt-image-2").name == "openai"


def test_without_a_key_it_says_which_and_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    provider = OpenAIImages(Settings())
    assert provider.missing() == "set OPENAI_API_KEY"
    with pytest.raises(AuthenticationFailed, match="set OPENAI_API_KEY"):
        asyncio.run(provider.generate(IMAGE, CALL))
    assert OpenAIImages(settings(NOWHERE)).missing() is None


def test_the_sdk_is_not_loaded_before_the_first_call() -> None:
    script = (
        "import sys; from media_factory.providers.openai import providers; "
        "[one.missing() for one in providers()]; print(*({'openai', 'httpx', 'httpx2'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


async def test_every_call_carries_the_key_of_its_order() -> None:
    with RecordingSimulator() as simulator:
        at = settings(simulator.base_url("openai"))
        await OpenAIImages(at).generate(IMAGE, CALL)
        await OpenAISpeech(at).generate(SPEECH, CALL)
    assert [one.request_headers["idempotency-key"] for one in simulator.exchanges] == [CALL.key, CALL.key]


async def test_an_endpoint_that_honours_keys_charges_a_repeated_call_once() -> None:
    with Simulator(Faults(script=["failed_after_billing"]), honours_keys=True) as simulator:
        endpoint = _endpoint(simulator.base_url("openai"), honours_idempotency_key=True)
        provider = _speech_of(endpoint)
        assert provider.capabilities.idempotent
        request = SPEECH.model_copy(update={"provider": "acme:tts-1"})
        with pytest.raises(ProviderUnavailable, match="acme:tts-1 answered 500"):
            await provider.generate(request, CALL)
        await provider.generate(request, CALL)
        assert len(simulator.billing.charges) == 1


async def test_an_endpoint_gets_its_own_key_or_none_and_nothing_that_is_meant_for_openai(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-openai-only")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-for-openai-only")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-for-openai-only")
    request = SPEECH.model_copy(update={"provider": "acme:tts-1"})
    with RecordingSimulator() as simulator:
        await _speech_of(_endpoint(simulator.base_url("openai"))).generate(request, CALL)
        with pytest.raises(AuthenticationFailed):
            await _speech_of(_endpoint(simulator.base_url("openai"), key_variable=None)).generate(request, CALL)
    with_key, without = (one.request_headers for one in simulator.exchanges)
    assert with_key["authorization"] == "Bearer acme-key"
    assert "authorization" not in without
    assert not any("for-openai-only" in value for value in (*with_key.values(), *without.values()))


def test_an_endpoint_whose_key_is_not_set_says_so() -> None:
    (provider,) = providers(Settings({}, (_endpoint(NOWHERE, speech_models=(), prompt_models=()),)))[-1:]
    assert provider.name == "acme"
    assert provider.missing() == "set ACME_KEY"


async def test_it_lists_models_and_when_they_are_switched_off() -> None:
    with Simulator() as simulator:
        provider = OpenAIImages(settings(simulator.base_url("openai")))
        assert isinstance(provider, ModelSource)
        listed = {one.model: one.shutdown_date for one in await provider.list_models()}
    assert listed["gpt-image-2"] is None
    assert listed["gpt-4o-mini-tts"] == date(2027, 1, 6)
    assert "dall-e-3" not in listed


def test_the_same_provider_works_in_one_event_loop_after_another() -> None:
    with Simulator() as simulator:
        provider = OpenAISpeech(settings(simulator.base_url("openai")))
        for _ in range(2):
            asyncio.run(provider.generate(SPEECH, CALL))
        assert len(simulator.billing.charges) == 2


@pytest.mark.parametrize("model", ["dall-e-2", "dall-e-3", "gpt-image-1", "sora-2"])
def test_models_that_are_gone_are_refused_with_their_replacement(model: str) -> None:
    entry = entry_of(f"openai:{model}")
    assert entry is not None
    assert re.search(r"was retired on 2026-\d\d-\d\d; use ", retirement(entry, date(2026, 11, 20)) or "")


def test_every_model_of_the_catalogue_has_its_source_and_a_replacement_if_it_ends() -> None:
    ours = [entry for entry in shipped() if entry.provider == "openai"]
    assert len({entry.reference for entry in ours}) == len(ours) > 20
    for entry in ours:
        assert entry.source
        if entry.shutdown_date and entry.modality != "align":
            assert entry.replacement
        if entry.replacement and entry.replacement.startswith("openai:"):
            successor = entry_of(entry.replacement)
            assert successor is not None
            assert successor.status == "active"


def test_the_defaults_are_active_models_with_a_price() -> None:
    assert models_of("openai", "image")[0] == "gpt-image-2.5-flare"
    for provider in providers(settings(NOWHERE)):
        entry = entry_of(f"openai:{provider.capabilities.models[0]}")
        assert entry is not None
        assert entry.prices


def test_a_modality_whose_models_have_all_ended_is_not_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "listings.json"
    ended = tuple(
        ListedModel(model=model, modality="speech", shutdown_date=date(2026, 1, 6))
        for model in models_of("openai", "speech")
    )
    write_listings(file, Listings(vendors=(Listing(provider="openai", listed_on=date(2026, 1, 7), models=ended),)))
    monkeypatch.setenv(LISTINGS_VARIABLE, str(file))
    assert "speech" not in [one.capabilities.modality for one in providers(settings(NOWHERE))]


def test_an_endpoint_costs_what_its_owner_says_and_nobody_knows_the_rest() -> None:
    endpoint = Endpoint(
        name="studio",
        base_url="http://127.0.0.1:9/v1",
        prices_usd={"image": Decimal("0.01"), "thousand-chars": Decimal("0.02")},
        image_models=("one",),
        speech_models=("two",),
        prompt_models=("three",),
    )
    by_modality = {
        one.capabilities.modality: one for one in providers(Settings(endpoints=(endpoint,))) if one.name == "studio"
    }
    image = ImageRequest(provider="studio:one", prompt="a port", width_px=1024, height_px=1024)
    speech = SpeechRequest(provider="studio:two", text="a" * 500)
    prompt = PromptRequest(provider="studio:three", headline="A port", style="news")
    assert by_modality["image"].price_usd(image) == Decimal("0.01")
    assert by_modality["speech"].price_usd(speech) == Decimal("0.01")
    assert by_modality["prompt"].price_usd(prompt) is None
