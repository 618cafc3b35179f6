"""Webhooks: signed, bounded, and never inside our network, by whatever address."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from media_factory import addresses
from media_factory.errors import AddressRefused, NotifyFailed
from media_factory.publishing.webhooks import SIGNATURE_HEADER, Event, Webhook, is_signed, notify, signature

SECRET = "canary-0123456789abcdef"
TOKEN = "token-in-the-address"
EVENT = Event(event="finished", id="run-1", at="2026-11-20T12:00:00+00:00", data={"story": "x"})

# Forty ways to write an address that leads inside, or is none that we ask.
INSIDE = [
    "https://127.0.0.1/x",
    "https://127.1/x",
    "https://127.0.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0x7f.1/x",
    "https://0177.0.0.1/x",
    "https://017700000001/x",
    "https://0.0.0.0/x",
    "https://0/x",
    "https://localhost/x",
    "https://LOCALHOST./x",
    "https://localhost.localdomain/x",
    "https://[::1]/x",
    "https://[::]/x",
    "https://[0:0:0:0:0:0:0:1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[::ffff:7f00:1]/x",
    "https://[::127.0.0.1]/x",
    "https://[64:ff9b::7f00:1]/x",
    "https://[64:ff9b:1::7f00:1]/x",
    "https://[2002:7f00:1::]/x",
    "https://[2001:0:7f00:1::]/x",
    "https://[fe80::1%25lo]/x",
    "https://[fc00::1]/x",
    "https://[fec0::1]/x",
    "https://10.0.0.1/x",
    "https://172.16.0.1/x",
    "https://192.168.0.1/x",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/x",
    "https://192.0.0.192/x",
    "https://198.18.0.1/x",
    "https://224.0.0.1/x",
    "https://255.255.255.255/x",
    "https://１２７.０.０.１/x",
    "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/x",
    "https://public.example@127.0.0.1/x",
    "https://127.0.0.1\\@public.example/x",
    "https://127.0.0.1#@public.example/x",
    "http://public.example/x",
    "ftp://public.example/x",
    "file:///etc/passwd",
    "//public.example/x",
    "https:///x",
]


class Canary:
    """A listener on loopback that counts who comes, whatever they say."""

    def __init__(self, reply: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", pause_s: float = 0) -> None:
        self.reply, self.pause_s = reply, pause_s
        self.calls = 0
        self.heard: list[bytes] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
            self.heard.append(head + await reader.readexactly(length))
            await asyncio.sleep(self.pause_s)
            writer.write(self.reply)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def listening(canary: Canary, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    server = await asyncio.start_server(canary.answer, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


def hook(url: str) -> Webhook:
    return Webhook.model_construct(url=SecretStr(url), secret=SecretStr(SECRET))


@pytest.mark.parametrize("url", INSIDE)
async def test_no_form_of_an_internal_address_is_asked(url: str) -> None:
    canary = Canary()
    async with listening(canary) as port:
        with_port = url.replace("/x", f":{port}/x", 1) if url.endswith("/x") and "://" in url else url
        for one in (url, with_port):
            with pytest.raises((AddressRefused, NotifyFailed)):
                await notify(hook(one), EVENT)
    assert canary.calls == 0


def test_there_are_forty_forms() -> None:
    assert len(set(INSIDE)) >= 40


async def test_a_name_that_leads_inside_at_the_second_look_is_asked_at_the_first_address_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The resolver flips: public when it is checked, loopback whenever somebody looks again."""
    looks: list[str] = []
    connected: list[str] = []

    async def flipping(host: str, port: int) -> Sequence[str]:
        looks.append(host)
        return ["93.184.216.34"] if len(looks) == 1 else ["127.0.0.1"]

    async def refuse(remote_host: str, **_: object) -> None:
        connected.append(remote_host)
        raise OSError("no network in tests")

    monkeypatch.setattr("anyio.connect_tcp", refuse)
    canary = Canary()
    async with listening(canary) as port:
        with pytest.raises(NotifyFailed):
            await notify(hook(f"https://rebinding.example:{port}/x"), EVENT, look_up=flipping)
    assert looks == ["rebinding.example"]
    assert connected == ["93.184.216.34"]
    assert canary.calls == 0


async def test_one_internal_address_among_public_ones_is_enough_to_refuse() -> None:
    async def mixed(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34", "127.0.0.1"]

    with pytest.raises(AddressRefused):
        await notify(hook("https://mixed.example/x"), EVENT, look_up=mixed)


async def test_the_checked_address_is_asked_under_the_host_s_own_name() -> None:
    async def public(host: str, port: int) -> Sequence[str]:
        return ["2606:2800:220:1:248:1893:25c8:1946"]

    pinned = await addresses.pin("https://hooks.example:8443/a?b=c", public)
    assert str(pinned.url) == "https://[2606:2800:220:1:248:1893:25c8:1946]:8443/a?b=c"
    assert pinned.headers == {"Host": "hooks.example:8443"}
    assert pinned.extensions == {"sni_hostname": "hooks.example"}


@given(
    st.ip_addresses(v=4, network="10.0.0.0/8")
    | st.ip_addresses(v=4, network="100.64.0.0/10")
    | st.ip_addresses(v=4, network="127.0.0.0/8")
    | st.ip_addresses(v=6, network="64:ff9b::/96")
    | st.ip_addresses(v=6, network="64:ff9b:1::/48")
    | st.ip_addresses(v=6, network="2002::/16")
    | st.ip_addresses(v=6, network="2001::/32")
    | st.ip_addresses(v=6, network="::/96")
    | st.ip_addresses(v=6, network="fc00::/6")
    | st.ip_addresses(v=4, network="192.0.0.0/24")
)
def test_addresses_that_are_or_lead_to_private_ones_are_not_public(address: ipaddress.IPv4Address) -> None:
    assert not addresses.is_public(str(address))


def test_a_webhook_is_refused_when_it_is_set_up_and_says_nothing_of_its_secrets() -> None:
    for url, secret in ((f"http://x.example/{TOKEN}", SECRET), (f"https://10.0.0.1/{TOKEN}", SECRET)):
        with pytest.raises(ValidationError) as caught:
            Webhook(url=SecretStr(url), secret=SecretStr(secret))
        assert TOKEN not in str(caught.value)
    with pytest.raises(ValidationError, match="fewer than 16"):
        Webhook(url=SecretStr("https://x.example/"), secret=SecretStr("short"))


@given(st.binary(max_size=200), st.integers(0, 2**33))
def test_a_signature_holds_for_its_body_secret_and_time_and_for_nothing_else(body: bytes, stamp: int) -> None:
    header = signature(SECRET, stamp, body)
    assert is_signed(SECRET, header, body, now=stamp)
    assert not is_signed(SECRET, header, body + b"x", now=stamp)
    assert not is_signed(SECRET + "x", header, body, now=stamp)
    assert not is_signed(SECRET, header, body, now=stamp + 301)
    assert not is_signed(SECRET, header.replace("v1=", "v2="), body, now=stamp)
    assert not is_signed(SECRET, "t=²,v1=", body, now=stamp)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the TLS contexts of a server called hooks.example, and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder: Path = tmp_path_factory.mktemp("tls")
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cafile=str(pem))
    return server, client


@pytest.fixture
def public_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let loopback count as public, so that a real exchange can be seen."""
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")


async def here(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


async def told(canary: Canary, certificate: tuple[ssl.SSLContext, ssl.SSLContext], host: str = "hooks.example") -> None:
    async with listening(canary, certificate[0]) as port:
        await notify(hook(f"https://{host}:{port}/{TOKEN}"), EVENT, look_up=here, tls=certificate[1])


async def test_an_event_arrives_signed(
    public_loopback: None, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    canary = Canary()
    await told(canary, certificate)
    head, _, body = canary.heard[0].partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().lower().split("\r\n")[1:])
    assert Event.model_validate(json.loads(body)) == EVENT
    assert headers["host"].startswith("hooks.example:")
    header = headers[SIGNATURE_HEADER.lower()]
    stamp = int(header.partition(",")[0].removeprefix("t="))
    assert is_signed(SECRET, header, body, now=stamp)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"HTTP/1.1 302 Found\r\nlocation: https://127.0.0.1/\r\ncontent-length: 0\r\n\r\n", "answered 302"),
        (b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", "answered 500"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + bytes(70_000), "more than 64 KiB"),
        (b"nonsense\r\n\r\n", "can't be reached"),
    ],
)
async def test_what_is_no_yes_is_a_failure_that_shows_no_address(
    public_loopback: None, certificate: tuple[ssl.SSLContext, ssl.SSLContext], reply: bytes, words: str
) -> None:
    canary = Canary(reply)
    with pytest.raises(NotifyFailed, match=words) as caught:
        await told(canary, certificate)
    assert TOKEN not in str(caught.value)
    assert canary.calls == 1
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


async def test_a_certificate_of_another_name_is_not_trusted(
    public_loopback: None, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    canary = Canary()
    with pytest.raises(NotifyFailed, match="can't be reached"):
        await told(canary, certificate, "other.example")
    assert canary.heard == []


async def test_a_receiver_that_dawdles_is_given_up(
    public_loopback: None,
    certificate: tuple[ssl.SSLContext, ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("media_factory.publishing.webhooks._TIMEOUT_S", 0.5)
    with pytest.raises(NotifyFailed):
        await told(Canary(pause_s=30), certificate)
