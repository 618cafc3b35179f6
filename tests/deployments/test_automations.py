"""What the server tells of dead runs is JSON of the shape that our own events have, whatever a run is called."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from prefect.server.events.actions import CallWebhook
from prefect.server.utilities.user_templates import render_user_template
from pydantic import SecretStr

from deployments.automations import EVENTS, PAYLOAD, token_of
from media_factory.publishing.webhooks import Event, Webhook

WEBHOOK = Webhook(url=SecretStr("https://hooks.example.com/a"), secret=SecretStr("sixteen characters"))


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("name", ['image: "Port" \\ </script>', "story: Zürich\n{{ flow }}", ""])
async def test_what_is_sent_is_an_event_of_ours_with_the_run_s_id(event: str, name: str) -> None:
    CallWebhook.validate_payload_templates(PAYLOAD)
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    context = {
        "event": SimpleNamespace(event=event, occurred=at),
        "flow": SimpleNamespace(name="image"),
        "flow_run": SimpleNamespace(id="r-1", name=name, state=SimpleNamespace(message=None)),
    }
    told = Event.model_validate(json.loads(await render_user_template(PAYLOAD, context)))
    assert (told.event, told.id, told.at) == (event.rpartition(".")[2].lower(), "r-1", at.isoformat())
    assert told.data == {"kind": "image", "name": name, "message": ""}


def test_the_token_follows_from_the_secret_and_does_not_show_it() -> None:
    other = WEBHOOK.model_copy(update={"secret": SecretStr("seventeen characters")})
    assert token_of(WEBHOOK) == token_of(WEBHOOK) != token_of(other)
    assert len(token_of(WEBHOOK)) == 64
