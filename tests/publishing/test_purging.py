"""CDNs are told what to forget."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from media_factory.errors import NotifyFailed
from media_factory.publishing.purging import DigitalOceanPurge

TOKEN = "canary-0123456789"
ENDPOINT = "19f06b6a-3ace-4315-b086-499a0e521b76"


@asynccontextmanager
async def digitalocean(status: int) -> AsyncIterator[tuple[str, list[tuple[str, dict[str, list[str]]]]]]:
    heard: list[tuple[str, dict[str, list[str]]]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            rest = await reader.readuntil(b"\r\n\r\n")
            length = int(rest.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            assert f"Bearer {TOKEN}".encode() in rest
            heard.append((head.decode().strip(), json.loads(await reader.readexactly(length))))
            writer.write(b"HTTP/1.1 %d X\r\ncontent-length: 0\r\n\r\n" % status)
            await writer.drain()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard


async def test_files_are_purged_by_fifties() -> None:
    async with digitalocean(204) as (url, heard):
        purge = DigitalOceanPurge(endpoint_id=ENDPOINT, token=SecretStr(TOKEN), api_url=url)
        await purge.purge([f"news/{number}.png" for number in range(120)], [])
    assert [line for line, _ in heard] == [f"DELETE /v2/cdn/endpoints/{ENDPOINT}/cache HTTP/1.1"] * 3
    assert [len(body["files"]) for _, body in heard] == [50, 50, 20]


async def test_a_refusal_is_named_without_the_token() -> None:
    async with digitalocean(401) as (url, _):
        purge = DigitalOceanPurge(endpoint_id=ENDPOINT, token=SecretStr(TOKEN), api_url=url)
        with pytest.raises(NotifyFailed, match="answered 401") as caught:
            await purge.purge(["x"], [])
    assert TOKEN not in str(caught.value)
    with pytest.raises(NotifyFailed, match="can't be reached"):
        await purge.purge(["x"], [])
