"""Downloads: bounded, unpacked by nobody, and never from inside our network."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from media_factory.addresses import is_public
from media_factory.errors import BadReply, NotReached, ProviderError, ProviderUnavailable
from media_factory.providers.downloads import download
from media_factory.testing.simulator import Fault, Simulator, Vendor

MOST_BYTES = 100_000


class Files(Vendor):
    name = "files"

    def routes(self) -> list[Route]:
        return [Route("/{name}", self.file)]

    def error(self, fault: Fault, request: Request) -> Response:
        raise AssertionError("no faults here")

    async def file(self, request: Request) -> Response:
        bomb = gzip.compress(bytes(10_000_000))
        assert request.headers["accept-encoding"] == "identity"
        return {
            "small": lambda: Response(b"content"),
            "empty": lambda: Response(b""),
            "large": lambda: Response(bytes(MOST_BYTES + 1)),
            "endless": lambda: StreamingResponse(bytes(1000) for _ in range(10_000)),
            "packed": lambda: Response(bomb, headers={"content-encoding": "gzip"}),
            "elsewhere": lambda: RedirectResponse("small"),
            "gone": lambda: Response(status_code=403),
            "broken": lambda: Response(status_code=500),
        }[request.path_params["name"]]()


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with Simulator(vendors=[Files]) as simulator:
        yield simulator.base_url("files")


async def test_a_file_at_the_vendor_s_own_host_is_returned(base_url: str) -> None:
    assert await download(f"{base_url}/small", "files", base_url, MOST_BYTES) == b"content"


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("empty", BadReply, "empty"),
        ("large", BadReply, "more than"),
        ("endless", BadReply, "more than"),
        ("packed", BadReply, "packed"),
        ("elsewhere", BadReply, "elsewhere"),
        ("gone", ProviderUnavailable, "not at its address"),
        ("broken", ProviderUnavailable, "500"),
    ],
)
async def test_what_is_no_such_file_is_refused(base_url: str, name: str, kind: type[ProviderError], words: str) -> None:
    with pytest.raises(ProviderError, match=words) as caught:
        await download(f"{base_url}/{name}?signature=abcdef0123456789", "files", base_url, MOST_BYTES)
    assert type(caught.value) is kind
    assert "abcdef0123456789" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.216.34/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://localhost/x",
        "https://10.0.0.7/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[64:ff9b::a9fe:a9fe]/x",
        "https://[2002:a9fe:a9fe::]/x",
        "https://192.0.0.192/x",
        "https://100.64.0.1/x",
        "https://user@93.184.216.34/x",
        "ftp://93.184.216.34/x",
        "//93.184.216.34/x",
        "x",
        "",
        "https:///x",
    ],
)
async def test_addresses_inside_our_network_and_other_schemes_are_not_read(base_url: str, url: str) -> None:
    with pytest.raises(BadReply):
        await download(url, "files", base_url, MOST_BYTES)


async def test_another_port_of_the_vendor_s_host_is_another_host(base_url: str) -> None:
    with pytest.raises(BadReply):
        await download("http://127.0.0.1:9/x", "files", base_url, MOST_BYTES)


async def test_a_host_without_an_address_is_not_reached(base_url: str) -> None:
    with pytest.raises(NotReached, match="can't be found"):
        await download("https://nowhere.invalid/x", "files", base_url, MOST_BYTES)


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=6, network="fc00::/7"))
def test_private_addresses_are_not_public(address: object) -> None:
    assert not is_public(str(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)
