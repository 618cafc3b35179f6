"""Folders to work in, and what becomes of those of killed processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from media_factory.errors import RenderError
from media_factory.workspaces import require_space, sweep, workspace


def work_until_killed(parent: Path, ready: Connection) -> None:
    with workspace(parent) as folder:
        (folder / "half.mp4").write_bytes(b"half")
        ready.send(folder.name)
        signal.pause()


@pytest.fixture
def worker(tmp_path: Path):
    """Start a process that works in a folder; it ends with the test."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work_until_killed, args=(tmp_path, theirs))
    process.start()
    assert ours.poll(30), "the process did not begin to work"
    ours.recv()
    yield process
    process.kill()
    process.join()


def test_a_workspace_is_gone_after_the_work_and_after_a_failure(tmp_path: Path) -> None:
    with workspace(tmp_path / "scratch") as folder:
        (folder / "part").mkdir()
        (folder / "part" / "file").write_text("x")
    with pytest.raises(ValueError, match="no"), workspace(tmp_path / "scratch"):
        raise ValueError("no")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_what_a_killed_process_left_is_swept(tmp_path: Path, worker: multiprocessing.Process) -> None:
    assert worker.pid
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    assert len(list(tmp_path.iterdir())) == 2
    assert sweep(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_a_living_process_works_in_stays(tmp_path: Path, worker: multiprocessing.Process) -> None:
    with workspace(tmp_path) as ours:
        assert sweep(tmp_path) == 0
        assert ours.is_dir()
        assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 2


def test_sweeping_where_nothing_is_does_nothing(tmp_path: Path) -> None:
    assert sweep(tmp_path / "nowhere") == 0


def test_too_little_room_is_refused_before_the_work_with_the_path_and_the_bytes(tmp_path: Path) -> None:
    needed = 1 << 60
    with pytest.raises(RenderError, match=rf"{tmp_path}: {needed} bytes are needed .* are free"):
        require_space(tmp_path, needed)
    with pytest.raises(RenderError), workspace(tmp_path / "scratch", needed):
        raise AssertionError("the work began")
    assert list((tmp_path / "scratch").iterdir()) == []
