"""The commands that ask a Prefect server, where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.api.errors import ServerUnreachable
from deployments.cli import cli
from media_factory.errors import BriefError, InputError
from tests.prefect_server import free_port


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    path = tmp_path / "port.yaml"
    path.write_text("kind: image\nprompt: a port at dawn\n")
    return path


def run(*arguments: str) -> str:
    return CliRunner().invoke(cli, arguments, catch_exceptions=False).output


def test_where_no_server_is_named_the_variable_is(brief: Path) -> None:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        for arguments in (("submit", str(brief)), ("runs",)):
            with pytest.raises(InputError, match="PREFECT_API_URL: no server is named; give one such as"):
                run(*arguments)


def test_a_server_that_is_not_there_is_named_without_its_password(brief: Path) -> None:
    port = free_port()
    url = f"http://a:secret@127.0.0.1:{port}/api"
    told = pytest.raises(ServerUnreachable, match=f"at http://127.0.0.1:{port}/api does not answer")
    with temporary_settings({PREFECT_API_URL: url}), told:
        run("submit", str(brief))


def test_a_brief_that_is_none_is_refused_before_a_server_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "port.yaml"
    path.write_text("kind: image\nprompt: a port\naspect: 9:61\n")
    with pytest.raises(BriefError, match="aspect"):
        run("submit", str(path))


def test_what_is_to_be_cancelled_has_to_be_named() -> None:
    assert "--cancel needs a RUN_ID" in CliRunner().invoke(cli, ["runs", "--cancel"]).output
