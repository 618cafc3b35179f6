"""What the server alone can know: a run whose process died, or that was cancelled, can tell nobody itself.

Finished and failed runs tell the factory's webhook from inside (`delivery/events.py`). Of these two the server tells,
through an automation that calls the same address. A second one ends what nobody else does: a run that is cancelled
while its process starts stays `Cancelling` for ever (seen with Prefect 3.8.8: the process ends before it is stopped).
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from deployments.strictness import TAG
from media_factory.publishing.webhooks import Webhook

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.events.schemas.automations import AutomationCore

NAME = "Media Factory: tell of crashed and cancelled runs"
STUCK_NAME = "Media Factory: end cancelled runs that never began"
# Longer than a process takes to start on a busy machine: one that found its run Cancelled, and not Cancelling, would
# begin it all the same.
STUCK_AFTER_S = 300.0
_ENDED = ("Cancelled", "Completed", "Crashed", "Failed")
BLOCK = "media-factory-dead-runs"
TOKEN_HEADER = "X-Media-Factory-Token"  # noqa: S105 - the header's name
EVENTS = ("prefect.flow-run.Cancelled", "prefect.flow-run.Crashed")
# The shape of every other event of ours; names may hold quotes, so they pass through tojson.
PAYLOAD = """\
{"event": {{ event.event.split(".")[-1] | lower | tojson }}, "id": {{ flow_run.id | string | tojson }},\
 "at": {{ event.occurred.isoformat() | tojson }},\
 "data": {"kind": {{ flow.name | tojson }}, "name": {{ flow_run.name | tojson }},\
 "message": {{ (flow_run.state.message or "") | tojson }}}}"""


def token_of(webhook: Webhook) -> str:
    """Return what the server sends in `X-Media-Factory-Token`, since it can't sign: receivers compute the same.

    It is HMAC-SHA256 over `dead-runs/1` with the webhook's secret, as hex, so the secret itself stays where it is.
    """
    return hmac.new(webhook.secret.get_secret_value().encode(), b"dead-runs/1", hashlib.sha256).hexdigest()


async def tell_of_dead_runs(client: PrefectClient, webhook: Webhook) -> UUID:
    """Have the server call a webhook when a run of ours crashes or is cancelled, and return the automation's id.

    Done again, it is the same automation with the webhook's present address; one that a person disabled stays so.

    Args:
        client: of the server.
        webhook: who is told.

    Raises:
        PrefectHTTPStatusError: the server refused.
    """
    return await _ensure(client, _telling(await _saved_block(client, webhook)))


async def end_stuck_cancellations(client: PrefectClient, after_s: float = STUCK_AFTER_S) -> UUID:
    """Have the server end runs of ours that are `Cancelling` for so long, and return the automation's id.

    Done again, it is the same automation; one that a person disabled stays so.

    Args:
        client: of the server.
        after_s: at least 10 seconds.

    Raises:
        PrefectHTTPStatusError: the server refused.
    """
    return await _ensure(client, _ending(after_s))


async def _ensure(client: PrefectClient, wanted: AutomationCore) -> UUID:
    known = await client.read_automations_by_name(wanted.name)
    if not known:
        return await client.create_automation(wanted)
    kept, *doubles = known
    await client.update_automation(kept.id, wanted.model_copy(update={"enabled": kept.enabled}))
    for double in doubles:
        await client.delete_automation(double.id)
    return kept.id


def _telling(block_id: UUID) -> AutomationCore:
    from prefect.events.actions import CallWebhook
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    trigger = EventTrigger(
        expect=set(EVENTS), posture=Posture.Reactive, threshold=1, within=timedelta(0), **_each_of_our_runs()
    )
    return AutomationCore(
        name=NAME,
        description="Calls the factory's webhook for runs that can't tell of their own end.",
        enabled=True,
        trigger=trigger,
        actions=[CallWebhook(block_document_id=block_id, payload=PAYLOAD)],
    )


def _ending(after_s: float) -> AutomationCore:
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    trigger = EventTrigger(
        after={"prefect.flow-run.Cancelling"},
        expect={f"prefect.flow-run.{name}" for name in _ENDED},
        posture=Posture.Proactive,
        threshold=1,
        within=timedelta(seconds=after_s),
        **_each_of_our_runs(),
    )
    return AutomationCore(
        name=STUCK_NAME,
        description="Ends runs whose cancellation nobody brought to an end.",
        enabled=True,
        trigger=trigger,
        actions=[ChangeFlowRunState(state=StateType.CANCELLED, message="cancelled before it began")],
    )


def _each_of_our_runs() -> dict[str, Any]:
    from prefect.events.schemas.events import ResourceSpecification

    ours = {"prefect.resource.id": f"prefect.tag.{TAG}", "prefect.resource.role": "tag"}
    return {
        "match": ResourceSpecification.model_validate({"prefect.resource.id": "prefect.flow-run.*"}),
        "match_related": ResourceSpecification.model_validate(ours),
        "for_each": {"prefect.resource.id"},
    }


async def _saved_block(client: PrefectClient, webhook: Webhook) -> UUID:
    """Save the address as Prefect's own kind of webhook, the only one that its automations call."""
    from prefect.blocks.webhook import Webhook as PrefectWebhook
    from prefect.types import SecretDict

    block = PrefectWebhook(
        url=webhook.url,
        headers=SecretDict({"Content-Type": "application/json", TOKEN_HEADER: token_of(webhook)}),
        allow_private_urls=False,
    )
    return await block.asave(BLOCK, overwrite=True, client=client)


__all__ = [
    "BLOCK",
    "EVENTS",
    "NAME",
    "PAYLOAD",
    "STUCK_AFTER_S",
    "STUCK_NAME",
    "TOKEN_HEADER",
    "end_stuck_cancellations",
    "tell_of_dead_runs",
    "token_of",
]
