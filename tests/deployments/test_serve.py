"""`media-factory serve`: where it listens, and where it refuses to."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from deployments.cli import cli
from deployments.gateway.serving import listen, url_of
from media_factory.errors import InputError


def serve(*arguments: str) -> None:
    CliRunner().invoke(cli, ["serve", *arguments], catch_exceptions=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_where_others_could_come_it_refuses_to_listen_without_a_secret(
    home: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.delenv("MEDIA_FACTORY_MEDIA_SECRET", raising=False)
    with pytest.raises(InputError, match="MEDIA_FACTORY_MEDIA_SECRET") as refused:
        serve("--host", host)
    assert refused.value.exit_code == 2
    assert len(str(refused.value).splitlines()) == 1
    assert not home.exists()


def test_a_secret_that_is_too_short_is_refused_wherever_it_listens(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIA_FACTORY_MEDIA_SECRET", "short")
    with pytest.raises(InputError, match="at least 32"):
        serve()


def test_with_a_secret_it_listens_everywhere() -> None:
    with listen("0.0.0.0", 0, SecretStr("s" * 32)) as opened:
        assert url_of(opened).startswith("http://0.0.0.0:")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost"])
def test_on_this_machine_it_listens_without_a_secret(host: str) -> None:
    with listen(host, 0, None) as opened:
        assert url_of(opened).startswith("http://")


def test_a_taken_port_is_refused_by_name() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"--port: can't listen on 127.0.0.1:{port}"):
            listen("127.0.0.1", port, None)


def test_what_is_no_address_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="--host: 'not an address'"):
        listen("not an address", 4210, None)
