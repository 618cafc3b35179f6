"""What the parts of one machine find in their environment."""

from __future__ import annotations

from collections.abc import Mapping

from deployments.machine.parts import CHECKOUT
from deployments.machine.processes import MARK_VARIABLE
from deployments.machine.state import MachineState
from deployments.quiet import QUIET
from media_factory.delivery.links import URL_VARIABLE

SERVER_AUTH = "PREFECT_SERVER_API_AUTH_STRING"
CLIENT_AUTH = "PREFECT_API_AUTH_STRING"
# The least that Prefect takes. Who is silent for `heartbeats.SILENT_S` is counted as dead.
HEARTBEAT_S = 30


def auth_from(environ: Mapping[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """Return what the server asks of its clients, if anything, and what is odd about the settings.

    Set but empty counts as not set: Prefect would refuse everybody (measured with 3.8.8).
    """
    odd = tuple(
        f"{name} is set but empty, which makes Prefect refuse everybody; it is taken as not set"
        for name in (SERVER_AUTH, CLIENT_AUTH)
        if name in environ and not environ[name].strip()
    )
    return environ.get(SERVER_AUTH, "").strip() or None, odd


def environment_for(state: MachineState, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of everything that an `up` starts.

    Args:
        state: where its server and its media server are.
        environ: our own variables; what a person set there and that doesn't clash is passed on.
    """
    auth, _ = auth_from(environ)
    # A key of Prefect Cloud would be shown to a server that is none.
    left_out = {SERVER_AUTH, CLIENT_AUTH, "PREFECT_API_KEY"}
    # What keeps a command's own output clean would empty the parts' logs and the runs' logs in the UI.
    left_out |= {name for name, value in QUIET.items() if environ.get(name) == value}
    kept = {name: value for name, value in environ.items() if name not in left_out}
    defaults = {
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_S),
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        # Who put the media server behind an address of their own keeps it.
        URL_VARIABLE: state.media_url,
    }
    fixed = {
        "PREFECT_API_URL": state.api_url,
        # The UI asks for the API at port 4200 unless it is told.
        "PREFECT_SERVER_UI_API_URL": state.api_url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "MEDIA_FACTORY_CHECKOUT": str(CHECKOUT),
        MARK_VARIABLE: state.mark,
        "PYTHONUNBUFFERED": "1",
    }
    return {**defaults, **kept, **fixed, **({SERVER_AUTH: auth, CLIENT_AUTH: auth} if auth else {})}


__all__ = ["CLIENT_AUTH", "HEARTBEAT_S", "SERVER_AUTH", "auth_from", "environment_for"]
