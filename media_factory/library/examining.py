"""Examining files that people bring, in a process with limits: what does not decode to its end is not taken."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from pydantic import Field

from media_factory.errors import InputError
from media_factory.model import Model
from media_factory.programs import Limits, run_program
from media_factory.store.intake import MAX_INTAKE_BYTES

_EXAMINER = Path(__file__).with_name("examiner.py")
# Address space, of which the libraries' own code takes a third; decoding 64 megapixels in RGBA takes 256 MiB.
_LIMITS = Limits(timeout_s=900, cpu_s=900, memory_bytes=1536 << 20, output_bytes=1 << 16)


class Bounds(Model):
    """What a file may be at most."""

    picture_bytes: int = 50_000_000
    film_bytes: int = MAX_INTAKE_BYTES
    side_px: int = 8192
    pixels: int = 64_000_000
    animation_pixels: int = Field(default=256_000_000, description="of all frames of an animated picture together")
    duration_s: float = 600
    rate: int = Field(default=60, description="pictures a second")
    streams: int = 32


class Facts(Model):
    """What a file turned out to be."""

    media_type: str
    width_px: int | None = None
    height_px: int | None = None
    duration_s: float | None = None


async def examine(path: Path, shown: str, bounds: Bounds | None = None) -> Facts:
    """Decode a file to its end and return what it is.

    Args:
        path: the file; nobody may change it meanwhile.
        shown: what the message calls it.
        bounds: what it may be at most.

    Raises:
        InputError: it is no picture, film or sound, is damaged, or is too large.
    """
    bounds = bounds or Bounds()
    size = await asyncio.to_thread(lambda: path.stat().st_size)
    if size > bounds.film_bytes:
        raise InputError(f"{shown}: it is larger than {bounds.film_bytes >> 20} MiB")
    # -I: neither our folder nor PYTHONPATH can put a module in the way of the decoders'.
    command = [sys.executable, "-I", str(_EXAMINER), str(path), bounds.model_dump_json()]
    try:
        finished = await run_program(command, limits=_LIMITS)
    except TimeoutError:
        raise InputError(f"{shown}: it can't be decoded within {_LIMITS.timeout_s:g} s") from None
    if finished.code:
        how = f"signal {-finished.code}" if finished.code < 0 else finished.errors.strip().rpartition("\n")[2][:200]
        raise InputError(f"{shown}: decoding it ended the decoder ({how}); it may take 1.5 GiB and 15 minutes")
    answer = json.loads(finished.output)
    if "refused" in answer:
        raise InputError(f"{shown}: {answer['refused']}")
    return Facts.model_validate(answer["facts"])


__all__ = ["Bounds", "Facts", "examine"]
