"""The gate before a film is called passed: real films, right and wrong in one thing each."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from media_factory.assets import Asset
from media_factory.captions.cueing import phrase_cues
from media_factory.rendering.audio import mix_sound
from media_factory.rendering.ffmpeg import source, write_file
from media_factory.rendering.inspect_model import CaptionText, Inspection
from media_factory.rendering.inspect_record import look_at
from media_factory.rendering.inspect_request import inspection_request
from media_factory.rendering.inspection import inspect
from media_factory.rendering.model import Master, Segment
from media_factory.timing import Word
from tests.rendering.masters import RATE, SIZE, asset_of, encoded, flat, gate, joined, panned
from tests.rendering.sounds import Records, chatter, mix_request, tone

FRAMES = 60
SPOKEN = tuple(
    Word(text=text, start_s=0.4 + index * 0.4, end_s=0.7 + index * 0.4)
    for index, text in enumerate(("The", "port", "reopened", "this", "morning."))
)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Return a sound film of 60 frames without a sound track."""
    encoded(tmp_path / "one.mp4", panned(FRAMES))
    return joined(tmp_path / "film.mp4", (tmp_path / "one.mp4", FRAMES))


async def inspected(master: Path, frames: int = FRAMES, **asked: Any) -> Inspection:
    request = gate(master, frames, **asked)
    return await inspect(request, {request.master.digest: master})


def verdict(inspection: Inspection, check: str) -> str:
    return next(finding.verdict for finding in inspection.findings if finding.check == check)


def amiss(inspection: Inspection) -> dict[str, str]:
    return {finding.check: finding.verdict for finding in inspection.findings if finding.verdict != "passed"}


async def spoken_film(folder: Path, seconds: float = 4.0, level: float = 1.0) -> tuple[Path, Path]:
    """Return a film with speech from 0.4 s to 2.3 s, and its sound."""
    records = Records(folder)
    speech = records.press(level * chatter(1.9), 22_050)
    frames = round(seconds * RATE)
    mixed = await mix_sound(mix_request(frames, (speech, 6), rate=str(RATE)), records.paths, folder)
    encoded(folder / "spoken-one.mp4", panned(frames))
    return joined(folder / "spoken.mp4", (folder / "spoken-one.mp4", frames), sound=mixed.mix), mixed.mix


async def test_a_film_as_asked_passes_every_check(tmp_path: Path) -> None:
    master, _ = await spoken_film(tmp_path)
    cues = [
        CaptionText(start_s=cue.start_s, end_s=cue.end_s, text="\n".join(cue.lines))
        for cue in phrase_cues(SPOKEN, "en")
    ]
    found = await inspected(master, loudness_lufs=-14, true_peak_dbtp=-1.5, speech=(SPOKEN,), cues=tuple(cues))
    assert amiss(found) == {}
    assert found.status == "passed"
    assert found.reasons == ()
    assert {"decodes", "frame-count", "flashes", "loudness", "silence", "caption-coverage"} <= {
        finding.check for finding in found.findings
    }
    assert found.figures.loudness_lufs == pytest.approx(-14, abs=0.5)
    assert found.figures.covered_words == 1


async def test_records_of_the_same_pictures_spare_the_decoding_and_give_the_same_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, paths, records = [], {}, []
    for number in range(3):
        part = tmp_path / f"{number}.mp4"
        parts.append((part, encoded(part, panned(20, seed=number))))
        (tmp_path / f"{number}.npz").write_bytes(look_at(part).as_bytes())
        records.append(asset_of(tmp_path / f"{number}.npz"))
        paths[records[-1].digest] = tmp_path / f"{number}.npz"
    master = joined(tmp_path / "film.mp4", *parts)
    request = gate(master, 60, records=tuple(records))
    paths[request.master.digest] = master
    whole = await inspected(master)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the film was decoded again")

    monkeypatch.setattr("media_factory.rendering.inspection.look_at", refuse)
    assert (await inspect(request, paths)).findings == whole.findings


async def test_records_of_other_pictures_are_not_believed(tmp_path: Path, film: Path) -> None:
    encoded(tmp_path / "black.mp4", flat(FRAMES, 16))
    black = joined(tmp_path / "black-film.mp4", (tmp_path / "black.mp4", FRAMES))
    (tmp_path / "record").write_bytes(look_at(film).as_bytes())
    record = asset_of(tmp_path / "record")
    request = gate(black, FRAMES, records=(record,))
    found = await inspect(request, {request.master.digest: black, record.digest: tmp_path / "record"})
    assert verdict(found, "black") == "failed"


async def test_a_strobe_blocks(tmp_path: Path) -> None:
    pictures = [next(iter(flat(1, 200 if index % 3 == 0 else 40))) for index in range(FRAMES)]
    encoded(tmp_path / "one.mp4", pictures)
    found = await inspected(joined(tmp_path / "film.mp4", (tmp_path / "one.mp4", FRAMES)))
    assert found.status == "blocked"
    assert verdict(found, "flashes") == "failed"
    assert "three are safe" in " ".join(found.reasons)


@pytest.mark.parametrize(("black", "expected"), [(4, "passed"), (15, "doubtful"), (40, "failed")])
async def test_black_counts_by_its_length(tmp_path: Path, black: int, expected: str) -> None:
    pictures = [*panned(20), *flat(black, 16), *panned(20)]
    encoded(tmp_path / "one.mp4", pictures)
    found = await inspected(joined(tmp_path / "film.mp4", (tmp_path / "one.mp4", 40 + black)), 40 + black)
    assert verdict(found, "black") == expected


@pytest.mark.parametrize(("asked_s", "expected"), [(5.0, "doubtful"), (None, "passed")])
async def test_a_picture_that_stands_still_is_doubtful_unless_asked_for(
    tmp_path: Path, asked_s: float | None, expected: str
) -> None:
    frames = 6 * int(RATE)
    encoded(tmp_path / "one.mp4", panned(frames, px_per_s=0))
    master = joined(tmp_path / "film.mp4", (tmp_path / "one.mp4", frames))
    found = await inspected(master, frames, longest_still_s=asked_s)
    assert verdict(found, "frozen") == expected
    assert found.figures.still_s == pytest.approx(6)


async def test_a_slow_pan_over_dark_art_is_neither_black_nor_frozen(tmp_path: Path) -> None:
    frames = 6 * int(RATE)
    encoded(tmp_path / "one.mp4", panned(frames, px_per_s=1))
    found = await inspected(joined(tmp_path / "film.mp4", (tmp_path / "one.mp4", frames)), frames)
    assert amiss(found) == {}


async def test_a_damaged_film_is_blocked_with_one_reason(film: Path) -> None:
    data = bytearray(film.read_bytes())
    middle = data.index(b"mdat") + 2000
    data[middle : middle + 3000] = bytes(3000)
    film.write_bytes(data)
    found = await inspected(film)
    assert found.status == "blocked"
    assert len(found.reasons) == 1
    assert "does not play to its end" in found.reasons[0]


async def test_a_cut_off_film_is_blocked(film: Path) -> None:
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 2 // 3])
    assert (await inspected(film)).status == "blocked"


async def test_what_is_no_film_is_blocked(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("dear diary")
    assert (await inspected(tmp_path / "notes.mp4")).status == "blocked"


async def test_a_frame_too_few_blocks(film: Path) -> None:
    found = await inspected(film, FRAMES + 1)
    assert amiss(found) == {"frame-count": "failed"}
    assert found.reasons == ("the film has 60 frames; its timeline has 61",)


async def test_frames_that_do_not_follow_evenly_block(tmp_path: Path) -> None:
    times = [index + (index > 30) for index in range(FRAMES)]
    encoded(tmp_path / "film.mp4", panned(FRAMES), times)
    found = await inspected(tmp_path / "film.mp4")
    assert verdict(found, "frame-rate") == "failed"
    at = next(finding.at_s for finding in found.findings if finding.check == "frame-rate")
    assert at == pytest.approx(31 / float(RATE), abs=0.01)


@pytest.mark.parametrize(
    ("settings", "check", "expected"),
    [
        ({"tags": None}, "colour-tags", "doubtful"),
        ({"tags": "601"}, "colour-tags", "failed"),
        ({"pixels": "yuv444p"}, "pixel-format", "failed"),
    ],
)
async def test_colours_that_players_would_show_otherwise(
    tmp_path: Path, settings: dict[str, Any], check: str, expected: str
) -> None:
    encoded(tmp_path / "one.mp4", panned(FRAMES), **settings)
    found = await inspected(joined(tmp_path / "film.mp4", (tmp_path / "one.mp4", FRAMES)))
    assert amiss(found) == {check: expected}


async def test_another_size_than_asked_blocks(film: Path) -> None:
    assert amiss(await inspected(film, width_px=SIZE[0] * 2)) == {"frame-size": "failed"}


async def test_an_index_at_the_end_is_doubtful(tmp_path: Path) -> None:
    encoded(tmp_path / "film.mp4", panned(FRAMES))
    found = await inspected(tmp_path / "film.mp4")
    assert amiss(found) == {"fast-start": "doubtful"}
    assert found.status == "degraded"


async def test_a_missing_sound_track_blocks(film: Path) -> None:
    assert amiss(await inspected(film, loudness_lufs=-14)) == {"sound": "failed"}


async def test_sound_that_outlasts_the_pictures_is_doubtful(tmp_path: Path) -> None:
    _, sound = await spoken_film(tmp_path)
    encoded(tmp_path / "short.mp4", panned(FRAMES - 6))
    streams = [source(tmp_path / "short.mp4")["v:0"], source(sound)["a:0"]]
    await write_file(streams, tmp_path / "film.mp4", c="copy", movflags="+faststart", use_editlist=0)
    found = await inspected(tmp_path / "film.mp4", FRAMES - 6, loudness_lufs=-14)
    assert verdict(found, "av-end") == "doubtful"
    assert "0.400 s after the pictures" in " ".join(found.reasons)


async def test_wrong_loudness_a_high_peak_and_silence_are_told(tmp_path: Path) -> None:
    master, _ = await spoken_film(tmp_path)
    assert amiss(await inspected(master, loudness_lufs=-16)) == {"loudness": "doubtful"}
    assert amiss(await inspected(master, loudness_lufs=-23)) == {"loudness": "failed"}
    assert amiss(await inspected(master, loudness_lufs=-14, true_peak_dbtp=-9)) == {"true-peak": "doubtful"}
    # Somebody should speak until 3.9 s, and nothing is heard after 2.3 s.
    late = (*SPOKEN, Word(text="again", start_s=3.6, end_s=3.9))
    found = await inspected(master, loudness_lufs=-14, speech=(late,), burned_in=True)
    assert verdict(found, "silence") == "failed"


async def test_a_silent_sound_track_blocks(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.press(0 * tone(4))
    await write_file(source(tmp_path / "0.wav"), tmp_path / "silent.m4a", acodec="aac", ar=48_000, ac=2)
    encoded(tmp_path / "one.mp4", panned(FRAMES))
    master = joined(tmp_path / "film.mp4", (tmp_path / "one.mp4", FRAMES), sound=tmp_path / "silent.m4a")
    assert verdict(await inspected(master, loudness_lufs=-14), "loudness") == "failed"


def test_the_request_holds_the_cues_of_the_sidecar_and_the_records_of_all_segments(film: Path) -> None:
    video = asset_of(film)
    record = Asset(digest="sha256:" + "1" * 64, media_type="application/x-npz", size_bytes=1)
    looked_at, not_looked_at = Segment(video=video, frames=30, record=record), Segment(video=video, frames=30)
    for second, records in ((looked_at, (record, record)), (not_looked_at, ())):
        request = inspection_request(
            Master(video=video, frames=60),
            (looked_at, second),
            size=SIZE,
            rate=Fraction(15),
            mix=None,
            words=(SPOKEN,),
        )
        assert request.records == records
        assert request.frames == 60
        assert request.loudness_lufs is None
        assert [cue.text for cue in request.cues] == ["The port reopened this morning."]
