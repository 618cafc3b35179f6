"""What the eye would say: VMAF, a second metric, banding, and how smoothly a pan moves."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import run_measured
from benchmarks.rendering.limit import RawFrames, ffmpeg_program
from media_factory.rendering.compose import Composer, empty_planes
from media_factory.rendering.model import SegmentRequest
from media_factory.rendering.motion import Rect, Size, window_at, window_rect
from media_factory.rendering.planes import load_planes

# Without equal tags on both sides ffmpeg converts one of them, and VMAF reads 10 points too low.
_SAME = "settb=1/30,setpts=N,setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
_FINE_ZOOM = 2.0


@dataclass(frozen=True)
class Quality:
    """How a film compares with its frames.

    `vmaf` and `vmaf_worst` are the mean and the least of VMAF, 0 to 100; `xpsnr_db` is that of luma; `banding` is
    the mean of CAMBI, 0 for none, 5 and more for what everybody sees.
    """

    vmaf: float
    vmaf_worst: float
    xpsnr_db: float
    banding: float


def compare(film: Path, raw: RawFrames, every: int = 6) -> Quality:
    """Compare a film with the frames that it was encoded from, looking at each n-th frame for VMAF."""
    with TemporaryDirectory() as folder:
        log = Path(folder) / "vmaf.json"
        measure = f"libvmaf=n_subsample={every}:n_threads=2:feature=name=cambi:log_fmt=json:log_path={log}"
        graph = f"[0:v]{_SAME},split[a][b];[1:v]{_SAME},split[c][d];[a][c]{measure}[v];[b][d]xpsnr[x]"
        command = [ffmpeg_program(), "-hide_banner", "-nostats", "-nostdin", "-i", str(film), *raw.as_input]
        said = run_measured([*command, "-filter_complex", graph, "-map", "[v]", "-map", "[x]", "-f", "null", "-"])[1]
        pooled = json.loads(log.read_text())["pooled_metrics"]
    luma = re.search(r"XPSNR  y: *([0-9.]+)", said)
    if luma is None:
        raise RuntimeError(f"ffmpeg did not say how the film compares: {said[-500:]}")
    return Quality(
        vmaf=pooled["vmaf"]["mean"],
        vmaf_worst=pooled["vmaf"]["min"],
        xpsnr_db=float(luma[1]),
        banding=pooled["cambi"]["mean"],
    )


def jitter_px(segment: SegmentRequest, files: Mapping[str, Path], frames: int = 24) -> float:
    """Return how far a shot's frames stray from their exact places, frame to frame, root mean square, in pixels.

    Each composed frame is held against the same window taken from the picture in floating point; the shift between the
    two is the least squares solution over all pixels.
    """
    request = segment.model_copy(update={"captions": (), "shots": segment.shots[:1]})
    composer, out = Composer(request, files), empty_planes((request.width_px, request.height_px))
    shot = request.shots[0]
    fine = load_planes(files[shot.image.digest], composer.size, _FINE_ZOOM)[0].astype(np.float32)
    shifts = []
    for frame in range(min(frames, request.frames)):
        composer.draw(frame, out)
        window = window_at(shot.camera, shot.first + frame, shot.of)
        ideal = _exact(fine, window_rect(window, fine.shape[1], fine.shape[0], *composer.size), composer.size)
        shifts.append(_shift(ideal, out[0].astype(np.float32)))
    steps = np.diff(np.array(shifts), axis=0)
    return float(np.sqrt((steps**2).sum(axis=1).mean()))


def _exact(fine: NDArray[np.float32], rect: Rect, size: Size) -> NDArray[np.float32]:
    left, top, width, height = rect
    across = (left + (np.arange(size[0]) + 0.5) * width / size[0] - 0.5).astype(np.float32)
    down = (top + (np.arange(size[1]) + 0.5) * height / size[1] - 0.5).astype(np.float32)
    smooth = cv2.GaussianBlur(fine, (0, 0), 0.35 * width / size[0])
    places = np.meshgrid(across, down)
    return np.asarray(cv2.remap(smooth, *places, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _shift(ideal: NDArray[np.float32], found: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return by how many pixels `found` lies to the right of and below `ideal`."""
    inner = (slice(8, -8), slice(8, -8))
    slopes = [np.gradient(ideal, axis=axis)[inner].ravel() for axis in (1, 0)]
    matrix = np.stack(slopes, axis=1).astype(np.float64)
    wanted = (ideal - found)[inner].ravel().astype(np.float64)
    return np.asarray(np.linalg.lstsq(matrix.T @ matrix, matrix.T @ wanted, rcond=None)[0])


__all__ = ["Quality", "compare", "jitter_px"]
