"""The DASH manifest names the segments that HLS names, says when each of them is shown, and plays.

What it must hold is in ISO/IEC 23009-1 (elements and their order: annex B) and in the DASH-IF interoperability points.
"""

from __future__ import annotations

import re
import struct
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as Xml

import m3u8
import pytest

from media_factory.delivery.boxes import boxes_in, child
from media_factory.delivery.codec_names import Description
from media_factory.delivery.dash import dash_manifest
from media_factory.delivery.ladder import rungs_below
from media_factory.delivery.playlists import Part, Rendition
from media_factory.delivery.rungs import encode_rungs
from media_factory.delivery.streams import package_stream
from media_factory.rendering.join import join
from tests.delivery.films import FRAMES, RATE, SIZE, SmallFilm
from tests.rendering.films import run_ffmpeg

NS = {"": "urn:mpeg:dash:schema:mpd:2011"}
CAPTIONS = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nRates held\n"
# ffmpeg's reader takes no WebVTT unless it is told to.
ALL_FILES = ("-allowed_extensions", "ALL")
ORDER = {
    "MPD": ["Period"],
    "Period": ["AdaptationSet"],
    "AdaptationSet": ["SupplementalProperty", "Role", "Representation"],
    "Representation": ["AudioChannelConfiguration", "BaseURL", "SegmentTemplate"],
    "SegmentTemplate": ["SegmentTimeline"],
    "SegmentTimeline": ["S"],
}


@pytest.fixture(scope="module")
def folder(film: SmallFilm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Package the film with its smaller sizes and captions."""
    made, rungs = tmp_path_factory.mktemp("dash"), rungs_below(*SIZE)
    sizes = []
    for index, (run, _) in enumerate(film.runs):
        (made / f"{index}").mkdir()
        sizes.append(encode_rungs(run, RATE, rungs, made / f"{index}"))
    below = []
    for index in range(len(rungs)):
        below.append(made / f"below-{index}.mp4")
        join([one[index] for one in sizes], None, RATE, below[-1])
    package_stream(film.master, below, made / "stream", captions=CAPTIONS)
    return made / "stream"


@pytest.fixture
def root(folder: Path) -> Xml.Element:
    return Xml.parse(folder / "manifest.mpd").getroot()


def seconds(period: str | None) -> float:
    found = re.fullmatch(r"PT(\d+(?:\.\d+)?)S", period or "")
    assert found
    return float(found[1])


def times(template: Xml.Element) -> list[tuple[Fraction, Fraction]]:
    """Return when each segment begins and how long it lasts."""
    scale, found, at = int(template.get("timescale", "1")), [], 0
    for entry in template.iterfind("SegmentTimeline/S", NS):
        at = int(entry.get("t", at))
        for _ in range(int(entry.get("r", "0")) + 1):
            found.append((Fraction(at, scale), Fraction(int(entry.get("d", "0")), scale)))
            at += int(entry.get("d", "0"))
    return found


def names(template: Xml.Element, count: int) -> list[str]:
    first = int(template.get("startNumber", "1"))
    return [template.get("media", "").replace("$Number%04d$", f"{first + at:04d}") for at in range(count)]


def test_elements_stand_where_the_schema_has_them(root: Xml.Element) -> None:
    for element in root.iter():
        kind = element.tag.partition("}")[2]
        inside = [child.tag.partition("}")[2] for child in element]
        assert inside == sorted(inside, key=ORDER.get(kind, []).index), kind
    assert root.get("type") == "static"
    assert set((root.get("profiles") or "").split(",")) == {
        "urn:mpeg:dash:profile:isoff-live:2011",
        "urn:mpeg:dash:profile:cmaf:2019",
    }
    assert seconds(root.get("mediaPresentationDuration")) == pytest.approx(float(FRAMES / RATE), abs=0.001)
    assert seconds(root.get("minBufferTime")) > 0
    assert len({one.get("id") for one in root.iterfind(".//Representation", NS)}) == 5


def test_sets_say_what_players_choose_by(root: Xml.Element) -> None:
    video, audio, text = root.findall("Period/AdaptationSet", NS)
    assert [one.get("mimeType") for one in (video, audio, text)] == ["video/mp4", "audio/mp4", "text/vtt"]
    assert {one.get("segmentAlignment") for one in (video, audio)} == {"true"}
    sizes = [(one.get("width"), one.get("height")) for one in video.iterfind("Representation", NS)]
    assert sizes == [("432", "768"), ("360", "640"), ("234", "416")]
    for one in video.iterfind("Representation", NS):
        assert (one.get("codecs") or "").startswith("avc1.64")
        assert (one.get("frameRate"), one.get("sar")) == ("10", "1:1")
    (heard,) = audio.findall("Representation", NS)
    assert heard.get("codecs") == "mp4a.40.2"
    channels = heard.find("AudioChannelConfiguration", NS)
    assert channels is not None
    assert channels.get("value") == "2"
    assert (audio.get("lang"), text.get("lang")) == ("en", "en")
    assert [one.text for one in text.iterfind(".//BaseURL", NS)] == ["captions/captions.vtt"]


def test_it_names_the_segments_that_hls_names_and_copies_none(root: Xml.Element, folder: Path) -> None:
    named = set()
    for one in root.iterfind(".//Representation", NS):
        template = one.find("SegmentTemplate", NS)
        if template is None:
            continue
        found = names(template, len(times(template)))
        playlist = m3u8.load(str(folder / (one.get("id") or "") / "playlist.m3u8"))
        assert found == [f"{one.get('id')}/{segment.uri}" for segment in playlist.segments]
        assert template.get("initialization") == f"{one.get('id')}/{playlist.segment_map[0].uri}"
        assert [float(length) for _, length in times(template)] == pytest.approx(
            [segment.duration for segment in playlist.segments], abs=1e-6
        )
        named |= {*found, template.get("initialization")}
    assert named == {
        path.relative_to(folder).as_posix() for path in folder.rglob("*.m*") if path.suffix in (".m4s", ".mp4")
    }


def test_times_are_those_that_stand_in_the_segments(root: Xml.Element, folder: Path) -> None:
    for template in root.iterfind(".//SegmentTemplate", NS):
        scale = timescale_of((folder / (template.get("initialization") or "")).read_bytes())
        found = times(template)
        for (start, _), name in zip(found, names(template, len(found)), strict=True):
            assert start == Fraction(decode_time_of((folder / name).read_bytes()), scale), name


def timescale_of(data: bytes) -> int:
    view = memoryview(data)
    box = next(box for box in boxes_in(view) if box.name == b"moov")
    for name in (b"trak", b"mdia", b"mdhd"):
        box = child(view, box, name)
    return int(struct.unpack_from(">I", view, box.content + (20 if view[box.content] else 12))[0])


def decode_time_of(data: bytes) -> int:
    view = memoryview(data)
    box = next(box for box in boxes_in(view) if box.name == b"moof")
    for name in (b"traf", b"tfdt"):
        box = child(view, box, name)
    assert view[box.content] == 1
    return int(struct.unpack_from(">Q", view, box.content + 4)[0])


def test_a_dash_player_shows_the_film_s_own_pictures(film: SmallFilm, folder: Path) -> None:
    def pictures(*given: str) -> list[str]:
        read = run_ffmpeg(*given, "-map", "0:v:0", "-f", "framemd5", "-")
        assert read.returncode == 0, read.stderr
        return [line.split(",")[-1] for line in read.stdout.splitlines() if not line.startswith("#")]

    own = pictures("-i", str(film.master))
    assert len(own) == FRAMES
    assert pictures(*ALL_FILES, "-i", str(folder / "manifest.mpd")) == own


def test_all_that_a_dash_player_reads_decodes(folder: Path) -> None:
    read = run_ffmpeg(
        *("-xerror", *ALL_FILES, "-i", str(folder / "manifest.mpd")), *("-map", "0:v", "-map", "0:a", "-f", "null", "-")
    )
    assert (read.returncode, read.stderr) == (0, "")


def test_codecs_stand_in_sets_of_their_own_that_players_may_switch_between() -> None:
    part = Part("0001.m4s", Fraction(6006, 1000), 600_000)
    hevc = Rendition(
        "video-540",
        Description(codec="hvc1.1.6.L90.90", width_px=540, height_px=960, rate=Fraction(30000, 1001)),
        (part,),
    )
    avc = Rendition(
        "video-360", Description(codec="avc1.64001e", width_px=360, height_px=640, rate=Fraction(30000, 1001)), (part,)
    )
    text = dash_manifest([hevc, avc], None, 'en" x="', None)
    root = Xml.fromstring(text)
    sets = root.findall("Period/AdaptationSet", NS)
    switching = [one.find("SupplementalProperty", NS) for one in sets]
    assert [
        (one.get("id"), other.get("value")) for one, other in zip(sets, switching, strict=True) if other is not None
    ] == [("0", "1"), ("1", "0")]
    assert [one.get("frameRate") for one in root.iterfind(".//Representation", NS)] == ["30000/1001"] * 2
    assert dash_manifest([avc], None, "en", None) == dash_manifest([avc], None, "en", None)
