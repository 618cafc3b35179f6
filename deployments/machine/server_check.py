"""Trying out a Prefect server: whether it answers, lets us in, is of our version, and has our time."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version

import httpx

from deployments.checking import Finding
from deployments.machine.environment import CLIENT_AUTH, auth_from

# Leases and schedules go by the server's clock; the Date header counts whole seconds.
_MOST_SKEW_S = 5.0
_PART = "prefect server"


async def check_server(api_url: str | None, *, transport: httpx.AsyncBaseTransport | None = None) -> Finding:
    """Return how the server of a PREFECT_API_URL is, asked as our flows would ask it.

    Args:
        api_url: None if nobody named one.
        transport: how requests travel; over the network if none.
    """
    if not api_url:
        return Finding(part=_PART, state="off", what="no PREFECT_API_URL, and no `up` runs here")
    given = os.environ.get(CLIENT_AUTH, "").strip() or auth_from(os.environ)[0]
    auth = httpx.BasicAuth(*_halves(given)) if given else None
    try:
        async with httpx.AsyncClient(base_url=api_url, timeout=10, transport=transport) as client:
            health = await client.get("/health")
            admin = await client.get("/admin/version", auth=auth)
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        what = f"{api_url} can't be reached ({type(problem).__name__}); is it running, and is PREFECT_API_URL right?"
        return Finding(part=_PART, state="wrong", what=what)
    return Finding(part=_PART, **_judged(api_url, health, admin))


def _halves(given: str) -> tuple[str, str]:
    user, _, password = given.partition(":")
    return user, password


def _judged(api_url: str, health: httpx.Response, admin: httpx.Response) -> dict[str, str]:
    if admin.status_code in (401, 403):
        cure = f"set {CLIENT_AUTH} to what the server's PREFECT_SERVER_API_AUTH_STRING is"
        return {"state": "wrong", "what": f"{api_url} refuses us; {cure}"}
    if health.is_error or admin.is_error:
        return {
            "state": "wrong",
            "what": f"{api_url} answers {health.status_code} and {admin.status_code}; see its log",
        }
    theirs, ours = str(admin.json()), version("prefect")
    skew_s = _skew_s(health)
    if skew_s is not None and abs(skew_s) > _MOST_SKEW_S:
        return {
            "state": "wrong",
            "what": f"{api_url}: its clock is {skew_s:+.0f} s off ours; let both keep network time",
        }
    if theirs != ours:
        return {"state": "missing", "what": f"{api_url}: Prefect {theirs}, and {ours} here; use one version everywhere"}
    return {"state": "ok", "what": f"{api_url} answers and lets us in, Prefect {theirs}"}


def _skew_s(reply: httpx.Response) -> float | None:
    if "date" not in reply.headers:
        return None
    return (parsedate_to_datetime(reply.headers["date"]) - datetime.now(UTC)).total_seconds()


__all__ = ["check_server"]
