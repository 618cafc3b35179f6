"""Light: how bright a film's pixels and frames are, as HDR metadata states it (CTA-861.3, annex P).

A film in BT.709 is taken as a reference display shows it (BT.1886: black 0, gamma 2.4) with white at 203 cd/m2, the
level that ITU-R BT.2408 gives graphics white in HDR. The values are those of its BT.2020 pixels.
"""

from __future__ import annotations

import math
from pathlib import Path
from threading import Event

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from media_factory.errors import RenderError
from media_factory.model import Model

REFERENCE_WHITE_CDM2 = 203
_GAMMA = 2.4
# ITU-R BT.2087, linear BT.709 to linear BT.2020.
_TO_BT2020 = np.array(
    [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]],
    dtype=np.float32,
)
_LINEAR = (np.arange(256) / 255) ** _GAMMA * REFERENCE_WHITE_CDM2
# A frame in floats is twelve bytes a pixel, 400 MB at 7680x4320: bands of it are looked at one by one.
_BAND_ROWS = 256


class LightLevels(Model):
    """The brightest pixel of a film and the mean of its brightest frame, in whole cd/m2, rounded up; 0 is unknown."""

    max_cll: int
    max_fall: int


def light_levels(path: Path, stop: Event | None = None) -> LightLevels:
    """Return the light of a BT.709 film shown with white at 203 cd/m2; decodes all of it, so call it in a thread.

    Raises:
        RenderError: it does not decode, has no picture, or `stop` was set.
    """
    brightest = fullest = 0.0
    frames = 0
    try:
        with av.open(f"file:{path.absolute()}", options={"protocol_whitelist": "file"}) as film:
            if not film.streams.video:
                raise RenderError(f"{path.name} has no picture")
            for frame in film.decode(video=0):
                if stop is not None and stop.is_set():
                    raise RenderError("measuring the light was stopped")
                peak, mean = _light_of(frame)
                brightest, fullest = max(brightest, peak), max(fullest, mean)
                frames += 1
    except av.FFmpegError as exc:
        raise RenderError(f"{path.name} does not decode: {exc.strerror}") from exc
    if not frames:
        raise RenderError(f"{path.name} has no frames")
    return LightLevels(max_cll=math.ceil(brightest - 0.01), max_fall=math.ceil(fullest - 0.01))


def _light_of(frame: VideoFrame) -> tuple[float, float]:
    """Return the brightest pixel of a frame and the mean over all, each pixel counting by its largest component."""
    rgb = frame.reformat(
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
    ).to_ndarray()
    table = _LINEAR.astype(np.float32)
    peak, total = 0.0, 0.0
    for top in range(0, rgb.shape[0], _BAND_ROWS):
        wide = cv2.transform(cv2.LUT(rgb[top : top + _BAND_ROWS], table), _TO_BT2020)
        largest = cv2.max(cv2.max(wide[..., 0], wide[..., 1]), wide[..., 2])
        peak = max(peak, float(largest.max()))
        total += float(cv2.sumElems(largest)[0])
    return peak, total / (rgb.shape[0] * rgb.shape[1])


__all__ = ["REFERENCE_WHITE_CDM2", "LightLevels", "light_levels"]
