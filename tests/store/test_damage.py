"""Whatever happens to stored files is noticed before they are used."""

from __future__ import annotations

import asyncio
import os
import pwd
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from media_factory.assets import Asset
from media_factory.errors import AssetLost
from media_factory.store.base import AssetStore
from media_factory.store.local import LocalStore
from media_factory.store.s3.store import S3Store
from tests.store.servers import Server

SEED = 20261120
Damage = Callable[[Path, Path, random.Random], None]


def replace(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def truncate(path: Path, other: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    replace(path, data[: chance.randrange(len(data))])


def zero(path: Path, other: Path, chance: random.Random) -> None:
    replace(path, bytes(path.stat().st_size))


def flip(path: Path, other: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    replace(path, bytes(data))


def swap(path: Path, other: Path, chance: random.Random) -> None:
    mine, theirs = path.read_bytes(), other.read_bytes()
    replace(path, theirs)
    replace(other, mine)


def delete(path: Path, other: Path, chance: random.Random) -> None:
    path.unlink()


def become_a_folder(path: Path, other: Path, chance: random.Random) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside").write_bytes(b"x")


def forbid(path: Path, other: Path, chance: random.Random) -> None:
    path.chmod(0)


DAMAGES: tuple[Damage, ...] = (truncate, zero, flip, swap, delete, become_a_folder, forbid)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder to somebody without root's rights, who may read what nobody else may, and be them meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="mf-damage-", dir="/tmp"))
    root = os.geteuid() == 0
    if root:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        os.seteuid(nobody.pw_uid)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)


async def is_lost(store: AssetStore, asset: Asset, way: str) -> bool:
    try:
        await getattr(store, way)(asset)
    except AssetLost as problem:
        assert problem.digest == asset.digest
        return True
    return False


async def test_a_thousand_mutations_of_a_folder_are_all_noticed_before_use_and_mended(open_folder: Path) -> None:
    chance, store = random.Random(SEED), LocalStore(open_folder / "store")
    datas = {(await store.put(data, "image/png")): data for data in (chance.randbytes(900) for _ in range(20))}
    done = {damage.__name__: 0 for damage in DAMAGES}
    for turn in range(1000):
        damage = DAMAGES[turn % len(DAMAGES)]
        asset, other = chance.sample(sorted(datas, key=lambda one: one.digest), 2)
        damage(store.path_of(asset), store.path_of(other), chance)
        way = ("check", "fetch", "read")[turn % 3]
        damaged = (asset, other) if damage is swap else (asset,)
        for one in damaged:
            assert await is_lost(LocalStore(store.root), one, way), f"{damage.__name__} in turn {turn}, seed {SEED}"
            assert await is_lost(store, one, "read")
        for one in damaged:
            assert await store.put(datas[one], "image/png") == one
        done[damage.__name__] += 1
    for asset, data in datas.items():
        assert await store.read(asset) == data
    assert min(done.values()) > 100
    kept = await asyncio.to_thread(lambda: len(list((store.root / "quarantine").iterdir())))
    assert kept == 1000 - done["delete"] + done["swap"], "everything but what was deleted is kept for a look"


async def test_a_hundred_mutations_of_a_bucket_are_all_noticed_before_use_and_mended(
    moto: Server, tmp_path: Path
) -> None:
    chance, bucket, client = random.Random(SEED), moto.new_bucket(), moto.client()
    store, reader = (S3Store(moto.settings(bucket, tmp_path / name)) for name in ("sender", "reader"))
    datas = {(await store.put(data, "image/png")): data for data in (chance.randbytes(900) for _ in range(10))}
    for turn in range(100):
        asset, other = chance.sample(sorted(datas, key=lambda one: one.digest), 2)
        key, data = store.key_of(asset), datas[asset]
        place = chance.randrange(len(data))
        flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        altered = (data[:place], bytes(len(data)), flipped, datas[other], b"", data + b"\0", None)[turn % 7]
        if altered is None:
            client.delete_object(Bucket=bucket, Key=key)
        else:
            client.put_object(Bucket=bucket, Key=key, Body=altered, Metadata={"sha256": asset.hex})
        assert await is_lost(reader, asset, ("fetch", "read")[turn % 2]), f"turn {turn}, seed {SEED}"
        assert await store.put(data, "image/png") == asset
    for asset, data in datas.items():
        assert await reader.read(asset) == data
    for one in (store, reader):
        one.close()


async def test_a_damaged_copy_is_thrown_away_and_got_anew(moto: Server, tmp_path: Path) -> None:
    chance, store = random.Random(SEED), S3Store(moto.settings(moto.new_bucket(), tmp_path / "cache"))
    asset, other = [await store.put(chance.randbytes(900), "image/png") for _ in range(2)]
    data = await store.read(asset)
    for damage in (truncate, zero, flip, delete, become_a_folder):
        for way in ("fetch", "read"):
            await store.fetch(asset)
            damage(store.cache.path_of(asset.hex), store.cache.path_of(other.hex), chance)
            got = await getattr(store, way)(asset)
            assert (got if way == "read" else await asyncio.to_thread(got.read_bytes)) == data
    store.close()
