"""The state file: whole, private, and never taken for somebody else's process."""

from __future__ import annotations

import os
import secrets
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deployments.machine.processes import MARK_VARIABLE, started
from deployments.machine.state import (
    MachineState,
    RunningPart,
    claim,
    end_leftovers,
    read_state,
    state_path,
    this_process,
    write_state,
)
from media_factory.errors import InputError


def state_of(pid: int, since: str, *parts: RunningPart, **changed: object) -> MachineState:
    import socket

    values = {
        "mark": secrets.token_hex(8),
        "host": socket.gethostname(),
        "pid": pid,
        "started": since,
        "since": time.time(),
        "url": "http://127.0.0.1:4200",
        "media_url": "http://127.0.0.1:4210",
        "parts": parts,
    }
    return MachineState.model_validate({**values, **changed})


def test_it_lies_in_the_home_and_only_its_owner_may_read_it(home: Path) -> None:
    path = state_path()
    assert path == home / "up.json"
    state = state_of(*this_process())
    write_state(path, state)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_state(path) == state
    assert [one.name for one in home.iterdir()] == ["up.json"]


@pytest.mark.parametrize("text", ["", "{", "{}", '{"mark": "x", "unknown": 1}'])
def test_what_can_t_be_read_counts_as_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "up.json"
    path.write_text(text)
    assert read_state(path) is None
    assert claim(path, state_of(*this_process())) == 0
    assert read_state(path)


def test_a_second_up_is_refused_with_the_url_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "up.json"
    first = state_of(*this_process())
    claim(path, first)
    with pytest.raises(
        InputError, match=r"`up` runs already: http://127\.0\.0\.1:4200 .*`media-factory down`"
    ) as refused:
        claim(path, state_of(*this_process(), url="http://127.0.0.1:9"))
    assert refused.value.exit_code == 2
    assert read_state(path) == first


def test_a_home_in_use_on_another_machine_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "up.json"
    write_state(path, state_of(1, "1@elsewhere", host="elsewhere.example"))
    with pytest.raises(InputError, match=r"elsewhere\.example"):
        claim(path, state_of(*this_process()))


def test_a_recycled_number_is_not_taken_for_ours(tmp_path: Path) -> None:
    path = tmp_path / "up.json"
    pid, since = this_process()
    ours = RunningPart(name="worker", pid=pid, started=f"0{since}", since=0)
    write_state(path, state_of(pid, f"0{since}", ours))
    assert claim(path, state_of(pid, since)) == 0
    assert read_state(path)


def test_what_a_killed_up_left_is_ended_by_the_next(tmp_path: Path) -> None:
    path, mark = tmp_path / "up.json", secrets.token_hex(8)
    sleeping = [sys.executable, "-c", "import time; time.sleep(600)"]
    part = subprocess.Popen(sleeping, start_new_session=True)
    run = subprocess.Popen(sleeping, start_new_session=True, env={**os.environ, MARK_VARIABLE: mark})
    since = started(part.pid)
    assert since
    left = RunningPart(name="worker", pid=part.pid, started=since, since=0)
    write_state(path, state_of(2**22 - 1, "1@gone", left, mark=mark))
    assert claim(path, state_of(*this_process())) == 2
    assert part.wait(10) == run.wait(10) == -signal.SIGKILL


def test_nothing_left_means_nothing_to_end() -> None:
    assert end_leftovers(state_of(2**22 - 1, "1@gone")) == 0
