"""Downloads of what vendors made, from the addresses that they give: only public hosts, bounded, and never redirected.

An address in a reply is as trustworthy as the reply: it may point inside our network, or at a bomb.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from media_factory.addresses import Pinned, pin
from media_factory.errors import AddressRefused, BadReply, NotReached, ProviderUnavailable
from media_factory.providers.http import status_error, vendor_errors

if TYPE_CHECKING:
    import httpx

MAX_PICTURE_BYTES = 64 * 1024 * 1024
MAX_CLIP_BYTES = 512 * 1024 * 1024
DOWNLOAD_S = 600.0
_SILENCE_S = 60.0
_GONE = frozenset({401, 403, 404, 410})


async def download(url: str, vendor: str, base_url: str, most_bytes: int) -> bytes:
    """Return what lies at an https address of a public host, or at any address of the vendor's own host.

    Args:
        url: what the vendor's reply names.
        vendor: whose reply it is, for the messages.
        base_url: of the vendor's API, as it is set up here; its host (a gateway, a simulator) is trusted as it stands.
        most_bytes: larger files are refused.

    Raises:
        BadReply: the address is none that we read, or the file is empty or too large.
        NotReached: its host can't be found.
        ProviderUnavailable: it is not there any more, or the connection broke.
        ProviderTimeout: it took longer than ten minutes, or a minute without a byte.
    """
    with vendor_errors(vendor):
        async with asyncio.timeout(DOWNLOAD_S):
            return await _read(await _pinned(url, vendor, base_url), vendor, most_bytes)


async def _read(target: Pinned, vendor: str, most_bytes: int) -> bytes:
    import httpx

    # An answer that is packed may unpack to a thousand times its size.
    headers = {"Accept-Encoding": "identity", **target.headers}
    async with (
        httpx.AsyncClient(follow_redirects=False, timeout=_SILENCE_S) as client,
        client.stream("GET", target.url, headers=headers, extensions=target.extensions) as answer,
    ):
        _check_head(answer, vendor)
        data = bytearray()
        async for chunk in answer.aiter_raw():
            data += chunk
            if len(data) > most_bytes:
                raise BadReply(f"{vendor} made a file of more than {most_bytes // 1024**2} MiB")
    if not data:
        raise BadReply(f"{vendor} made an empty file")
    return bytes(data)


def _check_head(answer: httpx.Response, vendor: str) -> None:
    if answer.status_code in _GONE:
        raise ProviderUnavailable(f"{vendor} made a file that is not at its address any more ({answer.status_code})")
    if answer.status_code != 200:
        if answer.status_code < 400:
            raise BadReply(f"{vendor} sends us elsewhere for its file ({answer.status_code})")
        raise status_error(vendor, answer.status_code, headers=answer.headers)
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise BadReply(f"{vendor} packed its file, which we did not ask for")


async def _pinned(url: str, vendor: str, base_url: str) -> Pinned:
    """Return what to ask: the checked address of a public host, or the vendor's own host as it stands."""
    import httpx

    parts, own = urlsplit(url), urlsplit(base_url)
    if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
        return Pinned(httpx.URL(url))
    try:
        return await pin(url)
    except AddressRefused as problem:
        raise BadReply(f"{vendor} gave an address for its file that we don't read: {problem}") from None
    except OSError:
        raise NotReached(f"{vendor} keeps its file at a host that can't be found: {parts.hostname}") from None


__all__ = ["DOWNLOAD_S", "MAX_CLIP_BYTES", "MAX_PICTURE_BYTES", "download"]
