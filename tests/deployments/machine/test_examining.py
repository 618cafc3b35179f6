"""`doctor`: what is wrong is named, with what to do about it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from deployments.checking import Finding
from deployments.cli import cli
from deployments.machine import examining
from deployments.machine.environment import SERVER_AUTH
from deployments.machine.examining import examine
from deployments.machine.ports import HOST
from deployments.machine.state import this_process, write_state
from tests.deployments.machine.test_state import state_of
from tests.prefect_server import free_port


async def found(port: int | None = None) -> dict[str, Finding]:
    return {one.part: one for one in await examine(port=port or free_port(), media_port=free_port())}


@pytest.fixture(autouse=True)
def _no_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING", SERVER_AUTH):
        monkeypatch.delenv(name, raising=False)


async def test_a_machine_that_is_set_up_has_nothing_wrong() -> None:
    findings = await found()
    assert not [one for one in findings.values() if one.state == "wrong"]
    wanted = (
        "python",
        "prefect",
        "fastapi",
        "prefect.collections",
        "media_factory.providers",
        "fonts",
        "home",
        "ffmpeg",
    )
    assert {findings[part].state for part in (*wanted, "store", "books", "speech: espeak", "ports")} == {"ok"}
    assert findings["prefect server"].state == "off"


def test_on_the_command_line_it_is_a_table_or_json() -> None:
    ports = ("--port", str(free_port()), "--media-port", str(free_port()))
    shown = CliRunner().invoke(cli, ["doctor", *ports])
    assert shown.exit_code == 0, shown.output
    assert "ffmpeg version" in shown.output
    rows = json.loads(CliRunner().invoke(cli, ["doctor", *ports, "--json"]).output)
    assert {"part", "state", "what"} == rows[0].keys()


async def test_a_taken_port_is_wrong_unless_it_is_taken_by_us(home: Path) -> None:
    with socket.socket() as server:
        server.bind((HOST, 0))
        server.listen()
        port = server.getsockname()[1]
        ports = (await found(port))["ports"]
        assert ports.state == "wrong"
        assert f"--port {port}: taken by another program" in ports.what
        write_state(home / "up.json", state_of(*this_process()))
        assert (await found(port))["ports"].state == "ok"


async def test_an_empty_auth_string_is_a_trap_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SERVER_AUTH, "")
    auth = (await found())["auth"]
    assert auth.state == "wrong"
    assert f"{SERVER_AUTH} is set but empty" in auth.what


async def test_a_home_that_is_no_folder_is_wrong(home: Path) -> None:
    home.write_text("a file")
    findings = await found()
    assert findings["home"].state == "wrong"
    assert str(home) in findings["home"].what


async def test_a_disk_without_room_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "_LEAST_DISK_BYTES", 1 << 60)
    assert (await found())["disk"].state == "wrong"


async def test_an_ffmpeg_that_can_t_be_run_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "absent"))
    from media_factory.rendering.ffmpeg import ffmpeg_program

    ffmpeg_program.cache_clear()
    try:
        assert (await found())["ffmpeg"].state == "wrong"
    finally:
        ffmpeg_program.cache_clear()
