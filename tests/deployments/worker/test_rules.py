from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from deployments.worker.rules import differing_names, misplaced_module


def module_at(path: Path) -> ModuleType:
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    return module


def test_what_is_read_late_may_differ_and_nothing_else() -> None:
    loaded_with = {"HOME": "/home/a", "PREFECT_API_URL": "http://a", "MEDIA_FACTORY_HOME": "a", "GONE": "1"}
    wanted = {
        "HOME": "/home/a",
        "PREFECT_API_URL": "http://b",
        "MEDIA_FACTORY_HOME": "b",
        "PREFECT__FLOW_RUN_ID": "1",
        "OMP_NUM_THREADS": "1",
    }
    assert differing_names(wanted, loaded_with) == ["GONE", "OMP_NUM_THREADS", "PREFECT_API_URL"]
    assert differing_names(loaded_with, loaded_with) == []


def test_a_folder_whose_packages_are_the_loaded_ones_brings_nothing_of_its_own(tmp_path: Path) -> None:
    package = tmp_path / "painting"
    package.mkdir()
    (package / "__init__.py").touch()
    (tmp_path / "notes.py").touch()
    assert misplaced_module([tmp_path], {"painting": module_at(package / "__init__.py")}) is None


def test_a_folder_with_its_own_copy_of_a_loaded_module_is_found_out(tmp_path: Path) -> None:
    package, single = tmp_path / "package", tmp_path / "single"
    (package / "painting").mkdir(parents=True)
    (package / "painting" / "__init__.py").touch()
    single.mkdir()
    (single / "random.py").touch()
    loaded = {"painting": module_at(tmp_path / "elsewhere" / "painting.py"), "random": sys.modules["random"]}
    assert misplaced_module([tmp_path / "nowhere", package], loaded) == "painting"
    assert misplaced_module([single, package], loaded) == "random"


def test_a_folder_that_is_no_package_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "random").mkdir()
    assert misplaced_module([tmp_path], {"random": sys.modules["random"]}) is None
