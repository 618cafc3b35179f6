"""Ours: `media-factory make` in a process of its own, from its start to its end."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import av

from benchmarks.measure import Cost, run_measured

_MAKE = "from deployments.cli import main; main()"


def make(brief: Path, home: Path, out: Path, options: Mapping[str, str] | None = None) -> Cost:
    """Make a brief directly, in a home, into a folder, and return what that cost."""
    command = [sys.executable, "-c", _MAKE, "make", str(brief), "--direct", "--json", "--out", str(out)]
    return run_measured(command, environment={"MEDIA_FACTORY_HOME": str(home), **(options or {})})[0]


def film_in(out: Path) -> Path:
    """Return the film that a delivery holds."""
    (film,) = out.glob("video-*.mp4")
    return film


def picture_bytes(film: Path) -> int:
    """Return how many bytes a film's pictures take, without its sound and the container."""
    with av.open(str(film)) as container:
        return sum(packet.size for packet in container.demux(video=0))


__all__ = ["film_in", "make", "picture_bytes"]
