"""A real PostgreSQL server of the tests' own: on a Unix socket in a temporary folder, gone when they end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.needs import lacking

_START_S = 60
# The shell stands by until its input ends, which it does however we end: so no server outlives the tests. It is told
# to stop at once (QUIT), since nobody wants its data.
_UNTIL_INPUT_ENDS = '"$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server'


class PostgresqlServer:
    """A server whose database `postgres` is at a SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = sa.create_engine(url)

    def new_books(self) -> str:
        """Return a URL that leads to an empty schema: as good as a database of its own, and a hundred times cheaper."""
        name = f"books_{uuid.uuid4().hex}"
        with self._engine.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA {name}"))
        return f"{self._url}&options=-csearch_path%3D{name}"

    def new_database(self, driver: str) -> str:
        """Return the SQLAlchemy URL of a new, empty database."""
        name = f"database_{uuid.uuid4().hex}"
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        url = sa.make_url(self._url).set(drivername=f"postgresql+{driver}", database=name)
        return url.render_as_string(hide_password=False)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    """Run a server for the block. Data is not forced to disk: what is tested is locking, not the power supply."""
    programs = _programs()
    # A socket's path may have at most 107 bytes, so pytest's own temporary folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="mf-pg-", dir="/tmp"))
    account = _account(folder)
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "factory", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
        **account,
    )
    server = [str(programs / "postgres"), "-D", str(data), "-F", "-k", str(folder), "-c", "listen_addresses="]
    with (folder / "log").open("wb") as log:
        keeper = subprocess.Popen(
            ["sh", "-c", _UNTIL_INPUT_ENDS, "sh", *server],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folder,
            **account,
        )
    try:
        opened = PostgresqlServer(f"postgresql+psycopg2://factory@/postgres?host={folder}")
        _wait_for(opened, keeper, folder / "log")
        yield opened
        opened.close()
    finally:
        keeper.communicate()
        shutil.rmtree(folder)


def _programs() -> Path:
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    usable = [place for place in places if (place / "initdb").is_file() and (place / "postgres").is_file()]
    if not usable:
        lacking("no PostgreSQL server is installed")
    return usable[-1]


def _account(folder: Path) -> dict[str, Any]:
    """Return for subprocess the account to run the server with: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _wait_for(server: PostgresqlServer, keeper: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            server.new_books()
        except sa.exc.OperationalError:
            if keeper.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the PostgreSQL server did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
