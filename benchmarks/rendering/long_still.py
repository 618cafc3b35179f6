"""A still under long narration at 1080p: what all of it costs over encoding its frames alone."""

from __future__ import annotations

from pathlib import Path

from benchmarks.rendering import limit, ours
from benchmarks.rendering.reference import Job, prepare
from media_factory.rendering.film import film_of

NARRATION_S = 1515.0
_QUICK_S = 8.0
# Frames of the whole film would fill 140 GB: the limit encodes runs taken evenly from it, and is scaled.
_RUNS = 12


def over_limit(folder: Path, quick: bool) -> float:
    """Return our CPU seconds over those of stock veryfast on the same frames.

    Args:
        folder: is made.
        quick: 8 s of narration instead of 1,515.
    """
    job = Job("long", aspect="16:9", one_still_s=_QUICK_S if quick else NARRATION_S)
    prepared = prepare(job, folder)
    film = film_of(prepared.scenes, prepared.story.look, job.aspect, job.size)
    every = max(1, len(film.segments) // _RUNS)
    raw = limit.write_raw(film, prepared.files, folder / "frames.yuv", every)
    stock = limit.encode_stock(raw, "veryfast", folder / "stock.mp4")
    raw.path.unlink()
    cold = ours.make(prepared.briefs["none"], prepared.home, folder / "out")
    frames = sum(segment.frames for segment in film.segments)
    return cold.cpu_s / (stock.cpu_s * frames / raw.frames)


__all__ = ["NARRATION_S", "over_limit"]
