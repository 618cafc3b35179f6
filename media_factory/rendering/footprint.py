"""How much memory the making of a film's parts takes, estimated from the sizes of its frames. Pure.

What was measured (MiB above the interpreter, one worker; 60 or 40 frames, pictures 1.25 times as large as the frame):

========= ========= ========= ========= ==========================
codec     1920x1080 3840x2160 7680x4320 1280x720, high and master
========= ========= ========= ========= ==========================
h264      159       555                 156, 205
hevc      294       1041      3976      211, 209
av1       348       1095      3210      314, 322
HDR10     566       1746                (two threads)
========= ========= ========= ========= ==========================
"""

from __future__ import annotations

from collections.abc import Mapping

from media_factory.assets import Asset
from media_factory.briefs.fields import Codec
from media_factory.rendering.model import Encoding, HdrRequest, PosterRequest, SegmentRequest

_MIB = 1 << 20
FIXED_BYTES = 64 * _MIB
# Bytes a pixel of the frame. Encoders that look far ahead hold more frames.
_QUICKLY: Mapping[Codec, int] = {"h264": 75, "hevc": 130, "av1": 150}
_THOROUGHLY: Mapping[Codec, int] = {"h264": 210, "hevc": 190, "av1": 270}
_QUICK_PRESETS: Mapping[Codec, frozenset[str]] = {
    "h264": frozenset({"ultrafast", "superfast", "veryfast"}),
    "hevc": frozenset({"ultrafast", "superfast"}),
    "av1": frozenset({"9", "10", "11", "12", "13"}),
}
_FARTHER = "rc-lookahead"
_CAPTIONS, _COMPOSED, _HDR = 12, 30, 300
_HDR_FIXED_BYTES = 128 * _MIB
# Of a picture, as it is decoded and scaled: Pillow keeps a pixel in four bytes, and has two of them at a time.
_PICTURE = 8


def segment_memory(request: SegmentRequest) -> int:
    """Return how many bytes of memory the making of a segment takes."""
    a_pixel = _encoder_bytes(request.encoding) + (_CAPTIONS if request.captions else 0)
    return FIXED_BYTES + request.width_px * request.height_px * a_pixel + _largest_picture(request)


def poster_memory(request: PosterRequest) -> int:
    """Return how many bytes of memory the drawing of a poster takes."""
    segment = request.segment
    return FIXED_BYTES + segment.width_px * segment.height_px * _COMPOSED + _largest_picture(segment)


def hdr_memory(request: HdrRequest) -> int:
    """Return how many bytes of memory the making of an HDR10 rendition takes."""
    return _HDR_FIXED_BYTES + pixels_of(request.master) * _HDR


def pixels_of(asset: Asset) -> int:
    """Return how many pixels a picture, or a frame of a film, has; 0 if the asset does not say."""
    return (asset.width_px or 0) * (asset.height_px or 0)


def _encoder_bytes(encoding: Encoding) -> int:
    quick = encoding.preset in _QUICK_PRESETS[encoding.codec] and _FARTHER not in encoding.tuning
    return (_QUICKLY if quick else _THOROUGHLY)[encoding.codec]


def _largest_picture(request: SegmentRequest) -> int:
    return max(pixels_of(shot.image) for shot in request.shots) * _PICTURE


__all__ = ["FIXED_BYTES", "hdr_memory", "pixels_of", "poster_memory", "segment_memory"]
