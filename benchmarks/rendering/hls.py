"""Packaging a film as HLS, against copying the file."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from media_factory.delivery.streams import package_top_rung

_TURNS = 9


def figures(film: Path, folder: Path) -> dict[str, float]:
    """Return what packaging the film as it is costs over copying it, wall seconds, medians of nine turns by turns."""
    folder.mkdir()
    ratios = []
    for turn in range(_TURNS):
        copied_s = _seconds(partial(_copy, film, folder / f"copy-{turn}.mp4"))
        ratios.append(_seconds(partial(package_top_rung, film, folder / f"hls-{turn}")) / copied_s)
    return {"hls_over_copy": statistics.median(ratios)}


def _copy(film: Path, target: Path) -> None:
    """Copy by reading and writing, which is what a packager must do: file systems may share blocks otherwise."""
    with film.open("rb") as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
        os.fsync(sink.fileno())


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


__all__ = ["figures"]
