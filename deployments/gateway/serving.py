"""Running the media server: where it may listen, and until when."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address

import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp

from deployments.gateway.patience import ImpatientProtocol
from media_factory.delivery.links import SECRET_CHARS, SECRET_VARIABLE
from media_factory.errors import InputError

_LOOPBACK = "127.0.0.1"
_CONNECTIONS = 256
_HEAD_BYTES = 16 * 1024
_GRACE_S = 5


def listen(host: str, port: int, secret: SecretStr | None) -> socket.socket:
    """Return a socket that listens; port 0 takes one that is free.

    Raises:
        InputError: other machines would reach it and no secret is set, or the address can't be used.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as problem:
        raise InputError(f"--host: {host!r} is no address of this machine: {problem.strerror}") from problem
    if secret is None and not ip_address(address[0]).is_loopback:
        raise InputError(
            f"--host: other machines can reach {host}, and no secret is set: set {SECRET_VARIABLE} to at least "
            f"{SECRET_CHARS} characters (such as `openssl rand -hex 32`), or listen at {_LOOPBACK}"
        )
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(_CONNECTIONS)
    except OSError as problem:
        opened.close()
        raise InputError(f"--port: can't listen on {host}:{port}: {problem.strerror}") from problem
    return opened


def url_of(opened: socket.socket) -> str:
    """Return the URL that a listening socket answers at, as seen from this machine."""
    host, port = opened.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server_of(app: ASGIApp) -> uvicorn.Server:
    """Return the server of an application, with its limits."""
    config = uvicorn.Config(
        app,
        http=ImpatientProtocol,
        ws="none",
        lifespan="off",
        # Its log would hold every signed URL.
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        h11_max_incomplete_event_size=_HEAD_BYTES,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return uvicorn.Server(config)


def serve_app(server: uvicorn.Server, opened: socket.socket) -> None:
    """Serve at a listening socket until Ctrl-C or TERM; what is under way gets five seconds to finish."""
    try:
        asyncio.run(server.serve(sockets=[opened]))
    except KeyboardInterrupt:
        # uvicorn raises the signal again after its own clean end.
        return
    finally:
        opened.close()


__all__ = ["listen", "serve_app", "server_of", "url_of"]
