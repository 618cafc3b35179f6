"""Webhooks are told how a run ended, and nothing that is secret."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from media_factory.delivery import events
from media_factory.delivery.events import failed_event, finished_event, tell
from media_factory.delivery.manifest import Manifest, Publication
from media_factory.errors import AddressRefused, NotifyFailed, RateLimited
from media_factory.publishing.webhooks import Event, Webhook

SECRET = "canary-0123456789abcdef"
HOOK = Webhook(url=SecretStr("https://hooks.example/x"), secret=SecretStr(SECRET))
EVENT = Event(event="finished", id="run-1", at="2026-11-20T12:00:00+00:00")


def test_a_finished_run_tells_where_its_product_is() -> None:
    manifest = Manifest(
        kind="image",
        id="x",
        title="X",
        status="degraded",
        reasons=("drawn, not made",),
        outputs=(),
        stages=(),
        cost_usd=None,
        created_at="2026-11-20T12:00:00+00:00",
        made_with="test",
        published=Publication(
            place="p", manifest_key="x/manifest.json", manifest_url="https://m", version="v", at="now"
        ),
    )
    event = finished_event("run-1", manifest)
    assert (event.event, event.id) == ("finished", "run-1")
    assert event.data["status"] == "degraded"
    assert event.data["manifest_url"] == "https://m"
    assert Event.model_validate_json(event.model_dump_json()) == event


def test_a_failed_run_tells_our_words_and_only_the_name_of_others() -> None:
    ours = failed_event("run-1", "x", "story", RateLimited("openai: asked too often", 3))
    assert (ours.data["message"], ours.data["retryable"]) == ("openai: asked too often", True)
    others = failed_event("run-1", "x", "story", RuntimeError(f"Bearer {SECRET}"))
    assert others.data["error"] == "RuntimeError"
    assert SECRET not in others.model_dump_json()


@pytest.mark.parametrize(
    ("answers", "calls", "outcome"),
    [
        ([None], 1, None),
        ([NotifyFailed("busy"), None], 2, None),
        ([NotifyFailed("busy")] * 3, 3, "busy"),
        ([AddressRefused("inside")], 1, "inside"),
    ],
)
async def test_a_receiver_is_told_up_to_three_times_and_never_fails_a_run(
    monkeypatch: pytest.MonkeyPatch, answers: list[Exception | None], calls: int, outcome: str | None
) -> None:
    told: list[Event] = []

    async def notify(webhook: Webhook, event: Event) -> None:
        told.append(event)
        if answer := answers[len(told) - 1]:
            raise answer

    monkeypatch.setattr(events, "notify", notify)
    monkeypatch.setattr(events, "_WAIT_S", 0.0)
    assert await tell(HOOK, EVENT) == outcome
    assert told == [EVENT] * calls
