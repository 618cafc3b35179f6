"""Memory does not grow with a story's length beyond what its caches may hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.memory import LIMIT_MIB, peak_mib, story_of
from media_factory.briefs.reading import read_brief
from media_factory.rendering.planes import CACHE_BYTES

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs /proc to weigh processes")
# What was measured at 360 px beside pictures that are kept: half of it, on a busy machine.
MIB_PER_MINUTE = 40


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
