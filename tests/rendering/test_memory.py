"""Memory does not grow with a story's length beyond what its caches may hold."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.memory import LIMIT_MIB, peak_mib, story_of
from media_factory.briefs.reading import read_brief
from media_factory.rendering import stems
from media_factory.rendering.planes import CACHE_BYTES
from tests.rendering.sounds import Records, chatter

# Blocks as a decoder takes and gives them back, small ones between them: what is kept of them, in MiB.
BLOCKS = """
import ctypes, sys
from pathlib import Path
from media_factory.rendering.memory import give_back_large_blocks
if sys.argv[1] == "given back":
    assert give_back_large_blocks()
    assert give_back_large_blocks()
c = ctypes.CDLL(None)
c.malloc.restype, c.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
def block():
    at = c.malloc(16 << 20)
    ctypes.memset(at, 1, 16 << 20)
    return at
c.free(block())
taken = []
for _ in range(30):
    taken.append(block())
    c.malloc(60_000)
for at in taken:
    c.free(at)
print(int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20)
"""
pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs /proc to weigh processes")
MIB_PER_MINUTE = 60


def test_large_blocks_are_given_back_once_freed() -> None:
    kept = {
        how: int(subprocess.run([sys.executable, "-c", BLOCKS, how], capture_output=True, check=True).stdout)
        for how in ("as it is", "given back")
    }
    assert kept["given back"] < 120
    assert kept["as it is"] > kept["given back"] + 150


def test_of_a_long_films_utterances_one_at_a_time_lies_on_disk_and_all_are_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Records(tmp_path)
    placed = []
    for index in range(11):
        sound = records.press(chatter(0.7, seed=index) * (0.2 + 0.07 * index), 22_050)
        placed.append(stems.PlacedSound(records.paths[sound.digest], 1, (index * 48_000, index * 48_000 + 33_600)))
    together: list[int] = []

    class Watched(stems.SoundFile):
        def write(self, first: int, samples: stems.Samples) -> None:
            super().write(first, samples)
            together.append(len(list(scratch.iterdir())))

    monkeypatch.setattr(stems, "SoundFile", Watched)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    speech = stems.speech_stem(placed, 12 * 48_000, scratch)
    assert max(together) == 2  # the film's and one utterance's
    assert [path.name for path in scratch.iterdir()] == ["speech.f32"]
    heard = speech.sound.read(0, 12 * 48_000)
    levels = [float(np.sqrt(np.mean(heard[:, one.span[0] : one.span[1]] ** 2))) for one in placed]
    assert max(levels) < 1.2 * min(levels)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_longer_story_takes_little_more_memory() -> None:
    short, long = peak_mib(1, 2, 360), peak_mib(4, 2, 360)
    growth = (long - short) / 3
    assert growth < MIB_PER_MINUTE
    assert long + 6 * growth + CACHE_BYTES / (1 << 20) < LIMIT_MIB


def test_the_story_that_is_weighed_lasts_as_long_as_it_says(tmp_path: Path) -> None:
    (tmp_path / "story.json").write_text(story_of(10, 30, 1080))
    words = sum(len(scene["text"].split()) for scene in json.loads((tmp_path / "story.json").read_text())["scenes"])
    assert read_brief(tmp_path / "story.json").kind == "story"
    assert words / 150 == pytest.approx(10, rel=0.03)
