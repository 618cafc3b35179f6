"""A real small film of several runs, made once, for the tests of what is delivered beside a film."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media_factory.rendering.join import join
from media_factory.rendering.segments import encode_segment
from tests.rendering.films import PUSH, Gallery, run_ffmpeg, segment

RATE = Fraction(10)
SIZE = (432, 768)
LENGTHS = (33, 5, 48, 5, 49)
FRAMES = sum(LENGTHS)


@dataclass(frozen=True)
class SmallFilm:
    """A film with sound, and the runs that it was joined from."""

    master: Path
    runs: tuple[tuple[Path, int], ...]


def make_film(folder: Path, lengths: tuple[int, ...] = LENGTHS, size: tuple[int, int] = SIZE) -> SmallFilm:
    """Render a film, each run a picture of its own, with a tone for sound."""
    gallery = Gallery(folder)
    runs = []
    for index, frames in enumerate(lengths):
        request = segment((gallery.card(index, size), PUSH, 0, frames), frames=frames, rate=RATE, size=size)
        path = folder / f"run-{index}.mp4"
        runs.append((path, encode_segment(request, gallery.paths, path)))
    seconds = sum(lengths) / RATE
    sound = folder / "sound.m4a"
    tone = f"sine=frequency=330:sample_rate=48000:duration={float(seconds)}"
    made = run_ffmpeg("-f", "lavfi", "-i", tone, "-ac", "2", "-c:a", "aac", "-b:a", "128k", str(sound))
    assert made.returncode == 0, made.stderr
    master = folder / "master.mp4"
    join(runs, sound, RATE, master)
    return SmallFilm(master, tuple(runs))
