from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.measure import run_measured
from benchmarks.rendering import limit, quality
from benchmarks.rendering.reference import Job, prepare, words_of
from media_factory.rendering.film import film_of, film_timeline


def test_the_reference_job_is_thirty_seconds_of_six_stills_and_73_words() -> None:
    job = Job("reference")
    assert words_of(job.texts) == 73
    assert len(job.texts) == 6
    assert job.picture_size == (2160, 3840)


def test_a_prepared_job_renders_and_its_measures_are_sane(tmp_path: Path) -> None:
    job = Job("small", size=360, quick=True)
    prepared = prepare(job, tmp_path / "small")
    film = film_of(prepared.scenes, prepared.story.look, job.aspect, job.size)
    assert (
        sum(segment.frames for segment in film.segments) == film_timeline(prepared.scenes, prepared.story.look).frames
    )
    assert any(len(segment.shots) == 2 for segment in film.segments)
    raw = limit.write_raw(film, prepared.files, tmp_path / "frames.yuv")
    assert raw.path.stat().st_size == raw.frames * 360 * 640 * 3 // 2
    fine, coarse = tmp_path / "fine.mp4", tmp_path / "coarse.mp4"
    assert limit.encode_stock(raw, "ultrafast", fine, crf=10).cpu_s > 0
    limit.encode_stock(raw, "ultrafast", coarse, crf=45)
    best, worst = quality.compare(fine, raw), quality.compare(coarse, raw)
    assert best.vmaf > 90 > worst.vmaf
    assert best.xpsnr_db > worst.xpsnr_db
    assert quality.jitter_px(film.segments[0], prepared.files, frames=6) < 0.1


def test_what_a_program_cost_is_its_own_and_a_failure_is_told(tmp_path: Path) -> None:
    ballast = bytearray(200 << 20)
    cost, said = run_measured([sys.executable, "-c", "sum(range(10**6)); print('done')"])
    assert said == "done\n"
    assert 0 < cost.cpu_s < 5
    assert cost.peak_rss_mib < len(ballast) / (1 << 20)
    with pytest.raises(RuntimeError, match="code 3: oh"):
        run_measured([sys.executable, "-c", "print('oh'); raise SystemExit(3)"])
