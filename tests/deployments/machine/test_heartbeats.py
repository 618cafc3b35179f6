"""The automation for dead runs: made once, and never about a run that is well."""

from __future__ import annotations

from datetime import timedelta

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType

from deployments.machine.heartbeats import NAME, SILENT_S, ensure_automation, heartbeat_automation


def test_silence_after_a_heartbeat_or_before_the_first_makes_a_run_crashed() -> None:
    automation = heartbeat_automation()
    assert automation.trigger.within == timedelta(seconds=SILENT_S)
    assert automation.trigger.after == {"prefect.flow-run.heartbeat", "prefect.flow-run.Pending"}
    (action,) = automation.actions
    assert action.state == StateType.CRASHED


def test_a_run_that_waits_or_has_ended_owes_no_heartbeat_and_one_that_cancels_does() -> None:
    expected = heartbeat_automation().trigger.expect
    for state in ("Completed", "Failed", "Crashed", "Cancelled", "Paused", "Suspended", "AwaitingRetry", "Scheduled"):
        assert f"prefect.flow-run.{state}" in expected
    assert "prefect.flow-run.Cancelling" not in expected


def test_it_is_made_once(prefect_api: None) -> None:
    with get_client(sync_client=True) as client:
        assert ensure_automation(client)
        assert not ensure_automation(client)
        assert len(client.read_automations_by_name(NAME)) == 1
