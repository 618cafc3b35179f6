"""HLS playlists (RFC 8216 and its revision), as text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from media_factory.delivery.codec_names import Description
from media_factory.delivery.ladder import TARGET_S

MEDIA_TYPE = "application/vnd.apple.mpegurl"
MULTIVARIANT_NAME = "master.m3u8"
INIT_NAME = "init.mp4"
PLAYLIST_NAME = "playlist.m3u8"
I_FRAMES_NAME = "iframes.m3u8"
CAPTIONS_NAME = "captions.vtt"
_VERSION = 7  # EXT-X-MAP outside I-frame playlists, as fragmented MP4 needs it


@dataclass(frozen=True)
class Part:
    """Media that a playlist names: a file, or `length` bytes of it from `offset` on."""

    name: str
    duration_s: Fraction
    length: int
    offset: int | None = None


@dataclass(frozen=True)
class Rendition:
    """A track packaged into a folder: its segments, and where its key frames lie."""

    folder: str
    description: Description
    segments: tuple[Part, ...]
    key_frames: tuple[Part, ...] = ()

    @property
    def peak_bps(self) -> int:
        """The most bits per second of any run of segments that lasts half to one and a half of the target."""
        return peak_bps(self.segments)

    @property
    def average_bps(self) -> int:
        """Bits per second of the whole."""
        return average_bps(self.segments)


def average_bps(parts: Sequence[Part]) -> int:
    """Return the bits per second of parts together, rounded up."""
    return -(-8 * sum(part.length for part in parts) // sum((part.duration_s for part in parts), Fraction(0)))


def peak_bps(parts: Sequence[Part]) -> int:
    """Return what RFC 8216 calls the peak segment bit rate: of runs that last 0.5 to 1.5 target durations."""
    peak, target = float(average_bps(parts)), float(TARGET_S)
    sizes = [(part.length, float(part.duration_s)) for part in parts]
    for first in range(len(sizes)):
        length, lasts_s = 0, 0.0
        for size, duration_s in sizes[first:]:
            length, lasts_s = length + size, lasts_s + duration_s
            if lasts_s > target * 1.5:
                break
            if lasts_s >= target / 2:
                peak = max(peak, 8 * length / lasts_s)
    return math.ceil(peak)


def target_s(renditions: Iterable[Rendition]) -> int:
    """Return the one target duration of all pictures and sound, as players require it."""
    longest = max(part.duration_s for rendition in renditions for part in rendition.segments)
    return max(1, int(longest + Fraction(1, 2)))


def media_playlist(parts: Sequence[Part], target: int, *, i_frames: bool = False) -> str:
    """Return the playlist of a rendition's segments, or of its key frames alone."""
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        f"#EXT-X-TARGETDURATION:{target}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        *(["#EXT-X-I-FRAMES-ONLY"] if i_frames else ["#EXT-X-INDEPENDENT-SEGMENTS"]),
        f'#EXT-X-MAP:URI="{INIT_NAME}"',
    ]
    for part in parts:
        lines.append(f"#EXTINF:{float(part.duration_s):.6f},")
        if part.offset is not None:
            lines.append(f"#EXT-X-BYTERANGE:{part.length}@{part.offset}")
        lines.append(part.name)
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def captions_playlist(duration_s: Fraction) -> str:
    """Return the playlist of captions that lie in one file."""
    lines = (
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        f"#EXT-X-TARGETDURATION:{max(1, int(duration_s + Fraction(1, 2)))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f"#EXTINF:{float(duration_s):.6f},",
        CAPTIONS_NAME,
        "#EXT-X-ENDLIST",
        "",
    )
    return "\n".join(lines)


def stream_captions(webvtt: str) -> str:
    """Return WebVTT that says where its clock stands: at 0 when the film's does (RFC 8216, 3.5)."""
    first, _, rest = webvtt.partition("\n")
    return f"{first}\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n{rest}"


def multivariant_playlist(
    pictures: Sequence[Rendition], sound: Rendition | None, language: str, captions: str | None
) -> str:
    """Return the playlist that players open.

    Args:
        pictures: the variants, in the order to offer them in.
        sound: the one sound rendition.
        language: BCP 47 tag of sound and captions.
        captions: the folder of the captions' playlist.
    """
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{_VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    groups = {}
    tag = re.sub(r"[^A-Za-z0-9-]", "", language)
    shared = {"NAME": f'"{tag}"', "LANGUAGE": f'"{tag}"', "AUTOSELECT": "YES"}
    if sound:
        channels = f'"{sound.description.channels}"'
        where = f'"{sound.folder}/{PLAYLIST_NAME}"'
        lines.append(_media("AUDIO", "sound", {**shared, "DEFAULT": "YES", "CHANNELS": channels, "URI": where}))
        groups["AUDIO"] = '"sound"'
    if captions:
        # Words stand in most films' pictures already, so nobody gets captions unasked.
        where = f'"{captions}/{PLAYLIST_NAME}"'
        about = '"public.accessibility.transcribes-spoken-dialog"'
        said = {**shared, "DEFAULT": "NO", "FORCED": "NO", "CHARACTERISTICS": about, "URI": where}
        lines.append(_media("SUBTITLES", "captions", said))
        groups["SUBTITLES"] = '"captions"'
    for rendition in pictures:
        lines.append(_line("#EXT-X-STREAM-INF", {**_variant(rendition, sound), **groups}))
        lines.append(f"{rendition.folder}/{PLAYLIST_NAME}")
    lines += (_key_frames(rendition) for rendition in pictures)
    return "\n".join([*lines, ""])


def bandwidth(rendition: Rendition, sound: Rendition | None) -> tuple[int, int]:
    """Return a variant's peak and average bits per second, sound included."""
    peak, average = rendition.peak_bps, rendition.average_bps
    return (peak + sound.peak_bps, average + sound.average_bps) if sound else (peak, average)


def codecs_of(rendition: Rendition, sound: Rendition | None) -> str:
    """Return all codecs of a variant, pictures first."""
    return ",".join(part.description.codec for part in (rendition, sound) if part)


def _variant(rendition: Rendition, sound: Rendition | None) -> dict[str, str]:
    peak, average = bandwidth(rendition, sound)
    found = rendition.description
    return {
        "BANDWIDTH": str(peak),
        "AVERAGE-BANDWIDTH": str(average),
        "CODECS": f'"{codecs_of(rendition, sound)}"',
        "RESOLUTION": f"{found.width_px}x{found.height_px}",
        "FRAME-RATE": f"{float(found.rate or 0):.3f}",
        "VIDEO-RANGE": found.video_range,
    }


def _key_frames(rendition: Rendition) -> str:
    found = rendition.description
    said = {
        "BANDWIDTH": str(peak_bps(rendition.key_frames)),
        "AVERAGE-BANDWIDTH": str(average_bps(rendition.key_frames)),
        "CODECS": f'"{found.codec}"',
        "RESOLUTION": f"{found.width_px}x{found.height_px}",
        "VIDEO-RANGE": found.video_range,
        "URI": f'"{rendition.folder}/{I_FRAMES_NAME}"',
    }
    return _line("#EXT-X-I-FRAME-STREAM-INF", said)


def _media(kind: str, group: str, said: dict[str, str]) -> str:
    return _line("#EXT-X-MEDIA", {"TYPE": kind, "GROUP-ID": f'"{group}"', **said})


def _line(tag: str, attributes: dict[str, str]) -> str:
    return f"{tag}:{','.join(f'{name}={value}' for name, value in attributes.items())}"


__all__ = [
    "CAPTIONS_NAME",
    "INIT_NAME",
    "I_FRAMES_NAME",
    "MEDIA_TYPE",
    "MULTIVARIANT_NAME",
    "PLAYLIST_NAME",
    "Part",
    "Rendition",
    "average_bps",
    "bandwidth",
    "captions_playlist",
    "codecs_of",
    "media_playlist",
    "multivariant_playlist",
    "peak_bps",
    "stream_captions",
    "target_s",
]
