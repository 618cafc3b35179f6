"""The supervisor: what dies is started again, what won't live is given up, and a busy port starts nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.machine import restarts
from deployments.machine.parts import Part, stop_all
from deployments.machine.pools import pools_for
from deployments.machine.ports import HOST
from deployments.machine.processes import wait_until
from deployments.machine.running import Machine, Options
from deployments.machine.state import read_state, this_process
from deployments.machine.stopping import Stop
from tests.deployments.machine.test_state import state_of
from tests.prefect_server import CHECKOUT, free_port

_LASTING = "import time; time.sleep(600)"


class Rehearsal(Machine):
    """A machine whose parts are small programs."""

    def __init__(self, folder: Path, **programs: str) -> None:
        options = Options(port=free_port(), media_port=free_port(), pools=pools_for(gpu=False))
        state = state_of(*this_process())
        self.path = folder / "up.json"
        super().__init__(options, state, self.path, Stop())
        self.parts = [
            Part(name, (sys.executable, "-c", program), {**os.environ, "MEDIA_FACTORY_UP": state.mark}, folder)
            for name, program in programs.items()
        ]
        for part in self.parts:
            part.start()

    @property
    def _lasting(self) -> list[Part]:
        return self.parts

    def watch(self) -> int:
        try:
            return self._watch()
        finally:
            stop_all(self.parts)


def test_a_part_that_dies_five_times_in_a_row_is_given_up_with_a_message(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(restarts, "_FIRST_DELAY_S", 0.01)
    machine = Rehearsal(tmp_path, steady=_LASTING, worker="import sys; sys.exit(3)")
    assert machine.watch() == 1
    shown = capsys.readouterr().out
    assert shown.count("the worker ended by itself (exit code 3)") == 4
    assert f"the worker died 5 times in a row; stopping the rest. See {tmp_path / 'worker.log'}" in shown
    assert "steady" not in shown


def test_a_part_that_dies_once_is_started_again_and_the_state_says_so(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarts, "_FIRST_DELAY_S", 0.01)
    once = tmp_path / "once"
    dying = f"import pathlib; once = pathlib.Path({str(once)!r}); once.exists() or (once.touch(), exit(1)); {_LASTING}"
    machine = Rehearsal(tmp_path, worker=dying)

    def restarted() -> bool:
        state = read_state(machine.path)
        return state is not None and [part.restarts for part in state.parts] == [1]

    class AsSoonAsRestarted(Stop):
        def asked(self) -> bool:
            return restarted()

    machine._stop = AsSoonAsRestarted()
    assert machine.watch() == 0
    assert wait_until(restarted, 1)


def test_a_busy_port_is_named_and_nothing_is_started(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-c", "from deployments.cli import main; main()", "up", "--port", str(port)]
        environment = os.environ | {"PREFECT_SERVER_API_AUTH_STRING": ""}
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == f"media-factory: --port: {port} is taken on this machine; give another one\n"
    assert done.stdout.startswith("warning: PREFECT_SERVER_API_AUTH_STRING is set but empty")
    assert [file.name for file in home.iterdir()] == ["up.lock"]
