"""How much disk the making of a film takes, estimated before any of it is written. Pure.

Whatever is made lies twice for a moment: in the folder that it is made in, and in the store.
"""

from __future__ import annotations

from media_factory.rendering.model import SAMPLE_RATE_HZ, JoinRequest, MixRequest, SegmentRequest
from media_factory.timing import seconds_of

# Bytes a pixel at CRF 20; measured on our films 0.007, on grainy photographs 0.02. Each 6 steps of CRF halve it.
_BYTES_A_PIXEL, _AT_CRF, _HALVED_EVERY = 0.03, 20, 6
_LEAST_BYTES_A_PIXEL = 0.005
_COPIES = 2
# Stereo as 32-bit floats, for each stem that lies on disk at once; AAC at 192 kbit/s for what stays.
_FLOATS_BYTES_A_S, _AAC_BYTES_A_S = SAMPLE_RATE_HZ * 2 * 4, 24_000
_STEMS, _STEMS_WITH_MUSIC = 2, 3


def segment_bytes(request: SegmentRequest) -> int:
    """Return how many bytes of disk the making of a segment takes."""
    crf = request.encoding.crf
    share: float = max(_BYTES_A_PIXEL * 2.0 ** ((_AT_CRF - crf) / _HALVED_EVERY), _LEAST_BYTES_A_PIXEL)
    return round(request.width_px * request.height_px * request.frames * share) * _COPIES


def mix_bytes(request: MixRequest) -> int:
    """Return how many bytes of disk the making of a sound track takes."""
    duration_s = seconds_of(request.frames, request.rate)
    stems = _STEMS_WITH_MUSIC if request.music else _STEMS
    return round(duration_s * (_FLOATS_BYTES_A_S * stems + _AAC_BYTES_A_S * _COPIES * 2))


def join_bytes(request: JoinRequest) -> int:
    """Return how many bytes of disk the joining of a film takes: what is joined is known, so this is exact enough."""
    pictures = sum(segment.video.size_bytes for segment in request.segments)
    sound = request.sound.size_bytes if request.sound else 0
    # The index is written behind the film and then moved before it, which rewrites the film in its own file.
    return (pictures + sound) * _COPIES


__all__ = ["join_bytes", "mix_bytes", "segment_bytes"]
