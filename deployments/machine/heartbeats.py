"""Runs whose process is gone are counted as Crashed: an automation of Prefect's on heartbeats that stop."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.events.schemas.automations import AutomationCore

NAME = "Media Factory: runs whose process is gone are Crashed"
# A live run must not be ended: a server with a backlog of events was seen to take 93 s for them, and a worker that
# somebody starts elsewhere, with Prefect's own setting, lets its runs send one every 180 s.
SILENT_S = 240
# What ends or suspends a run, so that no heartbeat is due. `Cancelling` is not among them: who was killed while it
# cancelled is gone too. A run in a terminal state that has another name stays as it is: Prefect refuses to crash it.
_NOT_DUE = (
    "AwaitingRetry",
    "Cancelled",
    "Completed",
    "Crashed",
    "Failed",
    "Paused",
    "Scheduled",
    "Suspended",
    "TimedOut",
)


def ensure_automation(client: SyncPrefectClient) -> bool:
    """Make the automation unless one of its name is there, and return whether it was made.

    One that a person paused or changed stays as it is.
    """
    if client.read_automations_by_name(NAME):
        return False
    client.create_automation(heartbeat_automation())
    return True


def heartbeat_automation(silent_s: float = SILENT_S) -> AutomationCore:
    """Return the automation.

    Args:
        silent_s: seconds without a heartbeat after which a run counts as dead; at least 10.
    """
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
    from prefect.events.schemas.events import ResourceSpecification

    heartbeat = "prefect.flow-run.heartbeat"
    return AutomationCore(
        name=NAME,
        description=f"A run that has sent no heartbeat for {silent_s:.0f} s has lost its process.",
        trigger=EventTrigger(
            # A run whose worker is killed before it starts never sends one.
            after={heartbeat, "prefect.flow-run.Pending"},
            expect={heartbeat, *(f"prefect.flow-run.{state}" for state in _NOT_DUE)},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=silent_s),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED, message="Its process is gone: it sent no heartbeat for a while. Retry it."
            )
        ],
    )


__all__ = ["NAME", "SILENT_S", "ensure_automation", "heartbeat_automation"]
