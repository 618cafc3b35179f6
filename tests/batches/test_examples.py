"""The example manifests hold what they promise: rows of several kinds, all of which can be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_factory.batches.reading import read_rows
from media_factory.batches.rows import RowForm
from tests.batches.manifests import manifest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("form", "kinds"), [("csv", ["image", "image", "narration"]), ("jsonl", ["narration", "image", "story"])]
)
def test_every_row_of_an_example_can_be_made(form: RowForm, kinds: list[str]) -> None:
    rows = list(read_rows(manifest(EXAMPLES / f"batch.{form}", form), {}))
    assert [row.problems for row in rows] == [(), (), ()]
    assert [row.brief and row.brief.kind for row in rows] == kinds
