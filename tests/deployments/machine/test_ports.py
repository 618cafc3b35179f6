"""Ports: free ones pass, taken ones are refused by the option's name."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from deployments.machine.ports import HOST, check_ports, is_free
from media_factory.errors import InputError
from tests.prefect_server import free_port


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((HOST, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_is_refused_by_the_name_of_its_option(taken: int) -> None:
    assert not is_free(taken)
    with pytest.raises(InputError, match=f"--media-port: {taken} is taken on this machine; give another one"):
        check_ports(port=free_port(), media_port=taken)


def test_free_ports_pass() -> None:
    check_ports(port=free_port(), media_port=free_port())


def test_one_port_for_two_is_refused() -> None:
    port = free_port()
    with pytest.raises(InputError, match=f"--media-port: {port} is also --port"):
        check_ports(port=port, media_port=port)
