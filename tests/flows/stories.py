"""Small stories for the tests of flows, made with fakes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from flows.story import produce_story
from media_factory.briefs.model import BRIEF, StoryBrief
from media_factory.delivery.manifest import Manifest, StageRow
from media_factory.runs import Run, begin_run

TEXTS = (
    "The central bank held its key rate at 3.25% today.",
    'Dr. Smith said: "Markets had priced in a cut."',
    "For a $300,000 mortgage, that is about $60 more a month.",
    "The next meeting is in six weeks.",
)


def story_brief(texts: tuple[str, ...] = TEXTS, **fields: object) -> StoryBrief:
    """Return a brief whose scenes say the texts."""
    brief = BRIEF.validate_python(
        {
            "kind": "story",
            "title": "Central bank holds rates at 3.25%",
            "providers": {"image": "fake", "speech": "fake"},
            "size": 360,
            "rate": 12,
            "scenes": [{"text": text} for text in texts],
            **fields,
        }
    )
    assert isinstance(brief, StoryBrief)
    return brief


def produce(brief: StoryBrief, out: Path) -> Manifest:
    """Make a story without Prefect."""
    return asyncio.run(produce_story.fn(brief, out=out))


def planned(brief: StoryBrief) -> Manifest:
    """Return what making a story would do."""
    with begin_run(Run(planning=True)):
        return asyncio.run(produce_story.fn(brief))


def made(manifest: Manifest) -> set[tuple[str, int | None]]:
    """Return the stages that were made (or would be), with their scenes."""
    return {(row.stage, row.scene) for row in manifest.stages if row.state == "made"}


def states(manifest: Manifest) -> list[tuple[str, int, str]]:
    """Return every stage with its scene (-1 if it has none) and whether it was made, in one order."""
    return sorted((row.stage, -1 if row.scene is None else row.scene, row.state) for row in manifest.stages)


def rows_of(manifest: Manifest, stage: str) -> list[StageRow]:
    """Return a stage's rows in order."""
    return [row for row in manifest.stages if row.stage == stage]
