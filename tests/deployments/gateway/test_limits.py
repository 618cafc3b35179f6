"""The media server's patience and its memory: who is slow is let go, who is large is sent in pieces."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deployments.gateway import serving
from deployments.gateway.patience import ImpatientProtocol
from tests.deployments.gateway.servers import Shelf, client, connected

MIB = 1 << 20


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the server less patience than the test has."""
    monkeypatch.setattr(ImpatientProtocol, "head_within_s", 0.4)
    monkeypatch.setattr(ImpatientProtocol, "taken_within_s", 0.6)


def seconds_until_closed(wire: socket.socket, drip: bytes = b"") -> float:
    """Send a byte now and then, and return how long the server lets it go on."""
    began = time.monotonic()
    wire.settimeout(0.05)
    while time.monotonic() - began < 10:
        try:
            if drip:
                wire.sendall(drip)
            if wire.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


def answered(wire: socket.socket) -> bytes:
    """Read one answer of three bytes and return them."""
    answer = b""
    while not answer.endswith(b"ok\n"):
        chunk = wire.recv(4096)
        assert chunk
        answer += chunk
    return answer.partition(b"\r\n\r\n")[2]


def test_a_request_that_never_comes_is_not_waited_for(hasty: None, url: str) -> None:
    with connected(url) as wire:
        assert 0.3 < seconds_until_closed(wire) < 3


def test_a_request_that_drips_in_gets_no_more_time_for_each_byte(hasty: None, url: str) -> None:
    with connected(url) as wire:
        wire.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        assert 0.3 < seconds_until_closed(wire, b"a") < 3


def test_a_second_request_that_drips_in_is_no_better(hasty: None, url: str) -> None:
    with connected(url) as wire:
        wire.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert answered(wire) == b"ok\n"
        wire.sendall(b"GET /health HT")
        assert seconds_until_closed(wire, b"T") < 3


def test_a_body_that_nobody_asked_for_is_not_waited_for(hasty: None, url: str) -> None:
    with connected(url) as wire:
        wire.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000000\r\n\r\n")
        assert answered(wire) == b"ok\n"
        assert seconds_until_closed(wire, b"a") < 3


def test_who_does_not_take_what_is_sent_is_let_go(hasty: None, shelf: Shelf, url: str) -> None:
    os.truncate(shelf.deliver("a/large.mp4", b"x"), 64 * MIB)
    with connected(url) as wire:
        wire.sendall(b"GET /deliveries/a/large.mp4 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        time.sleep(2)
        taken = 0
        while True:
            try:
                chunk = wire.recv(MIB)
            except ConnectionResetError:
                break
            if not chunk:
                break
            taken += len(chunk)
    assert taken < 64 * MIB


def test_who_takes_slowly_but_steadily_gets_all_of_it(hasty: None, shelf: Shelf, url: str) -> None:
    os.truncate(shelf.deliver("a/large.mp4", b"x"), 24 * MIB)
    with connected(url) as wire:
        wire.sendall(b"GET /deliveries/a/large.mp4 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        taken = 0
        while chunk := wire.recv(512 * 1024):
            taken += len(chunk)
            time.sleep(0.02)
    assert taken > 24 * MIB


def test_a_head_without_end_is_refused(url: str) -> None:
    with connected(url) as wire:
        wire.sendall(b"GET /health?" + b"a" * 20_000)
        assert wire.recv(4096).startswith(b"HTTP/1.1 400 ")


def test_beyond_its_connections_the_server_says_so_and_then_goes_on(
    hasty: None, monkeypatch: pytest.MonkeyPatch, shelf: Shelf
) -> None:
    from deployments.gateway.app import Rules, create_app
    from tests.deployments.gateway.servers import serving as serving_app

    monkeypatch.setattr(serving, "_CONNECTIONS", 8)
    app = create_app(shelf.store, shelf.books, shelf.deliveries, Rules())
    with serving_app(app) as url, ExitStack() as crowd:
        idle = [crowd.enter_context(connected(url)) for _ in range(8)]
        with client(url) as asking:
            assert asking.get("/health").status_code == 503
        for wire in idle:
            seconds_until_closed(wire)
        with client(url) as asking:
            assert asking.get("/health").status_code == 200


@pytest.fixture
def process(home: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `media-factory serve` with a home of its own; give its URL and the process."""
    command = [sys.executable, "-m", "deployments.gateway", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        yield process.stderr.readline().split()[0], process
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def most_memory_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see how much memory was taken")
def test_half_a_gigabyte_passes_through_little_memory(home: Path, process: tuple[str, subprocess.Popen[str]]) -> None:
    url, server = process
    folder = home / "deliveries" / "a"
    folder.mkdir(parents=True)
    (folder / "large.mp4").touch()
    os.truncate(folder / "large.mp4", 500 * MIB)
    with client(url) as asking:
        asking.get("/health")
        before = most_memory_mib(server.pid)
        for _ in range(2):
            with asking.stream("GET", "/deliveries/a/large.mp4") as reply:
                assert sum(map(len, reply.iter_raw())) == 500 * MIB
    assert most_memory_mib(server.pid) - before < 16


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_server_ends_at_once_and_well(
    process: tuple[str, subprocess.Popen[str]], number: signal.Signals
) -> None:
    url, server = process
    with client(url) as asking:
        assert asking.get("/health").status_code == 200
        server.send_signal(number)
        assert server.wait(10) == 0
    assert server.stderr is not None
    assert server.stderr.read() == ""
