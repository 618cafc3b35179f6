"""Manifests are copied here once, from wherever they are, and never from inside a private network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import fsspec
import httpx
import pytest

from media_factory.addresses import Pinned
from media_factory.batches import staging
from media_factory.batches.staging import staged
from media_factory.errors import InputError
from media_factory.factory import Factory

ROWS = b'{"kind": "narration", "text": "Hi."}\n'


async def test_a_local_manifest_is_read_as_it_was_when_the_batch_began(factory: Factory, tmp_path: Path) -> None:
    source = tmp_path / "nightly.NDJSON"
    source.write_bytes(ROWS)
    async with staged(str(source), factory) as file:
        source.write_bytes(b"changed")
        assert file.path.read_bytes() == ROWS
        assert (file.form, file.name, file.base, file.unit) == ("jsonl", str(source), str(tmp_path), "line")
    assert not file.path.exists()
    async with staged(f"file://{source}", factory) as file:
        assert (file.path.read_bytes(), file.base) == (b"changed", str(tmp_path))


async def test_a_manifest_in_storage_is_copied_and_its_folder_is_where_paths_are_meant_from(factory: Factory) -> None:
    with fsspec.open("memory://newsroom/nightly/rows.csv", "wb") as target:
        target.write(b"kind,text\n")
    async with staged("memory://newsroom/nightly/rows.csv", factory) as file:
        assert file.path.read_bytes() == b"kind,text\n"
        assert (file.form, file.base) == ("csv", "memory://newsroom/nightly")
    with pytest.raises(InputError, match=r"memory://newsroom/none.csv can't be read \(there is no such file\)"):
        async with staged("memory://newsroom/none.csv", factory):
            pass


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("rows.xlsx", "rows.xlsx ends in '.xlsx'; .jsonl, .ndjson, .csv, .tsv, .yaml, .yml, .json, .parquet are allow"),
        ("rows.jsnl", "did you mean .jsonl"),
        ("none.csv", r"none.csv can't be read \(there is no such file\)"),
        ("ftp://host/rows.csv", "ftp:// is not read; give a path, or a URL of https, s3"),
        ("http://host.example/rows.csv", "http:// is not read"),
        ("https://127.0.0.1/rows.csv", "inside a private network"),
        ("https://user:word@host.example/rows.csv?sig=secret", "https://host.example/rows.csv is not read"),
    ],
)
async def test_what_can_not_be_read_is_refused_without_its_secrets(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=message) as refused:
        async with staged(location, factory):
            pass
    assert "secret" not in str(refused.value) and "word" not in str(refused.value)


async def test_a_folder_is_no_manifest(factory: Factory, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").mkdir()
    with pytest.raises(InputError, match="it is a folder, and a file is needed"):
        async with staged(str(tmp_path / "rows.csv"), factory):
            pass


async def test_a_manifest_that_is_too_large_is_refused(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MAX_BYTES", 10)
    (tmp_path / "rows.csv").write_bytes(b"x" * 11)
    with fsspec.open("memory://large/rows.csv", "wb") as target:
        target.write(b"x" * 11)
    for location in (str(tmp_path / "rows.csv"), "memory://large/rows.csv"):
        with pytest.raises(InputError, match="is larger than .* GiB; split it"):
            async with staged(location, factory):
                pass


@pytest.fixture
def answers() -> Iterator[dict[str, bytes]]:
    yield {
        "/rows.csv": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nkind,text\n",
        "/moved.csv": b"HTTP/1.1 302 Found\r\nLocation: /rows.csv\r\nContent-Length: 0\r\n\r\n",
        "/cut.csv": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nkind",
    }


async def test_a_public_hosts_manifest_is_downloaded_and_nobody_leads_us_on(
    factory: Factory, monkeypatch: pytest.MonkeyPatch, answers: dict[str, bytes]
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(answers[head.split()[1].decode()])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def pinned(url: str) -> Pinned:
        return Pinned(httpx.URL(f"http://127.0.0.1:{port}{httpx.URL(url).path}"))

    monkeypatch.setattr(staging, "pin", pinned)
    async with server:
        async with staged("https://host.example/rows.csv?sig=secret", factory) as file:
            assert file.path.read_bytes() == b"kind,text\n"
            assert (file.name, file.base) == ("https://host.example/rows.csv", "https://host.example")
        with pytest.raises(InputError, match="its server answers 302"):
            async with staged("https://host.example/moved.csv", factory):
                pass
        with pytest.raises(InputError, match="cut.csv can't be read"):
            async with staged("https://host.example/cut.csv", factory):
                pass
