"""Videos of given pictures and clips, from brief to folder."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from flows.video import create_video
from media_factory.briefs.model import VideoBrief
from media_factory.delivery.manifest import Manifest
from media_factory.errors import InputError
from media_factory.rendering.probe import decode_check, measure_loudness, probe
from media_factory.runs import Run, begin_run
from tests.flows.stories import made, rows_of
from tests.rendering.clips import FIRST_LUMA, STEP, write_clip
from tests.rendering.films import card, decoded_luma, run_ffmpeg

RATE = 12


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index in range(4):
        card(index, (480, 640)).save(folder / f"{index}.png")
    Image.linear_gradient("L").resize((480, 640)).save(folder / "depth.png")
    write_clip(folder / "clip.mp4", 36, Fraction(RATE), size=(96, 160))
    return folder


def brief_of(pictures: Path, shots: list[dict[str, object]], **fields: object) -> VideoBrief:
    for shot in shots:
        for name in ("image", "depth"):
            if name in shot:
                shot[name] = str(pictures / str(shot[name]))
    return VideoBrief.model_validate({"title": "Port", "size": 360, "rate": RATE, "shots": shots, **fields})


def four_shots(pictures: Path, **fields: object) -> VideoBrief:
    shots: list[dict[str, object]] = [
        {"image": "0.png", "duration_s": 2, "caption": "Port reopens"},
        {"image": "1.png", "duration_s": 3, "transition": "slide-left", "transition_s": 0.5, "camera": "pan-right"},
        {"image": "2.png", "duration_s": 2, "transition": "wipe-up", "transition_s": 0.5, "depth": "depth.png"},
        {"image": "clip.mp4", "transition": "zoom", "transition_s": 0.5, "caption": "Forty vessels wait"},
    ]
    return brief_of(pictures, shots, **fields)


def make(brief: VideoBrief, out: Path) -> Manifest:
    return asyncio.run(create_video.fn(brief, out=out))


def planned(brief: VideoBrief) -> Manifest:
    with begin_run(Run(planning=True)):
        return asyncio.run(create_video.fn(brief))


def keys(manifest: Manifest) -> set[str]:
    return {row.key for row in manifest.stages if row.state == "made"}


def test_a_video_has_its_film_poster_captions_and_page(home: Path, pictures: Path, tmp_path: Path) -> None:
    manifest = make(four_shots(pictures), tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "video-9x16.mp4", "poster.jpg", "captions.vtt", "captions.srt", "index.html", "manifest.json",
        "publish.json",
    }  # fmt: skip
    facts = probe(tmp_path / "out" / "video-9x16.mp4")
    assert (facts.video[0].width_px, facts.video[0].height_px, facts.video[0].frames) == (
        360,
        640,
        24 + 36 + 24 + 36 - 18,
    )
    assert facts.audio == ()
    assert manifest.duration_s == pytest.approx(8.5)
    assert manifest.status == "passed"
    assert "Forty vessels wait" in (tmp_path / "out" / "captions.vtt").read_text()
    asyncio.run(decode_check(tmp_path / "out" / "video-9x16.mp4"))


def test_a_second_time_nothing_is_made_and_a_plan_says_so(home: Path, pictures: Path, tmp_path: Path) -> None:
    brief = four_shots(pictures)
    foretold = planned(brief)
    first = make(brief, tmp_path / "out")
    assert len(foretold.stages) == len(first.stages)
    assert keys(planned(brief)) == set()
    assert made(make(brief, tmp_path / "out")) == set()


def test_an_edited_shot_makes_anew_only_what_shows_it_and_the_plan_foretells_it(
    home: Path, pictures: Path, tmp_path: Path
) -> None:
    brief = four_shots(pictures)
    make(brief, tmp_path / "out")
    shots = list(brief.shots)
    shots[1] = shots[1].model_copy(update={"image": str(pictures / "3.png")})
    edited = brief.model_copy(update={"shots": tuple(shots)})
    foretold = keys(planned(edited))
    manifest = make(edited, tmp_path / "out")
    segments = {key for key in keys(manifest) if key.startswith("render-segment")}
    # The slide into the shot, the shot itself, and the wipe out of it.
    assert len(segments) == 3
    assert {key for key in foretold if key.startswith("render-segment")} == segments
    # And the join, and its inspection.
    assert len(foretold) == len(keys(manifest)) == 5
    shots[0] = shots[0].model_copy(update={"caption": "Port opens"})
    again = make(edited.model_copy(update={"shots": tuple(shots)}), tmp_path / "out")
    assert len([key for key in keys(again) if key.startswith("render-segment")]) == 1


def test_a_clip_s_pictures_come_one_by_one_and_none_is_lost(home: Path, pictures: Path, tmp_path: Path) -> None:
    brief = brief_of(pictures, [{"image": "clip.mp4", "duration_s": 2}, {"image": "clip.mp4", "start_s": 1.5}])
    make(brief, tmp_path / "out")
    numbers = [
        round((float(luma[200:400, 100:250].mean()) - FIRST_LUMA) / STEP)
        for luma in decoded_luma(tmp_path / "out" / "video-9x16.mp4")
    ]
    assert numbers == [*range(24), *range(18, 36)]


def test_sound_is_cut_to_the_film_and_levelled(home: Path, pictures: Path, tmp_path: Path) -> None:
    bed = tmp_path / "bed.wav"
    assert run_ffmpeg("-f", "lavfi", "-i", "sine=f=330:d=20", "-af", "volume=-20dB", str(bed)).returncode == 0
    make(brief_of(pictures, [{"image": "0.png", "duration_s": 5}], sound=str(bed)), tmp_path / "out")
    film = tmp_path / "out" / "video-9x16.mp4"
    facts = probe(film)
    assert facts.audio[0].duration_s == pytest.approx(5, abs=1 / RATE)
    assert asyncio.run(measure_loudness(film)).integrated_lufs == pytest.approx(-14, abs=0.5)


def test_a_film_at_120_frames_a_second_moves_in_each_of_them(home: Path, pictures: Path, tmp_path: Path) -> None:
    make(brief_of(pictures, [{"image": "0.png", "duration_s": 0.5, "camera": "pan-left"}], rate=120), tmp_path / "out")
    film = tmp_path / "out" / "video-9x16.mp4"
    with av.open(str(film)) as container:
        assert container.streams.video[0].average_rate == 120
    lumas = decoded_luma(film)
    assert len(lumas) == 60
    assert np.abs(lumas[20].astype(int) - lumas[40]).mean() > 0.3


def test_a_file_that_can_t_be_shown_is_refused_before_anything_is_made(
    home: Path, pictures: Path, tmp_path: Path
) -> None:
    (pictures / "words.png").write_text("no picture")
    brief = brief_of(pictures, [{"image": "0.png"}, {"image": "words.png"}])
    for run in (lambda: make(brief, tmp_path / "out"), lambda: planned(brief)):
        with pytest.raises(InputError, match=r"^shots\[1\]\.image: the file is no picture"):
            run()
    assert not (tmp_path / "out").exists()


def test_every_stage_is_written_in_the_manifest(home: Path, pictures: Path, tmp_path: Path) -> None:
    manifest = make(brief_of(pictures, [{"image": "0.png", "duration_s": 1}]), tmp_path / "out")
    assert [row.stage for row in manifest.stages if row.stage != "render-segment"] == [
        "make-poster",
        "join-master",
        "inspect-master",
    ]
    assert len(rows_of(manifest, "render-segment")) == 1


def sounding_clip(folder: Path, name: str, hertz: int, level: float) -> None:
    tone = f"aevalsrc='{level}*sin({2 * hertz}*PI*t)':s=48000:d=3"
    made = run_ffmpeg(
        *("-i", str(folder / "clip.mp4"), "-f", "lavfi", "-i", tone, "-map", "0:v", "-map", "1:a"),
        *("-c:v", "copy", "-c:a", "aac", str(folder / name)),
    )
    assert made.returncode == 0, made.stderr


def share_of(path: Path, hertz: int, start_s: float, end_s: float) -> float:
    """Return how much of what is heard in a span is one tone, 0 to 1."""
    with av.open(str(path)) as film:
        parts = [frame.to_ndarray()[0] for frame in film.decode(audio=0)]
    heard = np.concatenate(parts)[round(start_s * 48_000) : round(end_s * 48_000)]
    power = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
    at = round(hertz * len(heard) / 48_000)
    return float(power[at - 4 : at + 5].sum() / max(1e-12, power.sum()))


def test_clips_keep_their_own_sound_at_one_loudness_where_a_video_has_no_other(
    home: Path, pictures: Path, tmp_path: Path
) -> None:
    sounding_clip(pictures, "low.mp4", 440, 0.5)
    sounding_clip(pictures, "high.mp4", 1320, 0.05)
    shots: list[dict[str, object]] = [
        {"image": "low.mp4"},
        {"image": "0.png", "duration_s": 2},
        {"image": "high.mp4"},
        {"image": "low.mp4", "sound": "drop"},
    ]
    brief = brief_of(pictures, shots)
    foretold = planned(brief)
    manifest = make(brief, tmp_path / "out")
    assert keys(foretold) >= {row.key for row in rows_of(manifest, "take-clip-sound")}
    assert len(rows_of(manifest, "take-clip-sound")) == len(rows_of(foretold, "take-clip-sound")) == 2
    assert manifest.status == "passed", manifest.reasons
    film = tmp_path / "out" / "video-9x16.mp4"
    assert asyncio.run(measure_loudness(film)).integrated_lufs == pytest.approx(-14, abs=0.5)
    assert share_of(film, 440, 0.5, 2.5) > 0.95
    assert share_of(film, 1320, 5.5, 7.5) > 0.95
    with av.open(str(film)) as opened:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in opened.decode(audio=0)])
    assert float(np.abs(heard[round(3.2 * 48_000) : round(4.8 * 48_000)]).max()) < 1e-3
    assert float(np.abs(heard[round(8.2 * 48_000) :]).max()) < 1e-3
    assert made(make(brief, tmp_path / "out")) == set()


def test_a_video_s_own_sound_makes_room_for_a_clip_that_keeps_its(home: Path, pictures: Path, tmp_path: Path) -> None:
    sounding_clip(pictures, "clip-440.mp4", 440, 0.3)
    music = pictures / "music.wav"
    assert run_ffmpeg("-f", "lavfi", "-i", "sine=1000:r=48000:d=12", str(music)).returncode == 0
    shots: list[dict[str, object]] = [
        {"image": "0.png", "duration_s": 4},
        {"image": "clip-440.mp4", "sound": "keep"},
        {"image": "1.png", "duration_s": 4},
    ]
    manifest = make(brief_of(pictures, shots, sound=str(music)), tmp_path / "out")
    film = tmp_path / "out" / "video-9x16.mp4"
    assert manifest.status == "passed", manifest.reasons
    assert share_of(film, 1000, 1, 3) > 0.95
    assert share_of(film, 440, 4.8, 6.2) > 0.9
