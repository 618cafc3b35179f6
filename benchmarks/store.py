"""What the S3 store costs over boto3 alone, and the memory that a large file takes on its way through it.

On one server, in turns: 300 objects of 200 kB, eight at a time, put and then read back by a store that has no copy of
them; and three files of 48 MB, with as many parts under way as boto3's own transfers have. boto3 alone checks nothing
and keeps nothing; the store hashes what goes and comes, and keeps copies. A figure above 1 says that the store was
faster. The memory is that of a child process through which a file of 1 GiB goes in and out, above what it took before.

The server is Ceph where that is installed (`--server`), else moto, which is slower than either.

    python -m benchmarks.store [--json] [--quick] [--server ceph|moto]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from boto3.s3.transfer import TransferConfig, create_transfer_manager

from media_factory.store.s3.settings import MIB, S3Settings
from media_factory.store.s3.store import S3Store
from tests.store.servers import NotInstalled, Server, ceph_server, moto_server

_SMALL, _SMALL_BYTES, _AT_ONCE = 300, 200_000, 8
_LARGE, _LARGE_BYTES = 3, 48_000_000
_STREAM_BYTES = 1 << 30
_TURNS = 9
# Where both leave what they write, since the server has this machine's disk to itself elsewhere too.
_MEMORY_DISK = Path("/dev/shm")
_MEDIA_TYPE = "application/octet-stream"


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long some work took, in seconds, and its result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def through_boto3(server: Server, bucket: str, datas: list[bytes]) -> tuple[float, float]:
    """Return how long boto3 alone takes to put small objects, and to get them."""
    client = server.client(max_pool_connections=_AT_ONCE)

    def put(index: int) -> None:
        client.put_object(Bucket=bucket, Key=f"raw/{index}", Body=datas[index], ContentType=_MEDIA_TYPE)

    def get(index: int) -> bytes:
        return bytes(client.get_object(Bucket=bucket, Key=f"raw/{index}")["Body"].read())

    put(0)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        put_s, _ = timed(lambda: list(pool.map(put, range(len(datas)))))
        get_s, got = timed(lambda: list(pool.map(get, range(len(datas)))))
    assert got == datas
    return put_s, get_s


async def through_store(settings: Callable[[], S3Settings], datas: list[bytes]) -> tuple[float, float]:
    """Return how long stores take to put small objects, and to read them where no copy is."""
    sender, receiver = S3Store(settings()), S3Store(settings())
    await sender.read(await sender.put(b"warm", _MEDIA_TYPE))
    await receiver.read(await sender.put(b"warm", _MEDIA_TYPE))
    began = time.perf_counter()
    assets = await asyncio.gather(*(sender.put(data, _MEDIA_TYPE) for data in datas))
    put_s = time.perf_counter() - began
    began = time.perf_counter()
    got = await asyncio.gather(*(receiver.read(asset) for asset in assets))
    get_s = time.perf_counter() - began
    assert list(got) == datas
    for store in (sender, receiver):
        store.close()
    return put_s, get_s


def files_through_boto3(server: Server, bucket: str, paths: list[Path], parts_at_once: int) -> tuple[float, float]:
    """Return how long boto3's transfers take to upload files, and to download them."""
    client = server.client(max_pool_connections=parts_at_once)
    config = TransferConfig(max_concurrency=parts_at_once, multipart_chunksize=8 * MIB, multipart_threshold=8 * MIB)

    def move(how: str) -> None:
        with create_transfer_manager(client, config) as transfers:
            for path in paths:
                if how == "upload":
                    transfers.upload(str(path), bucket, f"raw/{path.name}")
                else:
                    transfers.download(bucket, f"raw/{path.name}", str(path.with_suffix(".back")))

    put_s, _ = timed(lambda: move("upload"))
    get_s, _ = timed(lambda: move("download"))
    for path in paths:
        back = path.with_suffix(".back")
        assert back.stat().st_size == path.stat().st_size
        back.unlink()
    return put_s, get_s


async def files_through_store(settings: Callable[[], S3Settings], paths: list[Path]) -> tuple[float, float]:
    """Return how long stores take to put files, and to fetch them where no copy is."""
    sender, receiver = S3Store(settings()), S3Store(settings())
    await receiver.read(await sender.put(b"warm", _MEDIA_TYPE))
    began = time.perf_counter()
    assets = await asyncio.gather(*(sender.put(path, _MEDIA_TYPE) for path in paths))
    put_s = time.perf_counter() - began
    began = time.perf_counter()
    await asyncio.gather(*(receiver.fetch(asset) for asset in assets))
    get_s = time.perf_counter() - began
    for store in (sender, receiver):
        store.close()
    return put_s, get_s


def write_random(path: Path, size: int) -> Path:
    """Write a file that nothing can make smaller."""
    block = os.urandom(MIB)
    with path.open("wb") as file:
        for index in range(0, size, MIB):
            file.write((index.to_bytes(8, "big") + block[8:])[: size - index])
    return path


def compare(server: Server, folder: Path, *, quick: bool) -> dict[str, float]:
    """Return what stores do over what boto3 alone does, in the same turns on the same server."""
    taken: dict[str, list[float]] = {}
    for turn in range(1 if quick else _TURNS):
        bucket = server.new_bucket()
        here = folder / f"turn-{turn}"
        here.mkdir()
        caches: Iterator[Path] = (here / f"cache-{index}" for index in range(100))

        def settings(caches: Iterator[Path] = caches, bucket: str = bucket) -> S3Settings:
            return server.settings(bucket, next(caches), calls_at_once=_AT_ONCE)

        datas = [os.urandom(_SMALL_BYTES) for _ in range(_SMALL // (6 if quick else 1))]
        paths = [write_random(here / f"file-{index}", _LARGE_BYTES) for index in range(_LARGE)]
        small = lambda: asyncio.run(through_store(settings, datas))  # noqa: B023, E731 - called in this turn
        large = lambda: asyncio.run(files_through_store(settings, paths))  # noqa: B023, E731
        raw_small = lambda: through_boto3(server, bucket, datas)  # noqa: B023, E731
        raw_large = lambda: files_through_boto3(server, bucket, paths, settings().parts_at_once)  # noqa: B023, E731
        works = {"small": (raw_small, small), "large": (raw_large, large)}
        for name, pair in works.items():
            # Whoever comes second finds the server warm, so they take turns.
            for ours in (False, True) if turn % 2 else (True, False):
                put_s, get_s = pair[ours]()
                who = "store" if ours else "boto3"
                taken.setdefault(f"{name}_put_{who}_s", []).append(put_s)
                taken.setdefault(f"{name}_get_{who}_s", []).append(get_s)
        shutil.rmtree(folder / f"turn-{turn}")
    medians = {name: statistics.median(times) for name, times in taken.items()}
    return ratios(taken) | medians


def ratios(taken: dict[str, list[float]]) -> dict[str, float]:
    """Return throughput over boto3's, the median of the turns: of putting and getting together, and of each.

    Within a turn both had the machine in much the same state.
    """
    found = {}
    for size in ("small", "large"):
        for name, ways in ((size, ("put", "get")), (f"{size}_put", ("put",)), (f"{size}_get", ("get",))):
            boto3_s, store_s = (
                [sum(turn) for turn in zip(*(taken[f"{size}_{way}_{who}_s"] for way in ways), strict=True)]
                for who in ("boto3", "store")
            )
            turns = [theirs / ours for theirs, ours in zip(boto3_s, store_s, strict=True)]
            found[f"{name}_over_boto3"] = statistics.median(turns)
    return found


def stream_figures(server: Server, folder: Path, size: int) -> dict[str, float]:
    """Send a large file through a store in a child process, and return what it measured."""
    source = write_random(folder / "stream", size)
    settings = server.settings(server.new_bucket(), folder / "stream-cache", cache_mib=64)
    plain = settings.model_dump(mode="json", exclude={"access_key_id", "secret_access_key", "session_token"})
    keys = {"AWS_ACCESS_KEY_ID": server.access_key_id, "AWS_SECRET_ACCESS_KEY": server.secret_access_key}
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.store", "--stream", str(source)],
        input=json.dumps(plain),
        env=os.environ | keys,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(child.stdout))


def stream(settings: S3Settings, source: Path) -> dict[str, float]:
    """Put a file and fetch it, and return the memory that this took above what was held before, in MiB."""
    with asyncio.Runner() as runner:
        store = S3Store(settings)
        runner.run(store.read(runner.run(store.put(b"warm", _MEDIA_TYPE))))
        idle_kib = _status_kib("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts anew
        put_s, asset = timed(lambda: runner.run(store.put(source, _MEDIA_TYPE)))
        get_s, fetched = timed(lambda: runner.run(store.fetch(asset)))
        assert fetched.stat().st_size == source.stat().st_size
    return {
        "stream_rss_mib": (_status_kib("VmHWM") - idle_kib) / 1024,
        "stream_idle_mib": idle_kib / 1024,
        "stream_put_s": put_s,
        "stream_get_s": get_s,
    }


def _status_kib(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


@contextmanager
def server_of(name: str | None) -> Iterator[Server]:
    """Run a server by name; without one, Ceph where it is installed, else moto."""
    if name != "moto":
        try:
            with ceph_server() as server:
                yield server
                return
        except NotInstalled:
            if name:
                raise
    with moto_server() as server:
        yield server


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--server", choices=("ceph", "moto"))
    parser.add_argument("--stream", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stream:
        settings = S3Settings.model_validate_json(sys.stdin.read())
        print(json.dumps(stream(settings, options.stream)))
        return
    with (
        server_of(options.server) as server,
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory(dir=_MEMORY_DISK if _MEMORY_DISK.is_dir() else None) as fast_folder,
    ):
        figures = compare(server, Path(fast_folder), quick=options.quick)
        figures |= stream_figures(server, Path(folder), _STREAM_BYTES // (16 if options.quick else 1))
        figures = {name: round(value, 3) for name, value in figures.items()}
        if options.json:
            print(json.dumps({"server": server.name, "figures": figures}))
            return
        print(f"server: {server.name}")
        for name, value in figures.items():
            print(f"{name:<28}{value:>10.3f}")


if __name__ == "__main__":
    main()
