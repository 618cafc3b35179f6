"""Presets: four qualities for each codec.

Measured on 36 frames each of three enlarged photographs under a slow push, 1080x1920, one encoder (CPU seconds, bytes,
VMAF):

======== ====================== ====================== ======================
quality  h264                   hevc                   av1
======== ====================== ====================== ======================
draft     0.7 s,  235 k, 87.0    2.9 s,  138 k, 88.2    1.2 s,  200 k, 92.3
standard  0.7 s,  472 k, 92.6    4.3 s,  219 k, 93.1    1.3 s,  316 k, 93.8
high      1.6 s,  841 k, 94.8    8.2 s,  544 k, 94.9    4.9 s,  565 k, 95.7
master   12.7 s, 2115 k, 96.1   10.3 s, 1580 k, 95.9    8.9 s, 2985 k, 96.9
======== ====================== ====================== ======================
"""

from __future__ import annotations

from collections.abc import Mapping

from media_factory.briefs.fields import Codec, Quality
from media_factory.errors import InputError
from media_factory.rendering.film_encoding import FILM_ENCODING, frame_problem
from media_factory.rendering.model import Encoding

# Beside stock medium at CRF 20, on the reference job's pictures, which are mostly plain: a fifth of that encoder's CPU
# seconds, 0.92 of the bytes and VMAF 0.1 lower; on photographs 0.92 of the bytes and VMAF 0.15 lower. At CRF 18
# photographs would lose 0.30, and with `subme=1` at 17 take 1.02 of the bytes.
_SLOW_CAMERA = (
    "me=dia:subme=2:ref=1:weightp=0:b-adapt=0:trellis=1:bframes=7:b-pyramid=normal:rc-lookahead=20:qcomp=0.57"
    ":partitions=i4x4:deblock=-1,-1"
)
# Four references are what a level holds at the frame size that it is named for (H.264, table A-1).
_FOUR_REFERENCES = "ref=4"

ENCODINGS: Mapping[Codec, Mapping[Quality, Encoding]] = {
    "h264": {
        "draft": FILM_ENCODING.model_copy(update={"crf": 26, "plain_crf": 30}),
        "standard": FILM_ENCODING,
        "high": Encoding(preset="veryfast", crf=17, tuning=_SLOW_CAMERA, plain_crf=18, plain_tuning="subme=1"),
        "master": Encoding(preset="slow", crf=14, tuning=_FOUR_REFERENCES),
    },
    "hevc": {
        "draft": Encoding(codec="hevc", preset="ultrafast", crf=26),
        "standard": Encoding(codec="hevc", preset="superfast", crf=22),
        "high": Encoding(codec="hevc", preset="medium", crf=17),
        "master": Encoding(codec="hevc", preset="medium", crf=12),
    },
    "av1": {
        # The encoder itself warns of artefacts from 10 on: good enough for a preview.
        "draft": Encoding(codec="av1", preset="10", crf=44),
        "standard": Encoding(codec="av1", preset="9", crf=34),
        "high": Encoding(codec="av1", preset="6", crf=20),
        "master": Encoding(codec="av1", preset="5", crf=4),
    },
}


def encoding_for(codec: Codec, quality: Quality, width_px: int, height_px: int) -> Encoding:
    """Return how to encode a film of a frame size, in software.

    Raises:
        InputError: the codec does not go with the frame size; the message names the field and says what does.
    """
    if problem := frame_problem(codec, width_px, height_px):
        raise InputError(problem)
    return ENCODINGS[codec][quality]


__all__ = ["ENCODINGS", "encoding_for"]
