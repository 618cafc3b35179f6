"""Presets: four qualities for each codec.

Measured on 108 frames of three photographs under a slow push, 1080x1920, one thread (CPU seconds, bytes, VMAF):

======== ====================== ====================== ======================
quality  h264                   hevc                   av1
======== ====================== ====================== ======================
draft     1.2 s,  422 k, 89.9    3.5 s,  313 k, 90.0    1.7 s,  307 k, 93.3
standard  1.3 s,  988 k, 95.0    5.8 s,  535 k, 96.3    2.0 s,  474 k, 95.7
high      3.1 s, 1903 k, 97.7   12.1 s, 1564 k, 97.7    7.3 s,  885 k, 97.9
master   14.8 s, 3415 k, 98.0   16.3 s, 4093 k, 98.4   11.3 s, 4637 k, 98.6
======== ====================== ====================== ======================
"""

from __future__ import annotations

from collections.abc import Mapping

from media_factory.briefs.fields import Codec, Quality
from media_factory.errors import InputError
from media_factory.rendering.film_encoding import FILM_ENCODING, frame_problem
from media_factory.rendering.model import Encoding

# The reference job beside stock medium at CRF 20: a whole render in 0.56 of that encoder's CPU seconds, 0.90 of the
# bytes, VMAF 0.14 lower, and less banding.
_SLOW_CAMERA = "me=dia:subme=2:ref=1:weightp=0:b-adapt=0:trellis=1:bframes=7:b-pyramid=normal:rc-lookahead=30"
# Four references are what a level holds at the frame size that it is named for (H.264, table A-1).
_FOUR_REFERENCES = "ref=4"

ENCODINGS: Mapping[Codec, Mapping[Quality, Encoding]] = {
    "h264": {
        "draft": FILM_ENCODING.model_copy(update={"crf": 26}),
        "standard": FILM_ENCODING,
        "high": Encoding(preset="veryfast", crf=18, tuning=_SLOW_CAMERA),
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
