"""Small real pictures, requests and decoders for the renderer's tests."""

from __future__ import annotations

import hashlib
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from media_factory.assets import Asset
from media_factory.captions.cards import CaptionBox, CaptionStyle
from media_factory.rendering.model import Camera, SegmentRequest, ShotSpan, Window
from media_factory.rendering.planes import planes_of_frame
from media_factory.rendering.segments import FILM_ENCODING

SIZE = (216, 384)
STILL = Camera(start=Window(zoom=1), end=Window(zoom=1))
PUSH = Camera(start=Window(zoom=1), end=Window(zoom=1.06, x=0.51, y=0.49))
PAN = Camera(start=Window(zoom=1.06, x=0.48), end=Window(zoom=1.06, x=0.52))
CAPTION_STYLE = CaptionStyle(
    family="Manrope",
    weight=800,
    size_px=28,
    colour="#ffffff",
    active_colour="#ffcc33",
    outline_px=2,
    box=CaptionBox(x_px=24, y_px=200, width_px=168, height_px=80),
)


class Gallery:
    """Pictures on disk, by digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: dict[str, Path] = {}

    def hang(self, picture: Image.Image) -> Asset:
        """Save a picture as PNG and return its asset."""
        path = self.folder / f"{len(self.paths)}.png"
        picture.save(path)
        data = path.read_bytes()
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.paths[digest] = path
        return Asset(
            digest=digest,
            media_type="image/png",
            size_bytes=len(data),
            width_px=picture.width,
            height_px=picture.height,
        )

    def flat(self, colour: str, size: tuple[int, int] = SIZE) -> Asset:
        """Hang a picture of one colour."""
        return self.hang(Image.new("RGB", size, colour))

    def card(self, seed: int, size: tuple[int, int] = (432, 768)) -> Asset:
        """Hang a picture with gradients, rings and type."""
        return self.hang(card(seed, size))


def card(seed: int, size: tuple[int, int]) -> Image.Image:
    """Draw gradients, rings and type."""
    dice = np.random.default_rng(seed)
    width, height = size
    y, x = np.mgrid[0:height, 0:width] / max(size)
    waves = [90 + 80 * np.sin(3 * x * dice.normal() + 2 * y * dice.normal() + dice.uniform(0, 6)) for _ in range(3)]
    picture = Image.fromarray(
        (np.stack(waves, axis=-1) + dice.normal(0, 1, (height, width, 1))).clip(0, 255).astype(np.uint8)
    )
    draw = ImageDraw.Draw(picture)
    draw.text((width // 9, height // 6), f"Scene {seed}", fill="white", font=ImageFont.load_default(width // 7))
    for _ in range(30):
        left, top, reach = dice.uniform(0, width), dice.uniform(height * 0.4, height), dice.uniform(5, width / 8)
        colour = tuple(int(part) for part in dice.integers(0, 255, 3))
        draw.ellipse((left - reach, top - reach, left + reach, top + reach), outline=colour, width=max(1, width // 150))
    return picture


def segment(
    *shots: tuple[Asset, Camera, int, int], frames: int, rate: Fraction = Fraction(30), size: tuple[int, int] = SIZE
) -> SegmentRequest:
    """Return a request without captions; a shot is its image, camera, first frame and whole length."""
    return SegmentRequest(
        width_px=size[0],
        height_px=size[1],
        rate=rate,
        frames=frames,
        shots=tuple(ShotSpan(image=image, camera=camera, first=first, of=of) for image, camera, first, of in shots),
        encoding=FILM_ENCODING,
    )


def decoded_luma(path: Path) -> list[NDArray[np.uint8]]:
    """Return the Y plane of every frame of a film."""
    with av.open(str(path)) as film:
        return [planes_of_frame(frame)[0].copy() for frame in film.decode(video=0)]


def psnr_db(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the peak signal-to-noise ratio of two planes in dB."""
    error = float(np.mean((one.astype(np.float64) - other) ** 2))
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))


def run_ffmpeg(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the bundled ffmpeg program, quiet but for errors."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    return subprocess.run([program, "-nostdin", "-v", "error", *arguments], capture_output=True, text=True, check=False)
