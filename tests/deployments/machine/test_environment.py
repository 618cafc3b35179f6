"""What the parts find in their environment, and the traps of Prefect's auth string."""

from __future__ import annotations

import pytest

from deployments.machine.environment import CLIENT_AUTH, HEARTBEAT_S, SERVER_AUTH, auth_from, environment_for
from deployments.machine.heartbeats import SILENT_S
from deployments.machine.processes import MARK_VARIABLE
from deployments.machine.state import this_process
from deployments.quiet import QUIET
from tests.deployments.machine.test_state import state_of

STATE = state_of(*this_process())


def test_the_clients_get_the_server_s_auth_string() -> None:
    found = environment_for(STATE, {SERVER_AUTH: "admin:secret", CLIENT_AUTH: "another"})
    assert found[SERVER_AUTH] == found[CLIENT_AUTH] == "admin:secret"
    assert auth_from({SERVER_AUTH: "admin:secret"}) == ("admin:secret", ())


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_auth_string_is_taken_as_not_set_and_said(empty: str) -> None:
    environ = {SERVER_AUTH: empty, CLIENT_AUTH: empty}
    found = environment_for(STATE, environ)
    assert SERVER_AUTH not in found
    assert CLIENT_AUTH not in found
    asks, odd = auth_from(environ)
    assert asks is None
    assert [line.split()[0] for line in odd] == [SERVER_AUTH, CLIENT_AUTH]


def test_without_an_auth_string_nobody_is_asked_for_one() -> None:
    assert auth_from({}) == (None, ())
    assert not {SERVER_AUTH, CLIENT_AUTH} & environment_for(STATE, {}).keys()


def test_no_warning_shows_the_auth_string() -> None:
    _, odd = auth_from({SERVER_AUTH: "admin:secret", CLIENT_AUTH: ""})
    assert odd
    assert "secret" not in "".join(odd)


def test_a_person_s_variables_are_passed_on_unless_they_clash() -> None:
    mine = {
        "OPENAI_API_KEY": "k",
        "PREFECT_WORKER_QUERY_SECONDS": "9",
        "PREFECT_API_URL": "https://elsewhere.example/api",
        "PREFECT_API_KEY": "for the cloud",
    }
    found = environment_for(STATE, mine)
    assert found["OPENAI_API_KEY"] == "k"
    assert found["PREFECT_WORKER_QUERY_SECONDS"] == "9"
    assert found["PREFECT_API_URL"] == found["PREFECT_SERVER_UI_API_URL"] == STATE.api_url
    assert "PREFECT_API_KEY" not in found
    assert found["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert found[MARK_VARIABLE] == STATE.mark


def test_the_quiet_of_a_command_is_not_passed_on_to_the_logs_of_the_parts() -> None:
    assert "PREFECT_LOGGING_LEVEL" not in environment_for(STATE, QUIET)
    assert environment_for(STATE, {"PREFECT_LOGGING_LEVEL": "DEBUG"})["PREFECT_LOGGING_LEVEL"] == "DEBUG"


def test_a_live_run_may_miss_several_heartbeats_before_it_counts_as_dead() -> None:
    assert environment_for(STATE, {})["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] == str(HEARTBEAT_S)
    assert SILENT_S >= 3 * HEARTBEAT_S
