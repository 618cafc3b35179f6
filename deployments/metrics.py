"""`media-factory metrics`: the books' figures for Prometheus."""

from __future__ import annotations

import threading
from contextlib import closing

import click


@click.command()
@click.option("--serve", "port", type=click.IntRange(0, 65535), help="Serve them under /metrics until Ctrl-C.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve them at.")
def metrics(port: int | None, host: str) -> None:
    """Print calls, times, costs and budgets as Prometheus reads them."""
    from media_factory.calls.metrics import metrics_text, registry_of
    from media_factory.errors import InputError
    from media_factory.factory import factory_from_environment

    with closing(factory_from_environment()) as factory:
        if port is None:
            click.echo(metrics_text(factory.books), nl=False)
            return
        from prometheus_client import start_http_server

        try:
            server, _thread = start_http_server(port, host, registry_of(factory.books))
        except OSError as problem:
            raise InputError(f"--serve: can't listen on {host}:{port}: {problem.strerror}") from problem
        try:
            click.echo(f"http://{host}:{server.server_port}/metrics until Ctrl-C", err=True)
            threading.Event().wait()
        finally:
            server.shutdown()
            server.server_close()


__all__ = ["metrics"]
