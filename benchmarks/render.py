"""Rendering against its limit: stock libx264 alone on the finished frames, measured in the same run.

Ours is `media-factory make --direct` of a story whose pictures and speech are already made: process start, sound,
frames, encoding, checks, joining and delivery all count; modules are compiled beforehand, as installers leave them. CPU
seconds are user + system of the process and its children; ratios are taken within a round, and figures are medians over
the rounds. `--json` prints {"figures": {name: number}}; `--quick` takes a short job and one round.

    python -m benchmarks.render [--json] [--quick] [--rounds N] [--skip-peers]
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.rendering import hls, limit, long_still, ours, peers, quality
from benchmarks.rendering.limit import RawFrames
from benchmarks.rendering.pictures import photographs
from benchmarks.rendering.reference import Job, Prepared, prepare
from media_factory.rendering.film import Film, film_of

_STOCK = {"standard": "veryfast", "high": "medium"}
Figures = defaultdict[str, list[float]]
_LONG_STILL = "long-still"


def jobs(quick: bool) -> list[Job]:
    """Return the jobs: the reference one first, whose figures have plain names."""
    if quick:
        return [Job("quick", size=540, quick=True)]
    found = [Job("reference"), Job("wide", aspect="16:9")]
    return [*found, Job("photographs", content="photographs")] if photographs() else found


def film_for(prepared: Prepared) -> Film:
    """Return what the prepared story renders."""
    job = prepared.job
    return film_of(prepared.scenes, prepared.story.look, job.aspect, job.size)


def warm_up(folder: Path) -> None:
    """Make a short story unmeasured: whatever Python compiles once, and the system reads once, is there afterwards."""
    prepared = prepare(Job("warm", size=360, quick=True), folder)
    ours.make(prepared.briefs["none"], prepared.home, folder / "out")
    shutil.rmtree(folder)


def measure_job(job: Job, room: Path, rounds: int, python: str | None, found: Figures) -> None:
    """Measure one job in all its ways, and add each round's ratios to the figures."""
    prefix = "" if job.name in ("reference", "quick") else f"{job.name}_"
    prepared = prepare(job, room / job.name)
    film = film_for(prepared)
    raw = limit.write_raw(film, prepared.files, room / f"{job.name}.yuv")
    for turn in range(rounds):
        folder = room / f"{job.name}-{turn}"
        folder.mkdir()
        cold_cpu_s = _standard_round(prepared, raw, folder, prefix, found)
        if python and turn == 0:
            peer, _ = peers.make_with_moviepy(python, prepared, film, folder / "peer", _STOCK["standard"])
            found[f"{prefix}moviepy_over_ours"].append(peer.cpu_s / cold_cpu_s)
            found[f"{prefix}peak_rss_mib_moviepy"].append(peer.peak_rss_mib)
        shutil.rmtree(folder)
    still = max((one for one in film.segments if len(one.shots) == 1), key=lambda one: one.frames)
    found[f"{prefix}jitter_px"].append(quality.jitter_px(still, prepared.files))
    _high_round(job, raw, room, prefix, found)
    raw.path.unlink()


def _standard_round(prepared: Prepared, raw: RawFrames, folder: Path, prefix: str, found: Figures) -> float:
    """Measure the limit, then ours cold and after each edit; return our CPU seconds."""
    stock = limit.encode_stock(raw, _STOCK["standard"], folder / "stock.mp4")
    home = prepared.fresh_home(folder / "home")
    cold = ours.make(prepared.briefs["none"], home, folder / "out")
    film = shutil.copy(ours.film_in(folder / "out"), folder / "cold.mp4")
    again = ours.make(prepared.briefs["none"], home, folder / "out")
    caption = ours.make(prepared.briefs["caption"], home, folder / "out")
    picture = ours.make(prepared.briefs["picture"], home, folder / "out")
    figures = {
        "limit_cpu_s": stock.cpu_s,
        "cold_cpu_s": cold.cpu_s,
        "cold_wall_s": cold.wall_s,
        "cold_over_limit": cold.cpu_s / stock.cpu_s,
        "cold_over_limit_wall": cold.wall_s / stock.wall_s,
        "unchanged_over_cold": again.wall_s / cold.wall_s,
        "caption_edit_over_cold": caption.wall_s / cold.wall_s,
        "picture_edit_over_cold": picture.wall_s / cold.wall_s,
        "peak_rss_mib_ours": cold.peak_rss_mib,
        "peak_rss_mib_limit": stock.peak_rss_mib,
    }
    if len(found[f"{prefix}vmaf_lost"]) == 0:
        figures |= _compared(Path(film), folder / "stock.mp4", raw)
        figures |= hls.figures(Path(film), folder / "stream")
    for name, value in figures.items():
        found[f"{prefix}{name}"].append(value)
    return cold.cpu_s


def _compared(film: Path, stock: Path, raw: RawFrames) -> dict[str, float]:
    """Return bytes and quality of our film beside those of the stock encoder's; the encoders are deterministic."""
    mine, theirs = quality.compare(film, raw), quality.compare(stock, raw)
    return {
        "bytes_over_limit": ours.picture_bytes(film) / ours.picture_bytes(stock),
        "vmaf": mine.vmaf,
        "vmaf_limit": theirs.vmaf,
        "vmaf_lost": theirs.vmaf - mine.vmaf,
        "xpsnr_lost_db": theirs.xpsnr_db - mine.xpsnr_db,
        "banding_over_limit": mine.banding - theirs.banding,
    }


def _high_round(job: Job, raw: RawFrames, room: Path, prefix: str, found: Figures) -> None:
    """Measure the `high` preset against stock medium, once."""
    folder = room / f"{job.name}-high"
    prepared = prepare(Job(job.name, job.aspect, job.size, job.content, "high", job.quick), folder)
    stock = limit.encode_stock(raw, _STOCK["high"], folder / "stock.mp4")
    cold = ours.make(prepared.briefs["none"], prepared.home, folder / "out")
    found[f"{prefix}cold_high_over_medium"].append(cold.cpu_s / stock.cpu_s)
    for name, value in _compared(ours.film_in(folder / "out"), folder / "stock.mp4", raw).items():
        found[f"{prefix}high_{name}"].append(value)
    shutil.rmtree(folder)


def main() -> None:
    """Run the rounds and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="a short job and one round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each job")
    parser.add_argument("--skip-peers", action="store_true", help="leave MoviePy out")
    parser.add_argument(
        "--jobs", default="", help="reference, wide, photographs, long-still (or quick), parted by commas; all if none"
    )
    parser.add_argument("--scratch", type=Path, help="where frames are kept, 3 GB; a folder in memory is fastest")
    options = parser.parse_args()
    found: Figures = defaultdict(list)
    python = None if options.skip_peers else peers.moviepy_python()
    known = [*(job.name for job in jobs(options.quick)), _LONG_STILL]
    wanted = set(options.jobs.split(",")) - {""} or set(known)
    if unknown := wanted - set(known):
        parser.error(f"--jobs: there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        warm_up(Path(name) / "warm")
        for job in jobs(options.quick):
            if job.name in wanted:
                measure_job(job, Path(name), 1 if options.quick else options.rounds, python, found)
        if _LONG_STILL in wanted:
            found["long_still_over_limit"].append(long_still.over_limit(Path(name) / "long", options.quick))
    figures = {name: round(statistics.median(values), 4) for name, values in found.items()}
    if options.json:
        print(json.dumps({"figures": figures}))
        return
    for name, value in figures.items():
        print(f"{name:<36}{value:>12.3f}")


if __name__ == "__main__":
    main()
