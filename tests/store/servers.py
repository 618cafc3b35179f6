"""S3 servers of the tests' own, on loopback, gone when they end: moto (in memory) and Ceph (a real, durable one)."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from media_factory.store.s3.settings import S3Settings

_PROGRAMS = ("ceph-authtool", "monmaptool", "ceph-mon", "ceph-osd", "ceph", "radosgw", "radosgw-admin")
_POOLS = (
    ".rgw.root",
    "default.rgw.log",
    "default.rgw.control",
    "default.rgw.meta",
    "default.rgw.buckets.index",
    "default.rgw.buckets.data",
    "default.rgw.buckets.non-ec",
)
_START_S = 120
# The shell ends the servers when its input ends, which it does however we end.
_UNTIL_INPUT_ENDS = 'cat > /dev/null; for file in "$1"/run/*.pid; do kill -9 "$(cat "$file")"; done; rm -rf "$1"'


class NotInstalled(Exception):
    """A server's programs aren't on this machine."""


@dataclass(frozen=True)
class Server:
    """A server that speaks S3, and the keys of its one user."""

    name: str
    endpoint_url: str
    access_key_id: str = field(default_factory=lambda: secrets.token_hex(10).upper())
    secret_access_key: str = field(default_factory=lambda: secrets.token_hex(20))

    def client(self, **config: Any) -> Any:
        """Return a plain boto3 client, for what tests do behind a store's back."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            region_name="us-east-1",
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                **config,
            ),
        )

    def new_bucket(self) -> str:
        """Make an empty bucket and return its name."""
        name = f"media-{uuid.uuid4().hex[:16]}"
        self.client().create_bucket(Bucket=name)
        return name

    def settings(self, bucket: str, cache_folder: Path, **more: Any) -> S3Settings:
        """Return settings that lead to a bucket here."""
        return S3Settings(
            **{
                "preset": "ceph",
                "endpoint_url": self.endpoint_url,
                "bucket": bucket,
                "prefix": "factory",
                "access_key_id": self.access_key_id,
                "secret_access_key": self.secret_access_key,
                "cache_folder": cache_folder,
            }
            | more
        )


@contextlib.contextmanager
def moto_server() -> Iterator[Server]:
    """Run moto in a process of its own for the block."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_port(port, process)
        yield Server("moto", f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def ceph_server() -> Iterator[Server]:
    """Run one Ceph monitor, storage daemon and S3 gateway for the block.

    Raises:
        NotInstalled: Debian's packages ceph-mon, ceph-osd, radosgw and ceph-common aren't all here.
    """
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        raise NotInstalled(f"Ceph's programs aren't installed: {', '.join(missing)}")
    # Its sockets' paths may have at most 107 bytes, so pytest's own temporary folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="mf-ceph-", dir="/tmp"))
    keeper = subprocess.Popen(["sh", "-c", _UNTIL_INPUT_ENDS, "sh", folder], stdin=subprocess.PIPE)
    try:
        port = free_port()
        server = Server("ceph", f"http://127.0.0.1:{port}")
        _start_ceph(folder, server, port)
        yield server
    finally:
        keeper.communicate()


def _start_ceph(folder: Path, server: Server, port: int) -> None:
    for name in ("mon", "osd", "log", "run"):
        (folder / name).mkdir()
    fsid, addresses = uuid.uuid4(), f"[v2:127.0.0.1:{free_port()},v1:127.0.0.1:{free_port()}]"
    conf = folder / "ceph.conf"
    conf.write_text(_CONF.format(folder=folder, fsid=fsid, addresses=addresses))
    environment = os.environ | {"CEPH_CONF": str(conf)}

    def run(*command: object) -> None:
        subprocess.run(
            [str(part) for part in command],
            check=True,
            capture_output=True,
            env=environment,
            cwd=folder,
            timeout=_START_S,
        )

    everything = ("--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *")
    keyring = folder / "keyring"
    # Without cephx the gateway hangs for ever (get_initial_auth_request returned -13).
    run("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
    run("ceph-authtool", keyring, "--gen-key", "-n", "client.admin", *everything)
    run("monmaptool", "--create", "--clobber", "--addv", "a", addresses, "--fsid", fsid, folder / "monmap")
    run("ceph-mon", "--mkfs", "-i", "a", "--monmap", folder / "monmap", "--keyring", keyring)
    run("ceph-mon", "-i", "a")
    osd = uuid.uuid4()
    run("ceph", "osd", "create", osd)
    capabilities = ("mon", "allow profile osd", "osd", "allow *", "mgr", "allow profile osd")
    run("ceph", "auth", "get-or-create", "osd.0", *capabilities, "-o", folder / "osd" / "keyring")
    run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
    run("ceph-osd", "-i", "0")
    for pool in _POOLS:
        run("ceph", "osd", "pool", "create", pool, "8", "8")
    run("radosgw", "-n", "client.admin", "--rgw-frontends", f"beast endpoint=127.0.0.1:{port}")
    user = ("--uid=factory", "--display-name=factory")
    keys = (f"--access-key={server.access_key_id}", f"--secret-key={server.secret_access_key}")
    run("radosgw-admin", "user", "create", *user, *keys)
    _wait_for_port(port, None)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for_port(port: int, process: subprocess.Popen[bytes] | None) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline or (process and process.poll() is not None):
                raise AssertionError(f"no server came up on port {port}") from None
            time.sleep(0.05)
        else:
            return


class CuttableLine:
    """A line to a server that can be cut and mended: while it is cut, whatever was under way breaks, and nothing new
    gets through."""

    def __init__(self, server: Server) -> None:
        host, _, port = server.endpoint_url.removeprefix("http://").partition(":")
        self._far = (host, int(port))
        self._sockets: set[socket.socket] = set()
        self._cut = False
        self._guard = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        near = self._listener.getsockname()[1]
        self.server = Server(server.name, f"http://127.0.0.1:{near}", server.access_key_id, server.secret_access_key)
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break everything that is under way, and refuse whatever comes."""
        with self._guard:
            self._cut = True
            for end in self._sockets:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let everything through again."""
        with self._guard:
            self._cut = False

    def close(self) -> None:
        """End for good."""
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._guard:
                if self._cut:
                    near.close()
                    continue
                far = socket.create_connection(self._far)
                self._sockets |= {near, far}
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


_CONF = textwrap.dedent(
    """
    [global]
    fsid={fsid}
    mon host={addresses}
    auth cluster required=cephx
    auth service required=cephx
    auth client required=cephx
    osd pool default size=1
    osd pool default min size=1
    mon allow pool size one=true
    osd pool default pg num=8
    osd pool default pgp num=8
    osd pool default pg autoscale mode=off
    mon max pg per osd=1000
    osd crush chooseleaf type=0
    keyring={folder}/keyring
    public addr=127.0.0.1
    cluster addr=127.0.0.1
    run dir={folder}/run
    log file={folder}/log/$name.log
    admin socket={folder}/run/$name.asok
    pid file={folder}/run/$name.pid
    mon data={folder}/mon
    mon data avail crit=1
    mon data avail warn=1
    osd data={folder}/osd
    osd objectstore=bluestore
    bluestore block size=6442450944
    bluestore block create=true
    osd memory target=939524096
    bluestore cache autotune=false
    bluestore cache size=67108864
    osd mclock profile=high_client_ops
    osd op num shards=2
    rgw thread pool size=32
    rgw dns name=localhost
    debug_ms=0/0

    [osd]
    keyring={folder}/osd/keyring
    [mon]
    keyring={folder}/mon/keyring
    auth allow insecure global id reclaim=false
    """
)
