"""Copies on this machine: whole, bounded, shared."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from media_factory.errors import StoreError
from media_factory.store.cache import ReadCache

COPY_BYTES = 10_000


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def kept(cache: ReadCache, data: bytes, age_s: float = 0) -> Path:
    """Keep a copy that was asked for so long ago."""
    path = cache.fill(digest_of(data), len(data), lambda target: target.write_bytes(data))
    then = time.time() - age_s
    os.utime(path, (then, then))
    return path


def test_a_copy_is_found_again_and_can_t_be_written_to(tmp_path: Path) -> None:
    cache = ReadCache(tmp_path, cap_bytes=1 << 20)
    path = kept(cache, b"bytes")
    assert cache.find(digest_of(b"bytes")) == path
    assert path.stat().st_mode & 0o777 == 0o444
    assert cache.find(digest_of(b"others")) is None


def test_the_copies_that_were_not_asked_for_the_longest_go_first(tmp_path: Path) -> None:
    cache = ReadCache(tmp_path, cap_bytes=10 * COPY_BYTES, keep_s=60)
    datas = [os.urandom(COPY_BYTES) for _ in range(10)]
    for index, data in enumerate(datas):
        kept(cache, data, age_s=3600 - index)
    assert cache.find(digest_of(datas[0])), "which counts as asking"
    kept(cache, os.urandom(COPY_BYTES))
    left = [bool(cache.find(digest_of(data))) for data in datas]
    assert left == [True, False, False, *[True] * 7]
    assert sum(path.stat().st_size for path in tmp_path.glob("??/*")) <= cache.cap_bytes


def test_what_was_asked_for_lately_stays_beyond_the_cap(tmp_path: Path) -> None:
    cache = ReadCache(tmp_path, cap_bytes=2 * COPY_BYTES, keep_s=60)
    paths = [kept(cache, os.urandom(COPY_BYTES)) for _ in range(6)]
    assert all(path.exists() for path in paths)


def test_an_open_copy_stays_readable_when_it_goes(tmp_path: Path) -> None:
    cache, data = ReadCache(tmp_path, cap_bytes=0, keep_s=0), os.urandom(COPY_BYTES)
    path = cache.fill(digest_of(data), len(data), lambda target: target.write_bytes(data))
    kept(ReadCache(tmp_path, cap_bytes=1 << 20), data, age_s=10)
    with path.open("rb") as file:
        assert cache.make_room(0) == COPY_BYTES
        assert not path.exists()
        assert file.read() == data


def test_nothing_is_left_of_a_copy_that_failed(tmp_path: Path) -> None:
    cache = ReadCache(tmp_path, cap_bytes=1 << 20)

    def fail(target: Path) -> None:
        target.write_bytes(b"half")
        raise StoreError("the server is gone")

    with pytest.raises(StoreError, match="gone"):
        cache.fill(digest_of(b"whole"), 5, fail)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_dead_writers_left_a_day_ago_is_swept(tmp_path: Path) -> None:
    (tmp_path / "incoming").mkdir()
    old, fresh = tmp_path / "incoming" / "old", tmp_path / "incoming" / "fresh"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    kept(ReadCache(tmp_path, cap_bytes=1 << 20), b"bytes")
    assert not old.exists()
    assert fresh.exists()


def test_one_thread_at_a_time_fills_in_a_digest(tmp_path: Path) -> None:
    cache, inside, most = ReadCache(tmp_path, cap_bytes=1 << 20), list[int](), list[int]()

    def work() -> None:
        with cache.filling("a" * 64, threading.Event()):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.002)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 12
    assert not (tmp_path / "locks" / ("a" * 64)).exists()


def test_whoever_stops_waiting_for_a_filling_is_let_go(tmp_path: Path) -> None:
    cache, stop = ReadCache(tmp_path, cap_bytes=1 << 20), threading.Event()
    stop.set()
    with (
        cache.filling("a" * 64, threading.Event()),
        pytest.raises(StoreError, match="nobody waits"),
        cache.filling("a" * 64, stop),
    ):
        raise AssertionError("two can't fill at once")


SHARE = """
import hashlib, os, random, sys, threading
from pathlib import Path
from media_factory.store.cache import ReadCache
chance, wrong = random.Random(int(sys.argv[2])), 0
cache = ReadCache(Path(sys.argv[1]), cap_bytes=20 * 4000, keep_s=0)
for turn in range(300):
    data = chance.choice(range(60)).to_bytes(4, "big") * 1000
    digest = hashlib.sha256(data).hexdigest()
    if (path := cache.find(digest)) is None:
        with cache.filling(digest, threading.Event()):
            cache.fill(digest, len(data), lambda target: target.write_bytes(data))
        continue
    try:
        wrong += path.read_bytes() != data
    except FileNotFoundError:
        pass  # removed since: nothing is kept for a while here
sys.exit(wrong)
"""


def test_processes_that_share_a_folder_never_see_half_a_copy(tmp_path: Path) -> None:
    children = [subprocess.Popen([sys.executable, "-c", SHARE, str(tmp_path), str(seed)]) for seed in range(3)]
    assert [child.wait(timeout=60) for child in children] == [0, 0, 0]
    assert list((tmp_path / "incoming").iterdir()) == []
    for path in tmp_path.glob("??/*"):
        assert digest_of(path.read_bytes()) == path.name
