"""Destinations: what each place of publication asks, as data.

Organic safe zones are published by no platform: margins are measured on the platforms' own advertising overlays. No
social platform publishes a loudness; theirs are what others measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from media_factory.briefs.fields import Aspect, Destination
from media_factory.briefs.publishing import (
    Aspects,
    Basis,
    Bounds,
    CaptionFiles,
    Codecs,
    Cover,
    DestinationSpec,
    LoudnessTarget,
    Quantity,
    SafeMargins,
    SyntheticLabel,
)

_READ_ON = date(2026, 11, 20)
_MB, _GB = 10**6, 10**9
_SOCIAL_LUFS, _DEFAULT_PEAK_DBTP = -14.0, -1.5

_TIKTOK = "TikTok developer and advertising help"
_INSTAGRAM = "Instagram Platform media reference, copy of August 2026"
_INSTAGRAM_LOG = "Instagram Platform changelog, 2026-06-22"
_YOUTUBE = "YouTube upload encoding help"
_SHORTS = "YouTube Shorts help, three minutes since 2024-10-15"
_YOUTUBE_API = "YouTube Data API, videos resource, revised 2024-10-30"
_X = "X API media best practices, 2026"
_LINKEDIN = "LinkedIn video help, told by others"
_OVERLAYS = "the platform's own advertising overlay, measured by others in 2026"
_R128 = "EBU R 128, version 4 of 2020"
_APPLE = "Apple Podcasts audio requirements, told by others"
_OWN = "Media Factory's own preset"
_NO_NUMBER = "no number is published; the loudness that others measured"


def _from(source: str, basis: Basis = "secondary", *, reread: bool = False) -> dict[str, Any]:
    return {"source": source, "basis": basis, "read_on": _READ_ON, "reread": reread}


def _bounds(
    quantity: Quantity,
    least: float | None,
    most: float | None,
    origin: dict[str, Any],
    *,
    advised: bool = False,
) -> Bounds:
    return Bounds(quantity=quantity, least=least, most=most, advised=advised, **origin)


def _social(tolerance_lu: float, origin: dict[str, Any]) -> LoudnessTarget:
    return LoudnessTarget(lufs=_SOCIAL_LUFS, tolerance_lu=tolerance_lu, true_peak_dbtp=_DEFAULT_PEAK_DBTP, **origin)


_OURS = _from(_OWN, "ours")
_MARKS = SyntheticLabel(marks=("iptc", "c2pa"), **_OURS)
_YOUTUBE_LABEL = SyntheticLabel(field="status.containsSyntheticMedia", **_from(_YOUTUBE_API, "primary"))
_YOUTUBE_CAPTIONS = CaptionFiles(
    formats=("srt", "vtt", "ttml", "sbv", "scc"), **_from("YouTube captions help", "primary")
)
_YOUTUBE_MARGINS = SafeMargins(
    top_px=288, bottom_px=672, left_px=48, right_px=192, right_low_px=192, **_from(_OVERLAYS)
)
_YOUTUBE_CODECS = Codecs(allowed=("h264", "hevc", "av1"), **_from(_YOUTUBE, "primary"))
_YOUTUBE_BOUNDS = (
    _bounds("rate_fps", 24, 60, _from(_YOUTUBE, "primary")),
    _bounds("size_bytes", None, 256 * _GB, _from(_YOUTUBE, "general")),
    # 1080p at 30 frames a second.
    _bounds("bitrate_bps", 8_000_000, None, _from(_YOUTUBE, "primary"), advised=True),
)
_ANY_SHAPE: tuple[Aspect, ...] = ("16:9", "9:16", "1:1", "4:5")

_SPECS = (
    DestinationSpec(
        name="web",
        title="the web",
        aspects=Aspects(allowed=_ANY_SHAPE, **_OURS),
        codecs=Codecs(allowed=("h264", "hevc", "av1"), **_OURS),
        bounds=(_bounds("rate_fps", None, 60, _from("Apple HLS Authoring Specification 1.19", "primary")),),
        loudness=LoudnessTarget(lufs=-16, tolerance_lu=2.5, true_peak_dbtp=_DEFAULT_PEAK_DBTP, **_OURS),
        captions=CaptionFiles(formats=("vtt", "srt"), **_OURS),
        label=_MARKS,
        cover=Cover(way="upload", formats=("avif", "webp", "jpeg"), **_OURS),
    ),
    DestinationSpec(
        name="tiktok",
        title="TikTok",
        aspects=Aspects(allowed=("9:16", "4:5", "1:1", "16:9"), **_from(_TIKTOK)),
        codecs=Codecs(allowed=("h264", "hevc"), **_from(_TIKTOK)),
        bounds=(
            _bounds("short_side_px", 360, 4096, _from(_TIKTOK)),
            _bounds("long_side_px", 360, 4096, _from(_TIKTOK)),
            _bounds("duration_s", None, 600, _from(_TIKTOK)),
            _bounds("size_bytes", None, 4 * _GB, _from(_TIKTOK)),
            _bounds("rate_fps", 23, 60, _from(_TIKTOK)),
            _bounds("bitrate_bps", 516_000, None, _from(_TIKTOK, "primary"), advised=True),
        ),
        loudness=_social(2.5, _from(_NO_NUMBER)),
        margins=SafeMargins(top_px=240, bottom_px=660, left_px=120, right_px=120, right_low_px=300, **_from(_OVERLAYS)),
        captions=CaptionFiles(formats=(), **_from(_TIKTOK)),
        label=SyntheticLabel(field="post_info.is_aigc", **_from(_TIKTOK)),
        cover=Cover(way="frame", field="video_cover_timestamp_ms", **_from(_TIKTOK)),
    ),
    DestinationSpec(
        name="reels",
        title="Instagram Reels",
        aspects=Aspects(allowed=("9:16", "4:5", "1:1", "16:9"), **_from(_INSTAGRAM)),
        codecs=Codecs(allowed=("h264", "hevc"), **_from(_INSTAGRAM)),
        bounds=(
            _bounds("width_px", None, 1920, _from(_INSTAGRAM)),
            _bounds("duration_s", 3, 900, _from(_INSTAGRAM)),
            _bounds("size_bytes", None, 300 * _MB, _from(_INSTAGRAM, reread=True)),
            _bounds("rate_fps", 23, 60, _from(_INSTAGRAM)),
            _bounds("bitrate_bps", None, 25_000_000, _from(_INSTAGRAM)),
        ),
        loudness=_social(2.5, _from(_NO_NUMBER)),
        margins=SafeMargins(
            top_px=269, bottom_px=672, left_px=65, right_px=65, right_low_px=65, **_from("Meta advertising guide")
        ),
        captions=CaptionFiles(formats=(), **_from(_INSTAGRAM)),
        label=SyntheticLabel(field="is_ai_generated", **_from(_INSTAGRAM_LOG, "primary")),
        cover=Cover(way="upload", formats=("jpeg",), aspect="9:16", max_bytes=8 * _MB, **_from(_INSTAGRAM)),
    ),
    DestinationSpec(
        name="shorts",
        title="YouTube Shorts",
        aspects=Aspects(allowed=("9:16", "4:5", "1:1"), **_from(_SHORTS, "primary")),
        codecs=_YOUTUBE_CODECS,
        bounds=(_bounds("duration_s", None, 180, _from(_SHORTS, "primary")), *_YOUTUBE_BOUNDS),
        loudness=_social(1, _from(_NO_NUMBER)),
        margins=_YOUTUBE_MARGINS,
        captions=_YOUTUBE_CAPTIONS,
        label=_YOUTUBE_LABEL,
        cover=Cover(way="frame", **_from(_SHORTS)),
    ),
    DestinationSpec(
        name="youtube",
        title="YouTube",
        aspects=Aspects(allowed=_ANY_SHAPE, **_from(_YOUTUBE, "primary")),
        codecs=_YOUTUBE_CODECS,
        bounds=_YOUTUBE_BOUNDS,
        loudness=_social(1, _from(_NO_NUMBER)),
        margins=_YOUTUBE_MARGINS,
        captions=_YOUTUBE_CAPTIONS,
        label=_YOUTUBE_LABEL,
        cover=Cover(
            way="upload",
            formats=("jpeg", "png"),
            aspect="16:9",
            max_bytes=2 * _MB,
            min_width_px=640,
            **_from("YouTube thumbnail help, told by others; 50 MB from a desk, 2 MB from a phone"),
        ),
    ),
    DestinationSpec(
        name="x",
        title="X",
        aspects=Aspects(allowed=_ANY_SHAPE, **_from(_X, "primary")),
        codecs=Codecs(allowed=("h264",), **_from(_X, "primary")),
        bounds=(
            _bounds("short_side_px", 32, 720, _from(f"{_X}: 1080 is for subscribers", "primary", reread=True)),
            _bounds("long_side_px", 32, 1280, _from(f"{_X}: 1080 is for subscribers", "primary", reread=True)),
            _bounds("duration_s", 0.5, 1200, _from(f"{_X}: subscribers may have 125 minutes", "primary", reread=True)),
            _bounds("size_bytes", None, 8 * _GB, _from(_X)),
            _bounds("rate_fps", None, 60, _from(_X, "primary")),
            _bounds("bitrate_bps", 5_000_000, None, _from(_X, "primary"), advised=True),
        ),
        loudness=_social(2.5, _OURS),
        captions=CaptionFiles(formats=("srt",), **_from(_X, "primary")),
        label=SyntheticLabel(**_from("a flag for each post exists; its name was not found", reread=True)),
        cover=Cover(way="frame", **_from("X Media Studio help", "primary")),
    ),
    DestinationSpec(
        name="linkedin",
        title="LinkedIn",
        aspects=Aspects(allowed=_ANY_SHAPE, **_from(_LINKEDIN)),
        codecs=Codecs(allowed=("h264",), **_from(_LINKEDIN, "general")),
        bounds=(
            _bounds("duration_s", 3, 1800, _from(_LINKEDIN)),
            _bounds("size_bytes", None, 500 * _MB, _from(_LINKEDIN)),
            _bounds("rate_fps", None, 30, _from(_LINKEDIN, "general"), advised=True),
        ),
        loudness=_social(2.5, _OURS),
        captions=CaptionFiles(formats=("srt", "vtt"), **_from("LinkedIn Videos API", "primary")),
        label=SyntheticLabel(marks=("c2pa",), **_from(_LINKEDIN)),
        cover=Cover(way="upload", **_from("LinkedIn Videos API", "primary")),
    ),
    DestinationSpec(
        name="podcast",
        title="podcasts",
        aspects=Aspects(allowed=("16:9", "1:1", "9:16", "4:5"), **_OURS),
        codecs=Codecs(allowed=("h264", "hevc"), **_from(_APPLE, "general")),
        loudness=LoudnessTarget(lufs=-16, tolerance_lu=1, true_peak_dbtp=_DEFAULT_PEAK_DBTP, **_from(_APPLE)),
        captions=CaptionFiles(formats=("vtt", "srt"), **_from("the podcast:transcript tag", "general")),
        label=_MARKS,
        cover=Cover(way="upload", formats=("jpeg", "png"), aspect="1:1", min_width_px=1400, **_from(_APPLE)),
    ),
    DestinationSpec(
        name="broadcast",
        title="broadcast",
        aspects=Aspects(allowed=("16:9",), **_from("EBU R 95", "general")),
        codecs=Codecs(allowed=("h264", "hevc"), **_from("a broadcaster's own delivery rules", "general", reread=True)),
        bounds=(_bounds("short_side_px", 1080, None, _from("EBU Tech 3299", "general", reread=True)),),
        loudness=LoudnessTarget(lufs=-23, tolerance_lu=0.5, true_peak_dbtp=-1, **_from(_R128)),
        captions=CaptionFiles(
            formats=("stl", "ttml", "srt"), **_from("a broadcaster's own delivery rules", "general", reread=True)
        ),
        label=_MARKS,
        cover=Cover(way="none", **_OURS),
    ),
)
DESTINATIONS: dict[Destination, DestinationSpec] = {spec.name: spec for spec in _SPECS}


def aspects_for(destinations: Iterable[Destination]) -> tuple[Aspect, ...]:
    """Return the aspect that suits each destination best, each once, in the order of the destinations.

    >>> aspects_for(["tiktok", "reels", "youtube"])
    ('9:16', '16:9')
    """
    return tuple(dict.fromkeys(DESTINATIONS[name].aspects.allowed[0] for name in destinations))


def loudness_for(destinations: Sequence[Destination]) -> tuple[float, float]:
    """Return the integrated loudness in LUFS and the true peak in dBTP that a mix is brought to; -14 and -1.5 for none.

    One mix serves all destinations: the first one's target that every other allows, else the first one's.
    """
    targets = [DESTINATIONS[name].loudness for name in destinations]
    if not targets:
        return _SOCIAL_LUFS, _DEFAULT_PEAK_DBTP
    suits_all = (target for target in targets if all(other.allows(target.lufs) for other in targets))
    chosen = next(suits_all, targets[0])
    return chosen.lufs, chosen.true_peak_dbtp


__all__ = ["DESTINATIONS", "aspects_for", "loudness_for"]
