"""What can be said of encoding without an encoder: the film's own settings, and which frames a codec takes."""

from __future__ import annotations

from media_factory.briefs.fields import Codec
from media_factory.rendering.model import Encoding

# The largest frame of H.264 levels up to 5.2; decoders in devices end there, and at 4096 pixels a side.
H264_MAX_SIDE_PX, H264_MAX_BLOCKS = 4096, 36_864
# Stills under a slow camera are easy to predict, so most of what `veryfast` searches for isn't there: about half of its
# CPU seconds at equal VMAF. Predicting only 4x4 blocks within a picture saves another tenth for VMAF of 0.01 to 0.1;
# deblocking a little less gives back 0.1 to 0.2. Adaptive quantisation keeps its full strength: at 0.4 VMAF saw
# nothing, and dark slopes had visible bands. So had photographs' dark parts in modes 2 and 3, which VMAF prefers.
# The first step below a whole pixel and trellis pay for one another where there is texture: an eighth more CPU seconds
# than without both, and VMAF 0.8 higher in the same bytes.
_SLOW_CAMERA = (
    "me=dia:subme=1:ref=1:weightp=0:b-adapt=0:trellis=1:bframes=7:b-pyramid=normal:partitions=i4x4:deblock=-1,-1"
)
# Mostly plain pictures have little of it; nor do they need a plan of which blocks will be looked back to, so a finer
# first frame stands in for it. On drawings: 0.85 of the CPU seconds that `subme=0:trellis=0` takes with the plan, for
# 1.1 of the bytes, VMAF 0.13 lower and fewer bands.
_PLAIN = "subme=0:trellis=0:mbtree=0:ipratio=1.6:pbratio=1.6"
FILM_ENCODING = Encoding(preset="veryfast", crf=20, tuning=_SLOW_CAMERA, plain_crf=24, plain_tuning=_PLAIN)


def frame_problem(codec: Codec, width_px: int, height_px: int) -> str | None:
    """Return what is wrong with encoding frames of a size, and what to do instead; None if nothing is."""
    blocks = -(-width_px // 16) * -(-height_px // 16)
    if codec == "h264" and (max(width_px, height_px) > H264_MAX_SIDE_PX or blocks > H264_MAX_BLOCKS):
        return (
            f"codec: h264 at {width_px}x{height_px} is beyond level 5.2, where devices stop decoding; "
            "use hevc or av1, or frames up to 4096x2304"
        )
    return None


__all__ = ["FILM_ENCODING", "H264_MAX_BLOCKS", "H264_MAX_SIDE_PX", "frame_problem"]
