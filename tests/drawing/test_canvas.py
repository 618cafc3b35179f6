"""The canvas rounds once, hides its steps in noise, and can be enlarged."""

import numpy as np
import pytest

from media_factory.design.colour import parse_hex
from media_factory.drawing import canvas as canvas_module
from media_factory.drawing.canvas import Canvas, painted_size, quantised


def gradient(width: int, height: int) -> Canvas:
    canvas = Canvas(width, height, parse_hex("#000000"))
    canvas.sky([(0, parse_hex("#0e1420")), (1, parse_hex("#1b2536"))])
    return canvas


def test_a_slow_gradient_has_no_bands() -> None:
    pixels = np.asarray(quantised(gradient(320, 1920), 320, 1920, np.random.default_rng(1)), np.float64)
    # Thirteen steps over 1,920 rows would be bands of about 148 rows: no row may be of one value, and the rows' means
    # rise by much less than a step.
    assert all(len(np.unique(row)) > 1 for row in pixels[::40, :, 0])
    smooth = np.convolve(pixels[:, :, 0].mean(axis=1), np.ones(40) / 40, mode="valid")
    assert np.abs(np.diff(smooth)).max() < 0.05


def test_rounding_keeps_the_mean_within_a_tenth_of_a_code_value() -> None:
    canvas = Canvas(512, 512, np.full(3, 100.37 / 255, np.float32))
    pixels = np.asarray(quantised(canvas, 512, 512, np.random.default_rng(2)), np.float64)
    assert abs(pixels.mean() - 100.37) < 0.1


def test_grain_is_as_strong_as_asked() -> None:
    canvas = Canvas(512, 512, np.full(3, 0.5, np.float32))
    pixels = np.asarray(quantised(canvas, 512, 512, np.random.default_rng(2), grain_sigma=2.5), np.float64)
    assert pixels[:, :, 0].std() == pytest.approx(2.6, abs=0.3)


def test_large_pictures_are_painted_smaller_and_enlarged_without_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas_module, "MAX_PIXELS", 100_000)
    size = painted_size(1000, 1600)
    assert size == (250, 400)
    image = quantised(gradient(*size), 1000, 1600, np.random.default_rng(3))
    assert image.size == (1000, 1600)
    rows = np.asarray(image, np.float64)[:, :, 2].mean(axis=1)
    assert np.abs(np.diff(np.convolve(rows, np.ones(16) / 16, mode="valid"))).max() < 0.1


def test_a_glow_fades_and_stays_inside_the_range() -> None:
    canvas = Canvas(200, 200, parse_hex("#101010"))
    canvas.glow(100, 100, 40, parse_hex("#ffffff"), 0.8)
    assert canvas.pixels[100, 100, 0] > canvas.pixels[100, 140, 0] > canvas.pixels[100, 199, 0]
    assert canvas.pixels.max() <= 1
