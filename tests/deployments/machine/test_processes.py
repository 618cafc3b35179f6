"""Processes: told apart by their start, found by their mark, ended to the last."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from deployments.machine.processes import MARK_VARIABLE, is_running, marked, started, sweep, wait_until

# It starts another in a session of its own, as a Prefect worker does with its runs, and says when both are there.
_PAIR = """
import subprocess, sys, time
child = [sys.executable, "-c", "print('there', flush=True); import time; time.sleep(600)"]
subprocess.Popen(child, start_new_session=True)
time.sleep(600)
"""
_DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('there', flush=True); time.sleep(600)"
)


def spawn(program: str, mark: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", program], env={**os.environ, MARK_VARIABLE: mark}, stdout=subprocess.PIPE
    )
    assert process.stdout and process.stdout.readline() == b"there\n"
    return process


@pytest.fixture
def mark() -> Iterator[str]:
    mark = secrets.token_hex(8)
    yield mark
    sweep(mark)


def test_a_process_is_itself_and_no_other_of_its_number() -> None:
    here = os.getpid()
    since = started(here)
    assert since
    assert is_running(here, since)
    assert not is_running(here, f"1{since}")
    assert not is_running(here, "unknown")


def test_a_process_that_has_ended_does_not_run_even_before_its_parent_asks() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    since = started(process.pid)
    assert since
    assert is_running(process.pid, since)
    process.kill()
    assert wait_until(lambda: not is_running(process.pid, since), 10)
    process.communicate()
    assert started(process.pid) is None


def test_all_that_carry_a_mark_are_found_and_ended_in_sessions_of_their_own_too(mark: str) -> None:
    process = spawn(_PAIR, mark)
    assert len(marked(mark)) == 2
    assert marked(mark, spared=[process.pid]) != [process.pid]
    assert sweep(mark, spared=[process.pid]) == 1
    assert marked(mark) == [process.pid]
    assert sweep(mark) == 1
    assert process.wait(10) == -signal.SIGKILL


def test_who_does_not_end_when_asked_is_killed_after_patience(mark: str) -> None:
    process = spawn(_DEAF, mark)
    assert sweep(mark, patience_s=0.2) == 1
    assert process.wait(10) == -signal.SIGKILL


def test_who_ends_when_asked_is_not_killed(mark: str) -> None:
    process = spawn("print('there', flush=True); import time; time.sleep(600)", mark)
    assert sweep(mark, patience_s=10) == 1
    assert process.wait(10) == -signal.SIGTERM


def test_a_mark_that_nobody_carries_ends_nobody() -> None:
    assert sweep(secrets.token_hex(8), patience_s=5) == 0
