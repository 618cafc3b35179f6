"""The door to a server: where a run's page is, and what no message shows."""

from __future__ import annotations

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL, temporary_settings

from deployments.api.server import Server
from media_factory.errors import InputError

RUN = "00000000-0000-0000-0000-000000000001"


def test_a_run_s_page_is_beside_the_api_and_carries_no_password() -> None:
    server = Server("http://user:secret@factory.example.com:4200/api/", "user:secret")
    assert server.page_of(RUN) == f"http://factory.example.com:4200/runs/flow-run/{RUN}"
    assert server.shown == "http://factory.example.com:4200/api"


def test_a_ui_that_is_elsewhere_is_where_prefect_s_setting_says() -> None:
    with temporary_settings({PREFECT_API_URL: "http://api.example.com/api", PREFECT_UI_URL: "https://ui.example.com"}):
        assert Server().page_of(RUN) == f"https://ui.example.com/runs/flow-run/{RUN}"


async def test_a_client_that_is_not_open_says_how_to_open_it() -> None:
    with pytest.raises(InputError, match="use it as `async with Client.. as client:`"):
        await Server("http://127.0.0.1:1/api").ask("GET", "/health")
