"""Resample: the part of a picture that a camera sees, at the frame's size and at its exact place.

A camera that neither turns nor tilts only scales and shifts, and OpenCV scales three times as fast as it warps. But it
scales whole pixels to whole pixels. So a region and a canvas, both a little larger than what is asked for, are chosen
such that a cut of the canvas has every sample where it belongs, to a hundredth of a pixel. Where no such pair is found,
the picture is warped.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from media_factory.rendering.motion import Rect, Size
from media_factory.rendering.planes import Plane, Planes

# How far a sample may lie from its place, in pixels of the frame. Measured on six moves, frames shake by 0.010 to
# 0.017 px (rms, frame to frame); 2 % of them find no such pair, with a tolerance of 0.015 it is 35 %.
TOLERANCE_PX = 0.018
# How far a picture is continued beyond its edges, so that regions may reach there.
_MARGIN_PX = 192
# How many samples more than are asked for a canvas may have: few are tried first, since they cost least.
_SPARES = (np.arange(97), np.arange(97, _MARGIN_PX + 1))
Cells = NDArray[np.int64]
_WARP = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


@dataclass(frozen=True)
class AxisFit:
    """Pixels `first` to `first + length` scaled to `cells` samples, of which the frame begins at `skip`."""

    first: int
    length: int
    cells: int
    skip: int


def fit_axis(start: float, step: float, samples: int, lowest: int, highest: int) -> AxisFit | None:
    """Return how to scale whole pixels such that sample `i` of `samples` lies at `start + i * step`, if it can be done.

    Args:
        start: place of the first sample; a pixel's centre is a whole number.
        step: pixels from sample to sample.
        samples: how many are needed.
        lowest: the first pixel that there is.
        highest: the pixel after the last.
    """
    for spare in _SPARES:
        if fit := _fit_with(start, step, samples, (lowest, highest), samples + spare):
            return fit
    return None


def _fit_with(start: float, step: float, samples: int, bounds: tuple[int, int], cells: Cells) -> AxisFit | None:
    """Return the fit with the smallest canvas of those sizes, if there is one."""
    lengths = np.rint(step * cells)
    steps = lengths / cells
    drifts = np.abs(steps - step) * (samples - 1) / (2 * step)
    close = np.flatnonzero(drifts <= TOLERANCE_PX)
    if not close.size:
        return None
    skips = np.arange(int(cells[close[-1]]) - samples + 1)
    cells, lengths, steps, drifts = (one[close][:, None] for one in (cells, lengths, steps, drifts))
    # The middle sample is held in place, so that a drift counts half at either edge.
    middle = start + (samples - 1) / 2 * step
    offsets = (skips + (samples - 1) / 2 + 0.5) * steps - 0.5
    firsts = np.rint(middle - offsets)
    misses = np.abs(firsts + offsets - middle) / step + drifts
    misses[(skips + samples > cells) | (firsts < bounds[0]) | (firsts + lengths > bounds[1])] = np.inf
    best = misses.argmin(axis=1)
    good = np.flatnonzero(misses[np.arange(len(best)), best] <= TOLERANCE_PX)
    if not good.size:
        return None
    row = int(good[0])  # the smallest canvas is the cheapest
    skip = int(best[row])
    return AxisFit(int(firsts[row, skip]), int(lengths[row, 0]), int(cells[row, 0]), skip)


class Resampler:
    """Takes windows out of one picture; for one thread at a time.

    Args:
        source: the picture's planes at its working size.
    """

    def __init__(self, source: Planes) -> None:
        self._sides = tuple((plane.shape[1], plane.shape[0]) for plane in source)
        self._wide = tuple(
            cv2.copyMakeBorder(plane, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
            for plane, margin in zip(source, (_MARGIN_PX, _MARGIN_PX // 2, _MARGIN_PX // 2), strict=True)
        )
        # One piece of memory for all canvases: fresh pages for each frame would cost as much as half the scaling.
        self._canvas: Plane = np.empty(0, np.uint8)

    def fill(self, out: Planes, rect: Rect) -> None:
        """Fill a frame with the part of the picture that a rectangle names, in pixels of the picture's Y plane.

        Chroma samples stand level with the left one of their luma samples, and between the two rows, as H.264 has them
        by default; in the picture they stand in the middle of their four pixels.
        """
        left, top, width, height = rect
        rows, columns = out[0].shape
        step_x, step_y = width / columns, height / rows
        luma = (left + step_x / 2 - 0.5, top + step_y / 2 - 0.5)
        chroma = ((left + step_x / 2 - 1) / 2, (top + step_y - 1) / 2)
        self._fill(0, (out[0],), luma, (step_x, step_y))
        self._fill(1, out[1:], chroma, (step_x, step_y))

    def _fill(self, plane: int, outs: tuple[Plane, ...], start: tuple[float, float], step: tuple[float, float]) -> None:
        """Fill one plane, or two that lie alike."""
        margin = _MARGIN_PX if plane == 0 else _MARGIN_PX // 2
        width, height = self._sides[plane]
        rows, columns = outs[0].shape
        across = fit_axis(start[0], step[0], columns, -margin, width + margin)
        down = fit_axis(start[1], step[1], rows, -margin, height + margin) if across else None
        for source, out in zip(self._wide[plane:], outs, strict=False):
            if across is None or down is None:
                matrix = np.array([[step[0], 0, start[0] + margin], [0, step[1], start[1] + margin]])
                cv2.warpAffine(source, matrix, (columns, rows), out, _WARP, cv2.BORDER_REPLICATE)
                continue
            x, y = across.first + margin, down.first + margin
            region = source[y : y + down.length, x : x + across.length]
            size = (across.cells, down.cells)
            canvas = cv2.resize(region, size, dst=self._paper(size), interpolation=cv2.INTER_LINEAR)
            out[:] = canvas[down.skip : down.skip + rows, across.skip : across.skip + columns]

    def _paper(self, size: Size) -> Plane:
        if self._canvas.size < size[0] * size[1]:
            self._canvas = np.empty((size[0] + _MARGIN_PX) * (size[1] + _MARGIN_PX), np.uint8)
        return self._canvas[: size[0] * size[1]].reshape(size[1], size[0])


__all__ = ["TOLERANCE_PX", "AxisFit", "Resampler", "fit_axis"]
