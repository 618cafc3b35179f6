"""When a warm process may stand in for a fresh one: only if the fresh one would find the same things."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

# Read when they are wanted, never at import: Prefect's own names of one run (two underscores), and ours.
_READ_LATE = ("PREFECT__", "MEDIA_FACTORY_")


def differing_names(wanted: Mapping[str, str], loaded_with: Mapping[str, str]) -> list[str]:
    """Return the environment variables that code may have acted on at import and that a run wants otherwise.

    Args:
        wanted: the run's environment.
        loaded_with: the environment that the warm process was started with.
    """
    return sorted(
        name
        for name in wanted.keys() | loaded_with.keys()
        if wanted.get(name) != loaded_with.get(name) and not name.startswith(_READ_LATE)
    )


def misplaced_module(folders: Iterable[Path], loaded: Mapping[str, ModuleType]) -> str | None:
    """Return what a fresh process would import from elsewhere than the warm one has.

    Args:
        folders: where the fresh process would look first.
        loaded: `sys.modules`.

    Returns:
        The name of a module that is loaded from elsewhere; None if there is none.
    """
    for folder in folders:
        for name in sorted(_importable_in(folder) & loaded.keys()):
            if not _lies_in(folder, loaded[name]):
                return name
    return None


def _importable_in(folder: Path) -> set[str]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return set()
    modules = {entry.name.partition(".")[0] for entry in entries if entry.name.endswith((".py", ".so", ".pyc"))}
    # A folder without __init__.py is a package only where nothing else has the name.
    return modules | {entry.name for entry in entries if entry.is_dir() and Path(entry.path, "__init__.py").exists()}


def _lies_in(folder: Path, module: ModuleType) -> bool:
    place = getattr(module, "__file__", None)
    return place is not None and Path(place).resolve().is_relative_to(folder.resolve())


__all__ = ["differing_names", "misplaced_module"]
