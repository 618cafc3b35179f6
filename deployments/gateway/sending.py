"""Sending an opened file: whole, a range of it, compressed, or only the news that nothing changed."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from deployments.gateway.files import Opened
from deployments.gateway.media_types import is_text
from deployments.gateway.ranges import ByteRange, names, requested_range

_CHUNK_BYTES = 256 * 1024
# Below the first it is not worth it, above the second it costs memory and time.
_COMPRESSED_BYTES = range(1024, 4 * 1024 * 1024)


class _Streamed(StreamingResponse):
    """Sends bytes of a file, and closes it whatever becomes of the connection."""

    def __init__(self, opened: Opened, wanted: ByteRange, status_code: int, headers: dict[str, str]) -> None:
        super().__init__(_bytes_of(opened, wanted), status_code, headers)
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._opened.file.close()


async def _bytes_of(opened: Opened, wanted: ByteRange) -> AsyncIterator[bytes]:
    await asyncio.to_thread(opened.file.seek, wanted.first)
    left = wanted.length
    while left:
        chunk = await asyncio.to_thread(opened.file.read, min(_CHUNK_BYTES, left))
        if not chunk:
            raise OSError("the file became shorter while it was sent")
        left -= len(chunk)
        yield chunk


async def reply(request: Request, opened: Opened, headers: dict[str, str]) -> Response:
    """Return the response with a file that answers a GET or HEAD, with its conditions and its range.

    The file is closed once it is sent, or at once if none of it is.
    """
    text = is_text(opened.media_type)
    known = {
        **headers,
        "Accept-Ranges": "bytes",
        "Content-Type": f"{opened.media_type}; charset=utf-8" if text else opened.media_type,
        "ETag": opened.tag,
    }
    if text:
        known["Vary"] = "Accept-Encoding"
        # Compressed and plain are two representations, and their tags must differ (RFC 9110, 8.8.3).
        if _wants_gzip(request, opened.size):
            return await _compressed(request, opened, known)
    if names(request.headers.get("if-none-match"), opened.tag):
        opened.file.close()
        return Response(status_code=304, headers=_without_type(known))
    return _plain(request, opened, known)


def _plain(request: Request, opened: Opened, headers: dict[str, str]) -> Response:
    asked = request.headers.get("range")
    # A range of what has changed since would be glued to the wrong beginning.
    if request.headers.get("if-range", opened.tag) != opened.tag:
        asked = None
    wanted = requested_range(asked, opened.size)
    if wanted and wanted.length <= 0:
        opened.file.close()
        unsatisfied = {"Content-Range": f"bytes */{opened.size}", "Content-Length": "0", "Cache-Control": "no-store"}
        return Response(status_code=416, headers=_without_type(headers) | unsatisfied)
    status_code = 200
    if wanted:
        status_code = 206
        headers["Content-Range"] = f"bytes {wanted.first}-{wanted.last}/{opened.size}"
    wanted = wanted or ByteRange(0, opened.size - 1)
    headers["Content-Length"] = str(wanted.length)
    if request.method == "HEAD":
        opened.file.close()
        return Response(status_code=status_code, headers=headers)
    return _Streamed(opened, wanted, status_code, headers)


def _wants_gzip(request: Request, size: int) -> bool:
    codings = (coding.split(";") for coding in request.headers.get("accept-encoding", "").lower().split(","))
    accepted = {name.strip() for name, *weight in codings if "".join(weight).replace(" ", "") not in ("q=0", "q=0.0")}
    return "gzip" in accepted and size in _COMPRESSED_BYTES and "range" not in request.headers


async def _compressed(request: Request, opened: Opened, headers: dict[str, str]) -> Response:
    headers |= {"ETag": f'{opened.tag[:-1]}-gzip"', "Content-Encoding": "gzip"}
    with opened.file as file:
        if names(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(status_code=304, headers=_without_type(headers))
        data = await asyncio.to_thread(lambda: gzip.compress(file.read(opened.size), 6, mtime=0))
    headers["Content-Length"] = str(len(data))
    return Response(data if request.method == "GET" else b"", headers=headers)


def _without_type(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in ("Content-Type", "Content-Encoding")}


__all__ = ["reply"]
