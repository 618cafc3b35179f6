"""The cluster's topology as processes of this machine: PostgreSQL, Redis, API servers, background services."""

from __future__ import annotations

import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import redis

from tests.books.postgresql import postgresql_server
from tests.needs import lacking
from tests.prefect_server import CHECKOUT, PrefectServer, free_port, spawned

_STARTS_WITHIN_S = 150
_PREFECT = (sys.executable, "-m", "prefect", "--no-prompt")


@dataclass(frozen=True)
class Cluster:
    """Servers that share one database and one message broker; each is asked by workers of its own."""

    servers: tuple[PrefectServer, ...]
    books_url: str


@contextmanager
def cluster(folder: Path, servers: int = 2) -> Iterator[Cluster]:
    """Run a cluster for the block."""
    with ExitStack() as parts:
        postgresql = parts.enter_context(postgresql_server())
        shared = _environment(folder) | {
            "PREFECT_API_DATABASE_CONNECTION_URL": postgresql.new_database("asyncpg"),
            "PREFECT_API_DATABASE_MIGRATE_ON_START": "false",
            "PREFECT_MESSAGING_BROKER": "prefect_redis.messaging",
            "PREFECT_MESSAGING_CACHE": "prefect_redis.messaging",
            "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
            "PREFECT_REDIS_MESSAGING_URL": parts.enter_context(_redis_server(folder)),
            "MEDIA_FACTORY_BOOKS_URL": postgresql.new_database("psycopg2"),
        }
        migrate = parts.enter_context(spawned((*_PREFECT, "server", "database", "upgrade", "-y"), folder, shared))
        assert migrate.wait(_STARTS_WITHIN_S) == 0
        parts.enter_context(spawned((*_PREFECT, "server", "services", "start"), folder, shared))
        started = [_api_server(parts, folder, shared) for _ in range(servers)]
        for server in started:
            _wait_until_healthy(server.url, server.process)
        yield Cluster(tuple(started), shared["MEDIA_FACTORY_BOOKS_URL"])


def _environment(folder: Path) -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")} | {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "MEDIA_FACTORY_HOME": str(folder / "home"),
        "MEDIA_FACTORY_CHECKOUT": str(CHECKOUT),
    }


@contextmanager
def _redis_server(folder: Path) -> Iterator[str]:
    """Run a Redis server for the block, and give its URL."""
    program = shutil.which("redis-server")
    if program is None:
        lacking("no `redis-server` on this machine (Debian: apt-get install redis-server)")
    port = free_port()
    command = (program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
    with spawned(command, folder, os.environ) as process, redis.Redis(port=port) as client:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                assert process.poll() is None, "the Redis server ended"
                assert time.monotonic() < deadline, "the Redis server does not answer"
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"


def _api_server(parts: ExitStack, folder: Path, shared: Mapping[str, str]) -> PrefectServer:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**shared, "PREFECT_API_URL": f"{url}/api"}
    command = (*_PREFECT, "server", "start", "--host", "127.0.0.1", "--no-services", "--port", str(port))
    process = parts.enter_context(spawned(command, folder, environment))
    # Those who ask a server know its address alone.
    asking = {key: value for key, value in environment.items() if "DATABASE" not in key and "REDIS" not in key}
    return PrefectServer(url, asking, folder, process)


def _wait_until_healthy(url: str, process: Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{url}: ended with {process.returncode}"
        try:
            with urllib.request.urlopen(f"{url}/api/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"{url}: not healthy within {_STARTS_WITHIN_S} s")


__all__ = ["Cluster", "cluster"]
