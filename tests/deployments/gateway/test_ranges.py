"""Byte ranges: a range of a file is that slice of it, from the pure function to the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.gateway.app import Rules, create_app
from deployments.gateway.ranges import ByteRange, names, requested_range
from tests.deployments.gateway.servers import Shelf, client, serving

# Around the sizes at which a file is sent in more than one piece, and none at all.
SIZES = (0, 1, 1000, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 700_001)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, dict[int, tuple[str, bytes]]]]:
    """Serve an asset of each size; give a client, and path and bytes by size."""
    shelf = Shelf(tmp_path_factory.mktemp("ranges"))
    random = Random(7)
    assets = {}
    for size in SIZES:
        data = random.randbytes(size)
        assets[size] = (f"/media/{asyncio.run(shelf.store.put(data, 'video/mp4')).digest}", data)
    with serving(create_app(shelf.store, shelf.books, shelf.deliveries, Rules())) as url, client(url) as asking:
        yield asking, assets
    shelf.books.close()


bounds = st.one_of(st.integers(0, 800_000), st.sampled_from([0, 1, 999, 262143, 262144, 262145, 10**17]))


@settings(deadline=None, max_examples=150)
@given(size=st.sampled_from(SIZES), first=st.none() | bounds, last=st.none() | bounds)
def test_any_range_of_any_file_is_that_slice_of_it(
    files: tuple[httpx.Client, dict[int, tuple[str, bytes]]], size: int, first: int | None, last: int | None
) -> None:
    asking, assets = files
    path, data = assets[size]
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    if first is None:
        begin, end = (0, size) if last is None else (max(0, size - last), size)
    else:
        begin, end = first, size if last is None else min(last + 1, size)
    reply = asking.get(path, headers={"Range": header})
    if (first is None and last is None) or (first is not None and last is not None and last < first):
        assert (reply.status_code, reply.content) == (200, data)
    elif begin >= end:
        assert (reply.status_code, reply.content) == (416, b"")
        assert reply.headers["content-range"] == f"bytes */{size}"
    else:
        assert (reply.status_code, reply.content) == (206, data[begin:end])
        assert reply.headers["content-range"] == f"bytes {begin}-{end - 1}/{size}"
    assert int(reply.headers["content-length"]) == len(reply.content)


@given(size=st.integers(0, 10**12), header=st.text(max_size=40) | st.from_regex(r"bytes=[0-9]{0,20}-[0-9]{0,20}"))
def test_whatever_a_header_says_a_range_lies_within_the_file_or_is_empty(size: int, header: str) -> None:
    wanted = requested_range(header, size)
    assert wanted is None or wanted.length <= 0 or (0 <= wanted.first <= wanted.last < size)


@pytest.mark.parametrize(
    "header",
    ["bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=+1-2", "bytes=1_0-", "bytes=--5", "items=0-1",
     "bytes=0-1,5-6", "bytes=٣-", "bytes=0-" + "9" * 5000],
)  # fmt: skip
def test_what_is_no_single_range_gets_the_whole_file(header: str) -> None:
    assert requested_range(header, 100) is None


def test_the_unit_is_read_in_any_case() -> None:
    assert requested_range("BYTES= 2-3 ", 100) == ByteRange(2, 3)


def test_a_range_of_something_older_gets_the_whole_of_what_is_there_now(
    files: tuple[httpx.Client, dict[int, tuple[str, bytes]]],
) -> None:
    asking, assets = files
    path, data = assets[1000]
    tag = asking.head(path).headers["etag"]
    for condition, status in ((tag, 206), ('"older"', 200), (f"W/{tag}", 200), ("Fri, 20 Nov 2026 00:00:00 GMT", 200)):
        reply = asking.get(path, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert (reply.status_code, reply.content) == (status, data[:10] if status == 206 else data)


def test_head_says_what_get_would_and_sends_nothing(
    files: tuple[httpx.Client, dict[int, tuple[str, bytes]]],
) -> None:
    asking, assets = files
    path, _ = assets[700_001]
    for headers in ({}, {"Range": "bytes=5-"}, {"Range": "bytes=9999999-"}):
        head, get = asking.head(path, headers=headers), asking.get(path, headers=headers)
        assert head.status_code == get.status_code
        assert head.content == b""
        assert head.headers["content-length"] == get.headers["content-length"]
        assert head.headers.get("content-range") == get.headers.get("content-range")


def test_a_file_that_is_known_already_is_not_sent_again(
    files: tuple[httpx.Client, dict[int, tuple[str, bytes]]],
) -> None:
    asking, assets = files
    path, _ = assets[1000]
    tag = asking.get(path).headers["etag"]
    assert tag.strip('"') == path.rpartition(":")[2]
    for condition in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        reply = asking.get(path, headers={"If-None-Match": condition})
        assert (reply.status_code, reply.content, reply.headers["etag"]) == (304, b"", tag)
        assert "immutable" in reply.headers["cache-control"]
    assert asking.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_tag_is_compared_whole() -> None:
    assert names('"ab"', '"ab"')
    assert not names('"abc", "a"', '"ab"')
    assert not names("ab", '"ab"')
    assert not names(None, '"ab"')


def test_a_range_of_a_text_is_of_the_text_and_not_of_its_compressed_form(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    text = "WEBVTT\n\n" + "spoken words \n" * 500
    shelf.deliver("a/captions.vtt", text)
    with serving(create_app(shelf.store, shelf.books, shelf.deliveries, Rules())) as url, client(url) as asking:
        reply = asking.get("/deliveries/a/captions.vtt", headers={"Range": "bytes=0-5", "Accept-Encoding": "gzip"})
    assert (reply.status_code, reply.content) == (206, b"WEBVTT")
    assert "content-encoding" not in reply.headers
    shelf.books.close()
