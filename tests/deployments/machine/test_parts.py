"""Parts: they end as groups, in time, and their logs stay small."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from deployments.machine import parts
from deployments.machine.parts import Part, stop_all
from deployments.machine.processes import wait_until

_GENTLE = "import time; print('there', flush=True); time.sleep(600)"
# As a Prefect worker: the first TERM is a wish, the second an order.
_SLOW = """
import signal, sys, time
def first(*_):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
signal.signal(signal.SIGTERM, first)
print('there', flush=True)
while True:
    time.sleep(0.01)
"""
_DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('there', flush=True); time.sleep(600)"
)


def part_of(folder: Path, program: str, name: str = "a part") -> Part:
    part = Part(name, (sys.executable, "-c", program), os.environ, folder)
    part.start()
    assert wait_until(lambda: "there" in part.last_words(), 20)
    return part


def test_a_part_ends_when_it_is_asked_once_or_twice_and_else_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gentle, slow, deaf = (part_of(tmp_path, program, str(at)) for at, program in enumerate((_GENTLE, _SLOW, _DEAF)))
    monkeypatch.setattr(parts, "STEPS", ((signal.SIGTERM, 0.3), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)))
    stop_all([gentle, slow, deaf], lambda: not (gentle.runs() or slow.runs()))
    assert [part.exit_code() for part in (gentle, slow, deaf)] == [-signal.SIGTERM, 7, -signal.SIGKILL]


def test_who_has_lost_patience_waits_for_nobody(tmp_path: Path) -> None:
    deaf = part_of(tmp_path, _DEAF)
    stop_all([deaf], lambda: True)
    assert deaf.exit_code() == -signal.SIGKILL


def test_a_part_is_described_while_it_runs(tmp_path: Path) -> None:
    part = part_of(tmp_path, _GENTLE)
    described = part.described()
    assert described
    assert described.runs
    assert described.name == "a part"
    stop_all([part])
    assert not described.runs
    assert part.described() is None


def test_ending_what_has_ended_or_never_began_is_nothing(tmp_path: Path) -> None:
    part = part_of(tmp_path, _GENTLE)
    stop_all([part])
    stop_all([part, Part("never", ("/bin/true",), {}, tmp_path)])


def test_a_log_that_grew_long_begins_anew_and_what_was_there_is_kept(
    tmp_path: Path,
) -> None:
    part = part_of(tmp_path, _GENTLE)
    part.trim_log()
    assert part.log.read_text() == "there\n"
    os.truncate(part.log, parts.MOST_LOG_BYTES + 1)
    part.trim_log()
    assert part.log.stat().st_size == 0
    assert Path(f"{part.log}.1").read_bytes().startswith(b"there\n")
    stop_all([part])
