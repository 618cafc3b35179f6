"""The media server under test: a real one on loopback, and ways to talk to it down to the bytes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.types import ASGIApp

from deployments.gateway.serving import listen, serve_app, server_of, url_of
from media_factory.books.books import Books
from media_factory.store.local import LocalStore

SECRET = SecretStr("0123456789abcdef0123456789abcdef")


class Shelf:
    """A store, books and deliveries in a folder."""

    def __init__(self, root: Path) -> None:
        self.store = LocalStore(root / "store")
        self.books = Books(f"sqlite:///{root / 'books.db'}")
        self.deliveries = root / "deliveries"
        self.deliveries.mkdir(parents=True)

    def deliver(self, path: str, data: bytes | str) -> Path:
        """Write a delivered file, its path being relative to all deliveries."""
        target = self.deliveries / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        return target


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an app on a free port of loopback, and give its URL."""
    opened = listen("127.0.0.1", 0, None)
    server = server_of(app)
    thread = threading.Thread(target=serve_app, args=(server, opened))
    thread.start()
    try:
        yield url_of(opened)
    finally:
        server.should_exit = True
        thread.join(20)


def client(url: str, **settings: Any) -> httpx.Client:
    """Return a client of a server that follows nothing and compresses nothing unless it is asked to."""
    headers = {"Accept-Encoding": "identity"} | settings.pop("headers", {})
    return httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=30, **settings)


def connected(url: str) -> socket.socket:
    """Return a plain connection to a server."""
    address = httpx.URL(url)
    assert address.port
    return socket.create_connection((address.host, address.port), timeout=20)


def raw(url: str, target: str, **headers: str) -> tuple[int, bytes]:
    """GET a target exactly as it stands, which no client would send, and return status and body."""
    with connected(url) as wire:
        extra = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        wire.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{extra}\r\n".encode())
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), body
