"""Which provider makes what."""

from __future__ import annotations

from typing import Any

import pytest

from media_factory.calls.selection import choose, unasked_drafts
from media_factory.errors import InputError, ProviderUnavailable
from media_factory.providers.base import Capabilities
from media_factory.providers.registry import Providers
from media_factory.testing import FakeImage, FakeSpeech


def speech(name: str, lacks: str | None = None, **capabilities: Any) -> FakeSpeech:
    """Return a fake speech provider of another name and other abilities."""

    class Speech(FakeSpeech):
        def missing(self) -> str | None:
            return lacks

    Speech.name = name
    Speech.capabilities = Capabilities(modality="speech", models=("m", "n"), **capabilities)
    return Speech()


def test_a_finished_voice_comes_before_a_draft_and_then_the_name_decides() -> None:
    providers = Providers.of(speech("b"), speech("c"), speech("a", draft=True))
    assert choose(providers, "speech", "en").reference == "b:m"


def test_the_named_one_always_wins() -> None:
    providers = Providers.of(speech("good"), speech("rough", draft=True))
    choice = choose(providers, "speech", "en", "rough:n")
    assert (choice.reference, choice.explicit, choice.draft) == ("rough:n", True, True)


def test_fakes_are_chosen_only_by_name() -> None:
    providers = Providers.of(FakeSpeech(), FakeImage())
    with pytest.raises(ProviderUnavailable, match="no speech provider can work here: none is installed"):
        choose(providers, "speech", "en")
    assert choose(providers, "speech", "en", "fake").reference == "fake:instant"


def test_who_does_not_speak_the_language_is_passed_over() -> None:
    providers = Providers.of(speech("english", languages=("en",)), speech("german", languages=("de",)))
    assert choose(providers, "speech", "de-AT").reference == "german:m"
    with pytest.raises(InputError, match="language: no speech provider speaks 'fr'.*english: does not speak"):
        choose(providers, "speech", "fr")
    with pytest.raises(InputError, match=r"providers\.speech: english does not speak 'de'"):
        choose(providers, "speech", "de", "english")


def test_who_lacks_something_is_passed_over_and_named_when_nobody_is_left() -> None:
    providers = Providers.of(speech("keyless", lacks="set KEY"))
    with pytest.raises(ProviderUnavailable, match="keyless: set KEY"):
        choose(providers, "speech", "en")
    with pytest.raises(ProviderUnavailable, match="keyless can't work here: set KEY"):
        choose(providers, "speech", "en", "keyless")


def test_an_unknown_provider_or_model_is_refused_with_what_there_is() -> None:
    providers = Providers.of(speech("a"), speech("b"))
    with pytest.raises(InputError, match="there is no speech provider 'c'; installed: a, b"):
        choose(providers, "speech", "en", "c")
    with pytest.raises(InputError, match="a has no model 'x'; it has m, n"):
        choose(providers, "speech", "en", "a:x")


def test_only_a_draft_that_nobody_asked_for_is_a_reason() -> None:
    providers = Providers.of(speech("rough", draft=True))
    unasked, asked = choose(providers, "speech", "en"), choose(providers, "speech", "en", "rough")
    assert unasked_drafts(narration=asked) == ()
    assert "narration by rough:m" in unasked_drafts(narration=unasked)[0]


def test_the_installed_providers_are_those_of_the_entry_points() -> None:
    names = {(provider.capabilities.modality, provider.name) for provider in Providers.installed().all}
    assert names >= {
        ("image", "artboard"), ("speech", "espeak"), ("prompt", "template"),
        ("image", "fake"), ("speech", "fake"), ("clip", "fake"),
    }  # fmt: skip
