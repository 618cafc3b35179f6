"""Whether what a nursery has loaded is still what lies on disk."""

from __future__ import annotations

import os
import site
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from media_factory.model import Model
from media_factory.providers.registry import GROUP

# What runs load. The rest of `deployments` is other programs.
PACKAGES = ("blocks", "deployments/worker", "flows", "media_factory", "tasks")
_CACHE = "__pycache__"


class Snapshot(Model):
    """How files were at one moment: time of change in ns and size, by path."""

    folders: tuple[Path, ...]
    single: tuple[Path, ...]
    seen: dict[str, tuple[int, int]]

    def is_current(self) -> bool:
        """Return whether nothing was changed, added or removed since."""
        return _seen(self.folders, self.single) == self.seen


def take_snapshot(root: Path, extra: Iterable[Path] = ()) -> Snapshot:
    """Return how the code is now that runs load: our packages, plug-ins outside site-packages, what is installed.

    Args:
        root: the folder that our packages are in.
        extra: further single files (settings, say).
    """
    installed = tuple(Path(folder) for folder in site.getsitepackages())
    plugins = [place for place in _plugins() if not any(place.is_relative_to(folder) for folder in installed)]
    folders = tuple(dict.fromkeys([root / name for name in PACKAGES] + plugins))
    # Installing or removing anything makes or removes a folder there, which changes the time of site-packages itself.
    single = (*installed, *extra)
    return Snapshot(folders=folders, single=single, seen=_seen(folders, single))


def _plugins() -> Iterator[Path]:
    for name in {entry.module.partition(".")[0] for entry in entry_points(group=GROUP)} - {"media_factory"}:
        spec = find_spec(name)
        if spec is not None:
            places = spec.submodule_search_locations or ([spec.origin] if spec.origin else [])
            yield from map(Path, places)


def _seen(folders: Iterable[Path], single: Iterable[Path]) -> dict[str, tuple[int, int]]:
    seen: dict[str, tuple[int, int]] = {}
    for folder in folders:
        seen.update(_files_in(folder))
    for path in single:
        if path.exists():
            at = path.stat()
            seen[str(path)] = (at.st_mtime_ns, 0 if path.is_dir() else at.st_size)
    return seen


def _files_in(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    left = [str(folder)]
    while left:
        try:
            entries = list(os.scandir(left.pop()))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in entries:
            if entry.is_dir():
                if entry.name != _CACHE:
                    left.append(entry.path)
            else:
                at = entry.stat(follow_symlinks=True) if entry.is_file() else entry.stat(follow_symlinks=False)
                yield entry.path, (at.st_mtime_ns, at.st_size)


__all__ = ["PACKAGES", "Snapshot", "take_snapshot"]
