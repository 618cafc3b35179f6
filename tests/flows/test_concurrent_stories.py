"""Two processes on one story, and what happens when one of them is killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from media_factory.delivery.manifest import Manifest
from tests.flows.stories import produce, story_brief

SCRIPT = """
import sys
from pathlib import Path
from tests.flows.stories import produce, story_brief
# Two signings of the same bytes differ, so these files are delivered as they were made.
produce(story_brief(provenance="none"), Path(sys.argv[1]))
"""
LEASE_S = 3


def start(out: Path) -> subprocess.Popen[bytes]:
    """Make the story in a process of its own; MEDIA_FACTORY_HOME says where."""
    environment = os.environ | {"MEDIA_FACTORY_LEASE_S": str(LEASE_S)}
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(out)], env=environment)


def keys_made(out: Path) -> set[str]:
    manifest = Manifest.model_validate_json((out / "manifest.json").read_text())
    return {row.key for row in manifest.stages if row.state == "made"}


def test_two_processes_at_once_make_each_stage_once(home: Path, tmp_path: Path) -> None:
    outs = [tmp_path / "a", tmp_path / "b"]
    processes = [start(out) for out in outs]
    assert [process.wait(120) for process in processes] == [0, 0]
    first, second = (keys_made(out) for out in outs)
    assert not first & second
    manifest = Manifest.model_validate_json((outs[0] / "manifest.json").read_text())
    assert first | second == {row.key for row in manifest.stages}
    for name in ("video-9x16.mp4", "captions.vtt", "narration.m4a"):
        assert (outs[0] / name).read_bytes() == (outs[1] / name).read_bytes()


def leases_held(home: Path) -> int:
    if not (home / "books.db").exists():
        return 0
    with sqlite3.connect(home / "books.db") as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM leases").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_after_kill_9_of_a_holder_the_other_finishes_by_itself(home: Path, tmp_path: Path) -> None:
    doomed = start(tmp_path / "doomed")
    deadline = time.monotonic() + 60
    while not leases_held(home) and doomed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(doomed.pid, signal.SIGKILL)
    assert doomed.wait() == -signal.SIGKILL
    held = leases_held(home)
    survivor = start(tmp_path / "survivor")
    assert survivor.wait(120) == 0
    assert held > 0
    calm = produce(story_brief(provenance="none"), tmp_path / "calm")
    assert all(row.state == "cached" for row in calm.stages)
    assert leases_held(home) == 0
    assert not (tmp_path / "doomed" / "manifest.json").exists()
