"""How far a batch is, as whoever watches it hears."""

from __future__ import annotations

import pytest

from media_factory.batches.outcomes import Totals
from media_factory.batches.progress import Progress, tell, watching


@pytest.mark.parametrize(
    ("progress", "share", "left_s"),
    [
        (Progress(rows=None, totals=Totals()), 0.0, None),
        (Progress(rows=0, totals=Totals()), 1.0, None),
        (Progress(rows=10, totals=Totals(cached=4), to_make=6), 0.4, None),
        (Progress(rows=10, totals=Totals(cached=4, made=2), to_make=6, seconds=8.0), 0.6, 16.0),
        (Progress(rows=10, totals=Totals(cached=4, made=6), to_make=6, seconds=8.0), 1.0, 0.0),
    ],
)
def test_what_was_found_made_says_nothing_of_how_long_the_rest_takes(
    progress: Progress, share: float, left_s: float | None
) -> None:
    assert progress.share == pytest.approx(share)
    assert progress.left_s == left_s


def test_whoever_watches_hears_of_it_and_only_while_they_do() -> None:
    heard: list[Progress] = []
    first, second = Progress(rows=1, totals=Totals()), Progress(rows=1, totals=Totals(made=1))
    with watching(heard.append):
        tell(first)
    tell(second)
    assert heard == [first]
