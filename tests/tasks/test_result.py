"""A manifest is left with the server; a product is not undone because that failed."""

from __future__ import annotations

import pytest

from media_factory.model import Model
from tasks.result import leave_result


class Product(Model):
    """Stands for a manifest."""

    title: str


async def test_a_server_that_takes_no_artifact_is_told_of_in_the_log_and_not_raised(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable() -> None:
        raise ConnectionError("https://user:password@example.com")

    monkeypatch.setattr("prefect.client.orchestration.get_client", unreachable)
    with caplog.at_level("WARNING"):
        await leave_result(Product(title="Port"))
    assert "ConnectionError" in caplog.text
    assert "password" not in caplog.text
