"""What the batch benchmark compares is the same work on both sides."""

from __future__ import annotations

from pathlib import Path

from benchmarks.batching.naive import STAGES as NAIVE_STAGES
from benchmarks.batching.ours import STAGES, ours, write_manifest, write_stories
from media_factory.briefs.batch import BatchBrief


async def test_a_row_goes_through_as_many_stages_as_the_naive_one_and_the_second_time_through_none(
    home: Path, tmp_path: Path
) -> None:
    assert len(STAGES) == len(NAIVE_STAGES) == len({stage.stage.name for stage in STAGES})
    brief = BatchBrief(manifest=str(write_manifest(tmp_path / "rows.jsonl", 3)))
    first, second = await ours.fn(brief), await ours.fn(brief)
    assert (first.totals.made, second.totals.cached) == (3, 3)


async def test_the_stories_of_the_benchmark_are_briefs_that_can_be_made(home: Path, tmp_path: Path) -> None:
    brief = BatchBrief(manifest=str(write_stories(tmp_path / "stories.jsonl", 2)))
    assert (await ours.fn(brief)).totals.made == 2
