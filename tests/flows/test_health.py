"""The flow that looks at the providers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from flows.health import check_providers
from media_factory.books.books import Books
from media_factory.calls.health import provider_rows
from media_factory.factory import Factory
from media_factory.providers.registry import Providers
from tasks.health import ARTIFACT_KEY, artifact_rows
from tests.calls.ledgers import note_call
from tests.calls.markets import speech


def test_directly_it_returns_the_rows_and_needs_no_server(home: Path) -> None:
    rows = asyncio.run(check_providers.fn(reach=False))
    assert {row.name for row in rows} >= {"artboard", "espeak"}


def test_in_prefect_it_leaves_the_same_table_that_the_command_line_shows(prefect_api: None, home: Path) -> None:
    from prefect.artifacts import Artifact

    note_call(Books(f"sqlite:///{home / 'books.db'}"), "espeak:1.52", seconds=2.0)
    asyncio.run(check_providers(reach=False))
    kept = asyncio.run(Artifact.aget(ARTIFACT_KEY))
    assert kept is not None
    assert isinstance(kept.data, str)
    table = {row["model"]: row for row in json.loads(kept.data)}
    assert table["artboard"]["state"] == "ready"
    assert (table["espeak:1.52"]["ok"], table["espeak:1.52"]["mean s"]) == (1, 2.0)


@pytest.mark.parametrize(
    ("lacks", "error", "state"),
    [("set KEY", None, "set KEY"), (None, "QuotaExhausted", "left alone for"), (None, None, "ready")],
)
def test_the_state_is_what_keeps_a_provider_from_being_asked(
    factory: Factory, lacks: str | None, error: str | None, state: str
) -> None:
    if error:
        factory.books.limits.note_failure("a", error, open_for_s=60)
    (row,) = provider_rows(Providers.of(speech("a", lacks=lacks)), factory.books)
    (cells,) = artifact_rows(row)
    assert str(cells["state"]).startswith(state)
