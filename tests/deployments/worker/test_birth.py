from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from deployments.worker.birth import Runtime, Surroundings, reason_to_start_afresh

ROOT = Path(__file__).resolve().parents[3]
ENGINE = [sys.executable, "-m", "prefect.engine"]
GIVEN = {"HOME": "/home/a"}
PREPARED = Runtime(ENGINE, ROOT, {**GIVEN, "PYTHONPATH": str(ROOT), "PREFECT__FLOW_ENTRYPOINT": "flows/image.py:f"})
HERE = Surroundings(environment=GIVEN, path=tuple(sys.path), lent=None)


def test_the_usual_run_goes_on_in_the_warm_process() -> None:
    assert reason_to_start_afresh(PREPARED, GIVEN, HERE) is None
    assert reason_to_start_afresh(PREPARED, GIVEN, replace(HERE, lent=ROOT)) is None


def test_a_run_in_a_folder_without_code_goes_on_where_our_code_is_installed(tmp_path: Path) -> None:
    elsewhere = Runtime(ENGINE, tmp_path, {**GIVEN, "PYTHONPATH": str(tmp_path)})
    assert reason_to_start_afresh(elsewhere, GIVEN, HERE) is None
    reason = reason_to_start_afresh(elsewhere, GIVEN, replace(HERE, lent=ROOT))
    assert reason == f"its code is not that in {ROOT}"


def test_another_command_needs_a_fresh_process() -> None:
    runtime = replace(PREPARED, command=["uv", "run", "python"])
    assert reason_to_start_afresh(runtime, GIVEN, HERE) == "its command is 'uv'"


def test_what_pull_steps_put_into_the_environment_needs_a_fresh_process() -> None:
    runtime = replace(PREPARED, environment={**PREPARED.environment, "LD_PRELOAD": "x.so"})
    assert reason_to_start_afresh(runtime, GIVEN, HERE) == "its pull steps set LD_PRELOAD"


@pytest.mark.parametrize("where", ["folder", "path"])
def test_a_checkout_of_its_own_needs_a_fresh_process(where: str, tmp_path: Path) -> None:
    (tmp_path / "media_factory").mkdir()
    (tmp_path / "media_factory" / "__init__.py").touch()
    folder, path = (tmp_path, ROOT) if where == "folder" else (ROOT, tmp_path)
    assert isinstance(sys.modules["media_factory"], ModuleType)
    runtime = Runtime(ENGINE, folder, {**GIVEN, "PYTHONPATH": str(path)})
    assert reason_to_start_afresh(runtime, GIVEN, HERE) == f"{folder} brings its own 'media_factory'"


def test_what_a_library_sets_when_it_is_imported_stays_set(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Surroundings(environment=dict(os.environ), path=(), lent=None)
    monkeypatch.setenv("SET_BY_AN_IMPORT", "1")
    assert before.after_imports().set_by_imports == {"SET_BY_AN_IMPORT": "1"}
    assert before.after_imports().environment == before.environment
