from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from deployments.worker.sources import Snapshot, take_snapshot


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("media_factory/drawing", "flows", "tasks", "blocks", "deployments/worker"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "media_factory" / "drawing" / "brush.py").write_text("width = 1")
    (tmp_path / "flows" / "image.py").write_text("")
    (tmp_path / "settings.toml").write_text("a = 1")
    return tmp_path


def edit(root: Path) -> None:
    (root / "media_factory" / "drawing" / "brush.py").write_text("width = 12")


def touch(root: Path) -> None:
    os.utime(root / "flows" / "image.py", ns=(1, 1))


def add(root: Path) -> None:
    (root / "tasks" / "new.py").touch()


def add_data(root: Path) -> None:
    (root / "media_factory" / "prices.yaml").touch()


def remove(root: Path) -> None:
    (root / "flows" / "image.py").unlink()


def set_differently(root: Path) -> None:
    (root / "settings.toml").write_text("a = 22")


def compile_something(root: Path) -> None:
    (root / "flows" / "__pycache__").mkdir()
    (root / "flows" / "__pycache__" / "image.pyc").touch()


def change_another_program(root: Path) -> None:
    (root / "deployments" / "cli.py").touch()


def taken(root: Path) -> Snapshot:
    return take_snapshot(root, [root / "settings.toml", root / "missing.toml"])


@pytest.mark.parametrize("change", [edit, touch, add, add_data, remove, set_differently])
def test_code_that_was_changed_is_stale(root: Path, change: Callable[[Path], None]) -> None:
    snapshot = taken(root)
    assert snapshot.is_current()
    change(root)
    assert not snapshot.is_current()
    assert taken(root).is_current()


@pytest.mark.parametrize("change", [compile_something, change_another_program])
def test_what_no_run_loads_is_no_change(root: Path, change: Callable[[Path], None]) -> None:
    snapshot = taken(root)
    change(root)
    assert snapshot.is_current()


def test_a_settings_file_that_appears_is_a_change(root: Path) -> None:
    snapshot = taken(root)
    (root / "missing.toml").touch()
    assert not snapshot.is_current()


def test_the_snapshot_of_this_checkout_has_what_runs_load() -> None:
    root = Path(__file__).resolve().parents[3]
    seen = take_snapshot(root).seen
    assert str(root / "flows" / "image.py") in seen
    assert str(root / "media_factory" / "catalogue" / "data" / "openai.yaml") in seen
    assert str(root / "deployments" / "cli.py") not in seen
