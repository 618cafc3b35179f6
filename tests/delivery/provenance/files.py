"""Small real files of every kind that can be marked, and marking them without a store."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from media_factory.assets import Asset
from media_factory.delivery.manifest import Output
from media_factory.delivery.provenance.credentials import context_for
from media_factory.delivery.provenance.identity import Identity
from media_factory.delivery.provenance.marking import generation_of, write_with_xmp
from media_factory.delivery.provenance.model import Origin
from media_factory.delivery.provenance.signing import Claim, Marks, sign
from media_factory.files import sha256_of

AI = Origin(source_type="trainedAlgorithmicMedia", provider="openai:gpt-image-2", prompt_sha256="ab" * 32)
TYPES = {
    "still.avif": "image/avif",
    "still.jpg": "image/jpeg",
    "still.png": "image/png",
    "simple.webp": "image/webp",
    "lossless.webp": "image/webp",
    "animated.webp": "image/webp",
    "speech.mp3": "audio/mpeg",
    "speech.m4a": "audio/mp4",
    "speech.wav": "audio/wav",
    "film.mp4": "video/mp4",
}


def picture(seed: int = 1, size: tuple[int, int] = (160, 96), mode: str = "RGB") -> Image.Image:
    """Return soft blobs, which every codec keeps recognisable."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).convert(mode)


def make_files(folder: Path) -> dict[str, Path]:
    """Write one file of every kind, and return them by name."""
    paths = {name: folder / name for name in TYPES}
    for name in ("still.avif", "still.jpg", "still.png", "simple.webp"):
        picture().save(paths[name])
    see_through = picture()
    see_through.putalpha(picture(2, mode="L"))
    see_through.save(paths["lossless.webp"], lossless=True)
    picture().save(paths["animated.webp"], save_all=True, append_images=[picture(3)], duration=100)
    for name in ("speech.mp3", "speech.m4a", "speech.wav"):
        write_media(paths[name], video=False)
    write_media(paths["film.mp4"], video=True)
    return paths


def write_media(path: Path, *, video: bool) -> None:
    """Write two seconds of a tone, with moving pictures or without; an MP4's index comes first."""
    codec = {".wav": "pcm_s16le", ".mp3": "mp3"}.get(path.suffix, "aac")
    options = {"movflags": "+faststart"} if path.suffix in (".mp4", ".m4a") else {}
    with av.open(str(path), "w", format="ipod" if path.suffix == ".m4a" else None, options=options) as file:
        pictures = file.add_stream("libx264", rate=10) if video else None
        if pictures:
            pictures.width, pictures.height, pictures.pix_fmt = 160, 96, "yuv420p"
        sound = file.add_stream(codec, rate=48_000, layout="mono")
        for index in range(20 if pictures else 0):
            assert pictures
            frame = av.VideoFrame.from_image(picture(4).rotate(index))
            file.mux(pictures.encode(frame))
        if pictures:
            file.mux(pictures.encode(None))
        for index in range(96):
            file.mux(sound.encode(_tone(index, sound.format.name)))
        file.mux(sound.encode(None))


def _tone(index: int, form: str) -> av.AudioFrame:
    times = (np.arange(1000) + 1000 * index) / 48_000
    wave = 0.3 * np.sin(2 * math.pi * 330 * times)
    samples = wave.astype(np.float32) if form.startswith("flt") else (32767 * wave).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(samples[None], form if form.startswith("flt") else _whole(form), "mono")
    frame.sample_rate, frame.pts, frame.time_base = 48_000, 1000 * index, Fraction(1, 48_000)
    return frame


def _whole(form: str) -> str:
    return "s16p" if form.endswith("p") else "s16"


def asset_of(path: Path, media_type: str) -> Asset:
    return Asset(digest=f"sha256:{sha256_of(path)}", media_type=media_type, size_bytes=path.stat().st_size)


def claim_of(
    path: Path, origin: Origin = AI, marked: dict[str, Marks] | None = None, media_type: str | None = None
) -> Claim:
    """Return what a file claims as part of a product called `product`."""
    media_type = media_type or TYPES[path.name]
    output = Output(role="image", path=path.name, asset=asset_of(path, media_type))
    return Claim(path.name, media_type, origin, generation_of(output, origin, "product"), marked or {})


def mark(source: Path, target: Path, identity: Identity, claim: Claim | None = None) -> Path:
    """Write a marked copy, as a delivery does."""
    claim = claim or claim_of(source)
    told = target.with_name(f"told-{target.name}")
    stated = write_with_xmp(source, told, claim)
    sign(told if stated else source, target, claim, identity, context_for(identity))
    return target
