from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path

import av
import m3u8
import pytest

from media_factory.delivery.ladder import rungs_below
from media_factory.delivery.rungs import encode_rungs
from media_factory.delivery.streams import Packaged, keep_stream, package_stream, package_top_rung
from media_factory.errors import RenderError
from media_factory.factory import Factory
from media_factory.rendering.join import join
from tests.delivery.films import FRAMES, RATE, SIZE, SmallFilm, make_film
from tests.rendering.films import run_ffmpeg

CAPTIONS = "WEBVTT\nKind: captions\nLanguage: en\n\n00:00:01.000 --> 00:00:03.000\nRates held\n"


@pytest.fixture(scope="session")
def stream(film: SmallFilm, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Packaged]:
    """Package the film with every smaller size, as the stages do."""
    folder = tmp_path_factory.mktemp("stream")
    rungs = rungs_below(*SIZE)
    sizes = []
    for index, (run, _) in enumerate(film.runs):
        (folder / f"{index}").mkdir()
        sizes.append(encode_rungs(run, RATE, rungs, folder / f"{index}"))
    below = []
    for index in range(len(rungs)):
        below.append(folder / f"below-{index}.mp4")
        join([made[index] for made in sizes], None, RATE, below[-1])
    target = folder / "stream"
    return target, package_stream(film.master, below, target, captions=CAPTIONS)


def loaded(path: Path) -> m3u8.M3U8:
    return m3u8.load(str(path))


def packets(path: Path, kind: str) -> list[tuple[Fraction, bytes]]:
    with av.open(str(path)) as opened:
        found = [packet for packet in opened.demux(**{kind: 0}) if packet.size]
        return [((packet.pts or 0) * packet.time_base, bytes(packet)) for packet in found]


def whole(folder: Path, rendition: str) -> Path:
    """Return a rendition as one file, as a player puts it together."""
    playlist = loaded(folder / rendition / "playlist.m3u8")
    target = folder.parent / f"{rendition}.mp4"
    names = [playlist.segment_map[0].uri, *(segment.uri for segment in playlist.segments)]
    target.write_bytes(b"".join((folder / rendition / name).read_bytes() for name in names))
    return target


def test_the_playlist_that_players_open_says_what_they_choose_by(stream: tuple[Path, Packaged]) -> None:
    folder, packaged = stream
    playlist = loaded(folder / "master.m3u8")
    assert playlist.is_variant
    assert playlist.is_independent_segments
    assert [variant.stream_info.resolution for variant in playlist.playlists] == [(432, 768), (360, 640), (234, 416)]
    for variant in playlist.playlists:
        info = variant.stream_info
        assert info.codecs.startswith("avc1.64")
        assert info.codecs.endswith(",mp4a.40.2")
        assert info.frame_rate == 10
        assert info.average_bandwidth <= info.bandwidth
        assert (info.audio, info.subtitles) == ("sound", "captions")
        assert (folder / variant.uri).is_file()
    assert len(playlist.iframe_playlists) == 3
    kinds = {media.type: media for media in playlist.media}
    assert (kinds["AUDIO"].language, kinds["AUDIO"].channels, kinds["AUDIO"].default) == ("en", "2", "YES")
    assert (kinds["SUBTITLES"].language, kinds["SUBTITLES"].default) == ("en", "NO")


def test_declared_bit_rates_are_those_of_the_files(stream: tuple[Path, Packaged]) -> None:
    folder, packaged = stream
    sound = sum(path.stat().st_size for path in (folder / "sound").glob("*.m4s"))
    for variant in loaded(folder / "master.m3u8").playlists:
        media = sum(path.stat().st_size for path in (folder / variant.uri).parent.glob("*.m4s"))
        measured = 8 * (media + sound) / 14
        assert variant.stream_info.average_bandwidth == pytest.approx(measured, rel=0.01)


def test_all_variants_are_cut_at_the_same_frames_and_last_as_long_as_the_film(stream: tuple[Path, Packaged]) -> None:
    folder, packaged = stream
    plans = [[part.duration_s for part in rendition.segments] for rendition in packaged.pictures]
    assert len(plans) == 3
    assert all(plan == plans[0] for plan in plans)
    assert sum(plans[0]) == FRAMES / RATE
    assert packaged.sound is not None
    heard = [part.duration_s for part in packaged.sound.segments]
    assert len(heard) == len(plans[0])
    assert abs(sum(heard) - FRAMES / RATE) <= 1 / RATE
    targets = set()
    for name in ("video-432", "video-360", "video-234", "sound"):
        playlist = loaded(folder / name / "playlist.m3u8")
        assert playlist.is_endlist
        assert playlist.playlist_type == "vod"
        assert playlist.is_independent_segments
        targets.add(playlist.target_duration)
        lengths = [segment.duration for segment in playlist.segments]
        assert sum(lengths) == pytest.approx(14, abs=0.1)
        assert max(round(length) for length in lengths) <= playlist.target_duration
    assert len(targets) == 1


def test_every_segment_begins_with_a_key_frame_at_its_own_time(stream: tuple[Path, Packaged]) -> None:
    folder, packaged = stream
    for rendition in packaged.pictures:
        start = Fraction(0)
        for part in rendition.segments:
            one = folder.parent / "one.mp4"
            parts = (folder / rendition.folder / name for name in ("init.mp4", part.name))
            one.write_bytes(b"".join(path.read_bytes() for path in parts))
            with av.open(str(one)) as opened:
                frames = list(opened.decode(video=0))
                assert frames[0].key_frame
                assert frames[0].pts * frames[0].time_base == start
                assert len(frames) / RATE == part.duration_s
            start += part.duration_s


def test_the_top_variant_s_pictures_and_the_sound_are_the_master_s_very_bytes(
    film: SmallFilm, stream: tuple[Path, Packaged]
) -> None:
    folder, _ = stream
    assert packets(whole(folder, "video-432"), "video") == packets(film.master, "video")
    assert packets(whole(folder, "sound"), "audio") == packets(film.master, "audio")


def test_every_rendition_decodes_without_a_complaint(stream: tuple[Path, Packaged]) -> None:
    folder, _ = stream
    for name, frames in (("video-432", 140), ("video-360", 140), ("video-234", 140), ("sound", None)):
        path = folder / name / "playlist.m3u8"
        decoded = run_ffmpeg("-xerror", "-err_detect", "explode", "-i", str(path), "-f", "null", "-")
        assert (decoded.returncode, decoded.stderr) == (0, ""), name
        if frames:
            with av.open(str(path)) as opened:
                assert sum(1 for _ in opened.decode(video=0)) == frames


def test_a_player_reads_the_whole_stream(stream: tuple[Path, Packaged]) -> None:
    folder, _ = stream
    read = run_ffmpeg("-xerror", "-i", str(folder / "master.m3u8"), "-map", "0:v", "-map", "0:a", "-f", "null", "-")
    assert (read.returncode, read.stderr) == (0, "")


def test_key_frame_playlists_name_whole_fragments_that_decode(stream: tuple[Path, Packaged]) -> None:
    folder, packaged = stream
    for rendition in packaged.pictures:
        path = folder / rendition.folder / "iframes.m3u8"
        playlist = loaded(path)
        assert playlist.is_i_frames_only
        assert sum(segment.duration for segment in playlist.segments) == pytest.approx(14, abs=1e-3)
        with av.open(str(path)) as opened:
            pictures = list(opened.decode(video=0))
        assert len(pictures) == len(playlist.segments)
        assert all(picture.key_frame for picture in pictures)


def test_captions_say_where_their_clock_stands(stream: tuple[Path, Packaged]) -> None:
    folder, _ = stream
    lines = (folder / "captions" / "captions.vtt").read_text().splitlines()
    assert lines[:3] == ["WEBVTT", "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0", "Kind: captions"]
    assert "Rates held" in lines
    playlist = loaded(folder / "captions" / "playlist.m3u8")
    assert [(segment.uri, segment.duration) for segment in playlist.segments] == [("captions.vtt", 14)]


def test_pictures_of_smaller_sizes_show_the_film(film: SmallFilm, stream: tuple[Path, Packaged]) -> None:
    folder, _ = stream
    graph = "[0:v]settb=AVTB,scale=432:768:flags=bicubic[small];[1:v]settb=AVTB[film];[small][film]ssim=stats_file=-"
    run = run_ffmpeg(
        *("-i", str(folder / "video-360" / "playlist.m3u8"), "-i", str(film.master)),
        *("-filter_complex", graph, "-f", "null", "-"),
    )
    scores = [float(line.split("All:")[1].split()[0]) for line in run.stdout.splitlines() if "All:" in line]
    assert len(scores) == 140
    assert min(scores) > 0.8


def test_a_film_without_sound_is_streamed_silent(film: SmallFilm, tmp_path: Path) -> None:
    silent = tmp_path / "silent.mp4"
    join(film.runs, None, RATE, silent)
    packaged = package_top_rung(silent, tmp_path / "stream")
    assert packaged.sound is None
    playlist = loaded(tmp_path / "stream" / "master.m3u8")
    assert playlist.media == []
    assert "mp4a" not in playlist.playlists[0].stream_info.codecs


def test_the_same_film_gives_the_same_files(film: SmallFilm, tmp_path: Path) -> None:
    for name in ("one", "two"):
        package_top_rung(film.master, tmp_path / name)
    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_what_cannot_be_streamed_is_refused(film: SmallFilm, tmp_path: Path) -> None:
    nothing, text = tmp_path / "nothing.mp4", tmp_path / "text.mp4"
    nothing.write_bytes(b"")
    text.write_text("a film of words")
    sound = film.master.with_name("sound.m4a")
    for path, problem in ((nothing, "can't be streamed"), (text, "no index|beyond"), (sound, "holds no pictures")):
        with pytest.raises(RenderError, match=problem):
            package_top_rung(path, tmp_path / "stream")
    with pytest.raises(RenderError, match="other frames"):
        package_stream(film.master, [film.runs[0][0]], tmp_path / "stream")


async def test_a_kept_stream_begins_with_the_file_that_players_open(
    stream: tuple[Path, Packaged], factory: Factory
) -> None:
    folder, packaged = stream
    kept = await keep_stream(packaged, folder, factory.store)
    assert kept.files[0].path == "master.m3u8"
    assert kept.files[0].asset.media_type == "application/vnd.apple.mpegurl"
    wanted = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    assert {file.path for file in kept.files} == wanted
    assert {file.asset.media_type for file in kept.files if file.path.endswith(".m4s")} == {"video/iso.segment"}
    for file in kept.files:
        assert await factory.store.read(file.asset) == await asyncio.to_thread((folder / file.path).read_bytes)
    assert [rung.width_px for rung in kept.rungs] == [432, 360, 234]


def test_a_film_of_one_frame_is_streamed(tmp_path: Path) -> None:
    tiny = make_film(tmp_path, (1,), (216, 384))
    packaged = package_top_rung(tiny.master, tmp_path / "stream")
    assert [part.duration_s for part in packaged.pictures[0].segments] == [Fraction(1, 10)]
    read = run_ffmpeg("-xerror", "-i", str(tmp_path / "stream" / "master.m3u8"), "-f", "null", "-")
    assert (read.returncode, read.stderr) == (0, "")
