"""What this machine, or the container that we run in, can give us: processors and memory."""

from __future__ import annotations

import os
from pathlib import Path

GPU_VARIABLE = "MEDIA_FACTORY_GPU"
_SYSTEM = Path("/")
# NVIDIA's, AMD's, and what Windows lends to its Linux.
_GPU_DEVICES = ("nvidia[0-9]*", "kfd", "dxg")


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_gpu(system: Path = _SYSTEM) -> bool:
    """Return whether this process may use a GPU; `MEDIA_FACTORY_GPU` (1 or 0) decides where it is set.

    Args:
        system: the root of the file system that is asked.
    """
    said = os.environ.get(GPU_VARIABLE)
    if said:
        return said == "1"
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return False
    return any(next((system / "dev").glob(name), None) for name in _GPU_DEVICES)


def available_memory_bytes(system: Path = _SYSTEM) -> int | None:
    """Return how much memory can be taken now without pushing others out; None where nothing says so.

    It is the least of what the system has available and what each control group above us still allows.

    Args:
        system: the root of the file system that is asked.
    """
    found = [_available_in_system(system), *_allowed_by_groups(system)]
    known = [size for size in found if size is not None]
    return min(known) if known else None


def _available_in_system(system: Path) -> int | None:
    try:
        lines = (system / "proc/meminfo").read_text().splitlines()
    except OSError:
        return _half_of_all()
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), None)


def _half_of_all() -> int | None:
    """Return half of the memory that is built in, where the system says that but not what is in use (macOS)."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, OSError, ValueError):
        return None


def _allowed_by_groups(system: Path) -> list[int | None]:
    """Return what each control group that this process is in still allows (version 2, and version 1's memory part)."""
    try:
        lines = (system / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    allowed: list[int | None] = []
    for line in lines:
        _, parts, path = line.split(":", 2)
        if not parts:
            allowed += _up(system / "sys/fs/cgroup", path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in parts.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            allowed += _up(system / "sys/fs/cgroup/memory", path, *names)
    return allowed


def _up(mount: Path, path: str, limit: str, used: str, idle: str) -> list[int | None]:
    """Return what a group and those above it allow; in a container only the mount itself may be there."""
    folder = mount / path.lstrip("/")
    groups = [folder, *folder.parents]
    return [_allowed(group, limit, used, idle) for group in groups if group == mount or mount in group.parents]


def _allowed(group: Path, limit: str, used: str, idle: str) -> int | None:
    try:
        most, taken = (group / limit).read_text().strip(), int((group / used).read_text())
        facts = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return None
    # Cached files that nobody touched lately are given up before anybody is refused memory.
    return max(0, int(most) - taken + int(facts.get(idle, 0))) if most.isdigit() else None


__all__ = ["GPU_VARIABLE", "available_memory_bytes", "has_gpu", "processors"]
