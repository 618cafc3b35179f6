"""Ports of this machine: free, or a message that names the option."""

from __future__ import annotations

import socket

from media_factory.errors import InputError

HOST = "127.0.0.1"


def url_at(port: int) -> str:
    """Return the URL of a port of this machine."""
    return f"http://{HOST}:{port}"


def is_free(port: int) -> bool:
    """Return whether somebody could listen at a port of this machine now."""
    with socket.socket() as probe:
        # As servers do: connections of the one before that are still being closed are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def check_ports(**options: int) -> None:
    """Refuse ports that are taken, or named twice; options are named as on the command line, with `_` for `-`.

    Raises:
        InputError: the message names the option.
    """
    named: dict[int, str] = {}
    for name, port in options.items():
        option = f"--{name.replace('_', '-')}"
        if port in named:
            raise InputError(f"{option}: {port} is also {named[port]}; give each a port of its own")
        if not is_free(port):
            raise InputError(f"{option}: {port} is taken on this machine; give another one")
        named[port] = option


__all__ = ["HOST", "check_ports", "is_free", "url_at"]
