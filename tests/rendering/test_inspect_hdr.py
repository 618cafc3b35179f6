"""The gate on a real HDR10 rendition: judged as the film that it is made of, and its metadata read from the file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from media_factory.rendering.hdr import make_hdr10
from media_factory.rendering.inspect_hdr import hdr_inspection
from media_factory.rendering.inspect_model import Inspection, InspectionRequest
from media_factory.rendering.inspect_record import look_at
from media_factory.rendering.inspection import inspect
from media_factory.rendering.join import join
from media_factory.rendering.model import Hdr
from media_factory.rendering.pq import light_of_pq, sdr_codes
from media_factory.rendering.segments import encode_segment
from tests.rendering.films import PUSH, SIZE, STILL, Gallery, run_ffmpeg, segment
from tests.rendering.masters import asset_of

RATE, FRAMES = Fraction(15), 30


async def made(folder: Path, *, colour: str | None = None) -> tuple[Path, Path, InspectionRequest]:
    """Return a small film, its HDR10 rendition, and what the gate is asked for the rendition."""
    gallery = Gallery(folder)
    picture = gallery.flat(colour) if colour else gallery.card(1)
    request = segment((picture, STILL if colour else PUSH, 0, FRAMES), frames=FRAMES, rate=RATE)
    encode_segment(request, gallery.paths, folder / "one.mp4")
    master, rendition = folder / "master.mp4", folder / "hdr10.mp4"
    join([(folder / "one.mp4", FRAMES)], None, RATE, master)
    light = await make_hdr10(master, rendition, quality="draft")
    asked = InspectionRequest(
        master=asset_of(master), frames=FRAMES, rate=RATE, width_px=SIZE[0], height_px=SIZE[1], longest_still_s=None
    )
    hdr = Hdr(video=asset_of(rendition), max_cll=light.max_cll, max_fall=light.max_fall)
    return master, rendition, hdr_inspection(asked, hdr)


async def inspected(path: Path, request: InspectionRequest) -> Inspection:
    asked = request.model_copy(update={"master": asset_of(path)})
    return await inspect(asked, {asked.master.digest: path})


def said(inspection: Inspection) -> dict[str, str]:
    return {finding.check: finding.verdict for finding in inspection.findings}


def amiss(inspection: Inspection) -> dict[str, str]:
    return {check: verdict for check, verdict in said(inspection).items() if verdict != "passed"}


async def test_a_rendition_passes_every_check_of_its_film_and_names_its_light(tmp_path: Path) -> None:
    master, rendition, request = await made(tmp_path)
    found = await inspected(rendition, request)
    assert amiss(found) == {}
    assert found.figures.frames == FRAMES
    by_check = {finding.check: finding.message for finding in found.findings}
    assert by_check["pixel-format"] == "pixels are yuv420p10le"
    assert by_check["colour-tags"] == "colours are tagged tv/bt2020/smpte2084/bt2020nc"
    assert "cd/m2 at most" in by_check["hdr-metadata"]
    film = await inspected(master, request.model_copy(update={"colour": "bt709"}))
    assert set(said(film)) | {"hdr-metadata"} == set(said(found))


async def test_a_film_is_no_hdr10_and_an_hdr10_rendition_is_no_film(tmp_path: Path) -> None:
    master, rendition, request = await made(tmp_path)
    wrong = {"pixel-format": "failed", "colour-tags": "failed"}
    assert amiss(await inspected(master, request)) == {**wrong, "hdr-metadata": "failed"}
    assert amiss(await inspected(rendition, request.model_copy(update={"colour": "bt709"}))) == wrong


async def test_light_that_was_lost_on_the_way_is_noticed(tmp_path: Path) -> None:
    _, rendition, request = await made(tmp_path)
    bare, unlit = tmp_path / "bare.mp4", tmp_path / "unlit.mp4"
    tags = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:range=limited:log-level=error"
    display = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    for target, more in ((bare, ""), (unlit, f":{display}:max-cll=0,0")):
        # What a first frame carries goes along to a new encoder, so the pictures pass through a raw pipe's like.
        raw = tmp_path / "raw.yuv"
        assert run_ffmpeg("-i", str(rendition), "-f", "rawvideo", "-y", str(raw)).returncode == 0
        again = run_ffmpeg(
            *("-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", f"{SIZE[0]}x{SIZE[1]}", "-r", str(RATE)),
            *("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc", "-color_range", "tv"),
            *("-i", str(raw), "-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1"),
            *("-x265-params", f"{tags}{more}", "-movflags", "+faststart+negative_cts_offsets", "-use_editlist", "0"),
            str(target),
        )
        assert again.returncode == 0, again.stderr
    assert amiss(await inspected(bare, request)) == {"hdr-metadata": "failed"}
    assert amiss(await inspected(unlit, request)) == {"hdr-metadata": "doubtful"}


async def test_what_is_seen_is_what_the_film_shows(tmp_path: Path) -> None:
    master, rendition, _ = await made(tmp_path)
    film, hdr = look_at(master, thoroughly=True).luma, look_at(rendition, thoroughly=True).luma
    assert film.shape == hdr.shape
    assert float(np.abs(film.astype(int) - hdr).mean()) < 3


@pytest.mark.parametrize(("colour", "black"), [("#010101", True), ("#141414", False)])
async def test_black_is_black_and_dark_is_not_in_both(colour: str, black: bool, tmp_path: Path) -> None:
    master, rendition, request = await made(tmp_path, colour=colour)
    verdicts = [
        said(await inspected(master, request.model_copy(update={"colour": "bt709"})))["black"],
        said(await inspected(rendition, request))["black"],
    ]
    assert verdicts == ["failed" if black else "passed"] * 2


def test_pq_means_what_its_standard_says() -> None:
    # ITU-R BT.2100, table 4, and BT.2408: 58 % is 203 cd/m2.
    assert light_of_pq(np.array([0.0, 1.0])) == pytest.approx([0, 10_000])
    assert float(light_of_pq(np.array([0.5807]))[0]) == pytest.approx(203, abs=0.5)
    codes = sdr_codes()
    assert (codes[0], codes[64], codes[64 + round(876 * 0.5807)], codes[1023]) == (16, 16, 235, 235)
    assert bool(np.all(np.diff(codes.astype(int)) >= 0))
