"""HDR10: a film's rendition in BT.2020 and PQ, for places that show HDR beside SDR.

It is the same picture in another container: SDR white comes at 203 cd/m2 (ITU-R BT.2408), colours stay where BT.709
has them, and nothing is brighter than the master. Highlights that were never there are not invented.
"""

from __future__ import annotations

import asyncio
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame

from media_factory.briefs.fields import Quality
from media_factory.errors import RenderError
from media_factory.files import whole_file
from media_factory.model import Model
from media_factory.programs import Limits
from media_factory.rendering.encoders import HEVC_TAG, KEY_FRAME_EVERY_S
from media_factory.rendering.ffmpeg import DETERMINISTIC, Stream, source, write_file
from media_factory.rendering.light import REFERENCE_WHITE_CDM2, LightLevels, light_levels
from media_factory.rendering.presets import ENCODINGS
from media_factory.rendering.probe import VideoFacts, probe
from media_factory.threads import run_stoppable

# The colour volume of the usual grading monitor, P3-D65 from 0.0001 to 1000 cd/m2, in units of SMPTE ST 2086. It is
# nominal: what the film itself reaches is in its light levels.
MASTERING_DISPLAY = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
_PRIMARIES = {"colour_primaries": "bt2020", "colour_transfer": "smpte2084", "colour_space": "bt2020nc"}
_CHROMA_LEFT = 0  # of HEVC's chroma_sample_loc_type: where the master's own chroma stands
_LIMITS = Limits(timeout_s=6 * 3600, cpu_s=48 * 3600, memory_bytes=32 << 30)


class HdrFacts(Model):
    """What an HDR10 film says about its light: its monitor's luminances in cd/m2, and its own levels."""

    display_max_cdm2: float
    display_min_cdm2: float
    light: LightLevels


async def make_hdr10(master: Path, target: Path, *, quality: Quality = "standard", threads: int = 1) -> LightLevels:
    """Write a master's HDR10 rendition and return its light levels; sound is copied.

    10-bit HEVC with BT.2020 primaries and PQ, a mastering display, and MaxCLL and MaxFALL as measured on the master.
    The same master gives the same bytes on one machine, whatever `threads` is.

    Args:
        master: an SDR film in BT.709, limited range.
        target: the file to make, an MP4; it appears whole or not at all.
        quality: how fine, as the presets of HEVC have it.
        threads: processors that x265 may keep busy.

    Raises:
        RenderError: the master has no picture or is not in BT.709, or the rendition is not what HDR10 asks for.
        FfmpegFailed: it does not decode, or can't be encoded.
    """
    facts = _sdr_facts(master)
    light = await run_stoppable(lambda stop: light_levels(master, stop))
    film = source(master)
    streams = [_in_pq(film["v:0"]), *([film["a:0"]] if probe(master).audio else [])]
    with whole_file(target) as draft:
        await write_file(streams, draft, limits=_LIMITS, **_options(facts, light, quality, threads))
        await asyncio.to_thread(_check, draft, facts, light)
    return light


def hdr_facts(path: Path) -> HdrFacts:
    """Return what a film's first frame says about its light; 0 where it says nothing of its levels.

    Raises:
        RenderError: it has no frame, or names no mastering display.
    """
    try:
        with av.open(f"file:{path.absolute()}", options={"protocol_whitelist": "file"}) as film:
            frame = next(film.decode(video=0), None)
    except (av.FFmpegError, IndexError) as exc:
        raise RenderError(f"{path.name} does not decode") from exc
    display = None if frame is None else _side_data(frame, SideDataType.MASTERING_DISPLAY_METADATA)
    if frame is None or display is None:
        raise RenderError(f"{path.name} names no mastering display")
    # libavutil's struct: eight rationals of chromaticities, then those of the lowest and the highest luminance.
    low, low_unit, high, high_unit = struct.unpack_from("=4i", display, 8 * 8)
    levels = _side_data(frame, SideDataType.CONTENT_LIGHT_LEVEL)
    max_cll, max_fall = struct.unpack_from("=2I", levels) if levels else (0, 0)
    return HdrFacts(
        display_max_cdm2=high / high_unit,
        display_min_cdm2=low / low_unit,
        light=LightLevels(max_cll=max_cll, max_fall=max_fall),
    )


def _side_data(frame: VideoFrame, kind: SideDataType) -> bytes | None:
    sides: Any = frame.side_data
    return next((bytes(side) for side in sides if side.type == kind), None)


def _sdr_facts(master: Path) -> VideoFacts:
    streams = probe(master).video
    if not streams:
        raise RenderError(f"{master.name} has no picture")
    facts = streams[0]
    if (facts.colour_primaries, facts.colour_transfer, facts.colour_space) != ("bt709", "bt709", "bt709"):
        raise RenderError(f"{master.name} is not tagged as BT.709; only SDR masters become HDR10")
    return facts


def _in_pq(picture: Stream) -> Stream:
    # RGB in whole numbers first: it ends at white, so overshoots of the master's codec do not shine.
    picture = picture.filter("setparams", range="tv", color_primaries="bt709", color_trc="bt709", colorspace="bt709")
    picture = picture.filter("zscale", matrix="gbr", range="full", filter="bicubic").filter("format", "gbrp12le")
    picture = picture.filter("zscale", transfer="linear", npl=REFERENCE_WHITE_CDM2).filter("format", "gbrpf32le")
    wide = {"primaries": "2020", "transfer": "smpte2084", "matrix": "2020_ncl", "range": "limited"}
    picture = picture.filter("zscale", npl=REFERENCE_WHITE_CDM2, chromal="left", **wide)
    return picture.filter("format", "yuv420p10le")


def _options(facts: VideoFacts, light: LightLevels, quality: Quality, threads: int) -> dict[str, Any]:
    encoding = ENCODINGS["hevc"][quality]
    return {
        **DETERMINISTIC,
        "vcodec": "libx265",
        "preset": encoding.preset,
        "crf": encoding.crf,
        "x265-params": _x265(facts.rate or Fraction(30), light, threads),
        "tag:v": HEVC_TAG,
        "color_primaries": "bt2020",
        "color_trc": "smpte2084",
        "colorspace": "bt2020nc",
        "color_range": "tv",
        "acodec": "copy",
        "fps_mode": "passthrough",
        "enc_time_base": "demux",
        "movflags": "+faststart+negative_cts_offsets",
        "use_editlist": 0,
        "format": "mp4",
    }


def _x265(rate: Fraction, light: LightLevels, threads: int) -> str:
    keyint = round(KEY_FRAME_EVERY_S * rate)
    fields = {
        "keyint": keyint,
        "min-keyint": keyint,
        "scenecut": 0,
        "open-gop": 0,
        # Wavefronts give the same bytes on any number of threads; frames in parallel would not.
        "pools": threads,
        "frame-threads": 1,
        "hdr10": 1,
        "hdr10-opt": 1,
        "colorprim": "bt2020",
        "transfer": "smpte2084",
        "colormatrix": "bt2020nc",
        "range": "limited",
        "chromaloc": _CHROMA_LEFT,
        "master-display": MASTERING_DISPLAY,
        "max-cll": f"{light.max_cll},{light.max_fall}",
        "info": 0,
        "log-level": "error",
    }
    return ":".join(f"{name}={value}" for name, value in fields.items())


def _check(path: Path, master: VideoFacts, light: LightLevels) -> None:
    facts, found = probe(path).video[0], hdr_facts(path)
    said = facts.model_dump(include=set(_PRIMARIES))
    if said != _PRIMARIES or facts.pixel_format != "yuv420p10le" or found.light != light:
        raise RenderError(f"{path.name} is no HDR10: {said}, {facts.pixel_format}, {found.light}")
    if facts.frames != master.frames:
        raise RenderError(f"{path.name} has {facts.frames} frames, the master {master.frames}")


__all__ = ["MASTERING_DISPLAY", "HdrFacts", "hdr_facts", "make_hdr10"]
