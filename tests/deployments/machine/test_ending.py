"""`down`: ends what runs, kills what doesn't end, and says which."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from deployments.cli import cli
from deployments.machine.ending import end_machine
from deployments.machine.processes import MARK_VARIABLE, started
from deployments.machine.state import RunningPart, write_state
from media_factory.errors import InputError
from tests.deployments.machine.test_state import state_of

_GENTLE = "print('there', flush=True); import time; time.sleep(600)"
_DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {_GENTLE}"


def spawn(program: str, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout and process.stdout.readline() == b"there\n"
    since = started(process.pid)
    assert since
    return process, since


def test_nothing_runs_where_nothing_was_started(home: Path) -> None:
    done = CliRunner().invoke(cli, ["down"])
    assert (done.exit_code, done.output) == (0, "nothing runs here\n")
    assert not home.exists()


def test_an_up_that_runs_is_asked_to_end(tmp_path: Path) -> None:
    process, since = spawn(_GENTLE)
    path = tmp_path / "up.json"
    write_state(path, state_of(process.pid, since))
    ended = end_machine(10, path)
    assert ended.well
    assert ended.what == "stopped what ran at http://127.0.0.1:4200"
    assert process.wait(10) == -signal.SIGTERM


def test_an_up_that_does_not_end_is_killed_with_all_its_parts(tmp_path: Path) -> None:
    process, since = spawn(_DEAF)
    part, part_since = spawn(_DEAF)
    run, _ = spawn(_DEAF, **{MARK_VARIABLE: "the mark of a test of down"})
    path = tmp_path / "up.json"
    parts = RunningPart(name="worker", pid=part.pid, started=part_since, since=0)
    write_state(path, state_of(process.pid, since, parts, mark="the mark of a test of down"))
    ended = end_machine(0.2, path)
    assert not ended.well
    assert "did not stop within 0.2 s and was killed" in ended.what
    assert {one.wait(10) for one in (process, part, run)} == {-signal.SIGKILL}
    assert not path.exists()


def test_what_a_killed_up_left_is_ended(tmp_path: Path) -> None:
    run, _ = spawn(_DEAF, **{MARK_VARIABLE: "the mark of another test"})
    path = tmp_path / "up.json"
    write_state(path, state_of(2**22 - 1, "1@gone", mark="the mark of another test"))
    ended = end_machine(10, path)
    assert ended.well
    assert "ended 1 processes" in ended.what
    assert run.wait(10) == -signal.SIGKILL
    assert not path.exists()


def test_what_runs_on_another_machine_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "up.json"
    write_state(path, state_of(1, "1@elsewhere", host="elsewhere.example"))
    with pytest.raises(InputError, match=r"elsewhere\.example; end it there"):
        end_machine(1, path)
    assert path.exists()
