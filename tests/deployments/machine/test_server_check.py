"""What is said of a Prefect server: reached, let in, of our version, of our time."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.metadata import version

import httpx
import pytest

from deployments.machine.environment import CLIENT_AUTH, SERVER_AUTH
from deployments.machine.server_check import check_server

URL = "http://prefect.example/api"


def server(*, auth: str = "", ahead_s: float = 0, release: str = "") -> httpx.MockTransport:
    """A Prefect server's answers to those two requests."""
    wanted = f"Basic {b64encode(auth.encode()).decode()}"

    def answer(request: httpx.Request) -> httpx.Response:
        date = {"Date": format_datetime(datetime.now(UTC) + timedelta(seconds=ahead_s), usegmt=True)}
        if request.url.path == "/api/health":
            return httpx.Response(200, json=True, headers=date)
        assert request.url.path == "/api/admin/version"
        if auth and request.headers.get("Authorization") != wanted:
            return httpx.Response(401, json={"exception_message": "Unauthorized"}, headers=date)
        return httpx.Response(200, json=release or version("prefect"), headers=date)

    return httpx.MockTransport(answer)


@pytest.fixture(autouse=True)
def _no_auth(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (CLIENT_AUTH, SERVER_AUTH):
        monkeypatch.delenv(name, raising=False)


async def test_a_server_that_answers_and_lets_us_in_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await check_server(URL, transport=server())).state == "ok"
    monkeypatch.setenv(CLIENT_AUTH, "admin:a:secret")
    assert (await check_server(URL, transport=server(auth="admin:a:secret"))).state == "ok"
    monkeypatch.delenv(CLIENT_AUTH)
    monkeypatch.setenv(SERVER_AUTH, "admin:a:secret")
    assert (await check_server(URL, transport=server(auth="admin:a:secret"))).state == "ok"


async def test_a_wrong_or_missing_auth_string_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for given in ("", "admin:wrong"):
        monkeypatch.setenv(CLIENT_AUTH, given)
        found = await check_server(URL, transport=server(auth="admin:secret"))
        assert found.state == "wrong"
        assert f"set {CLIENT_AUTH}" in found.what
        assert "wrong" not in found.what
        assert "admin" not in found.what


@pytest.mark.parametrize("ahead_s", [-90, 90])
async def test_a_clock_that_is_off_is_said_in_seconds(ahead_s: float) -> None:
    found = await check_server(URL, transport=server(ahead_s=ahead_s))
    assert found.state == "wrong"
    assert f"its clock is {ahead_s:+d}" in found.what or f"its clock is {ahead_s - 1:+d}" in found.what


async def test_another_release_is_worth_a_word() -> None:
    found = await check_server(URL, transport=server(release="3.8.1"))
    assert found.state == "missing"
    assert "Prefect 3.8.1" in found.what


async def test_a_server_that_is_not_there_and_one_that_nobody_named() -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    found = await check_server(URL, transport=httpx.MockTransport(nobody))
    assert found.state == "wrong"
    assert "can't be reached" in found.what
    assert (await check_server(None)).state == "off"


async def test_a_server_that_is_ill_is_not_fine() -> None:
    ill = httpx.MockTransport(lambda _request: httpx.Response(503))
    found = await check_server(URL, transport=ill)
    assert found.state == "wrong"
    assert "503" in found.what
