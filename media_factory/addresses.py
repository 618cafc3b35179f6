"""Addresses that somebody else names: asked only if they are public, and exactly the one that was checked.

A name may be looked up differently a second time ("DNS rebinding"), so who connects uses the address found here.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from media_factory.errors import AddressRefused

if TYPE_CHECKING:
    import httpx

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# Of IPv6 only 2000::/3 is routed in public (IANA). The rest holds NAT64, addresses of IPv4 in disguise and old
# site-local ones, several of which `ipaddress` calls global.
_ROUTED_V6 = ipaddress.IPv6Network("2000::/3")
# Teredo and 6to4 lead to any address of IPv4, private ones too; 192.0.0.0/24 holds protocol assignments.
_INSIDE = tuple(
    ipaddress.ip_network(network) for network in ("2001::/32", "2002::/16", "192.0.0.0/24", "192.88.99.0/24")
)


@dataclass(frozen=True)
class Pinned:
    """What to ask so that a host's checked address is reached, under the host's own name and certificate."""

    url: httpx.URL
    headers: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return all addresses of a host, as the system finds them.

    Raises:
        OSError: there is no such host.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet, and no way to one that isn't."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if ip.version == 6 and ip not in _ROUTED_V6:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _INSIDE)


def public_url(url: str) -> str:
    """Return a URL if it could be asked at all: https, a host, no login, no private address in plain sight.

    Nothing is looked up; `pin` does that before each call.

    Raises:
        AddressRefused: it can't; the message shows scheme and host and nothing else.
    """
    host, _ = _checked(url)
    if _is_address(host) and not is_public(host):
        raise AddressRefused(f"{host} is an address inside a private network")
    return url


async def pin(url: str, look_up: Resolve = resolve) -> Pinned:
    """Return what to ask to reach a public host's https URL at an address that was checked.

    Args:
        url: who is to be asked.
        look_up: finds a host's addresses.

    Raises:
        AddressRefused: it is no https URL, or one of its host's addresses is not public.
        OSError: the host can't be found.
    """
    import httpx

    host, port = _checked(url)
    addresses = await look_up(host, port)
    if not addresses or not all(map(is_public, addresses)):
        raise AddressRefused(f"{host} leads inside a private network")
    target = httpx.URL(url)
    return Pinned(
        url=target.copy_with(host=addresses[0]),
        headers={"Host": target.netloc.decode("ascii")},
        extensions={"sni_hostname": target.host},
    )


def _checked(url: str) -> tuple[str, int]:
    import httpx

    try:
        parts, target = urlsplit(url), httpx.URL(url)
        port = parts.port or 443
    except (ValueError, httpx.InvalidURL):
        raise AddressRefused("it is no address that can be read") from None
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise AddressRefused(f"only https:// with a host and without a login is asked, not {parts.scheme or 'none'}://")
    # Two readers that find two hosts in one text are how a check is got round.
    if target.host.lower() != parts.hostname.lower() and not _same_name(target.raw_host, parts.hostname):
        raise AddressRefused("it can be read in two ways")
    return target.raw_host.decode("ascii").strip("[]"), port


def _same_name(raw_host: bytes, hostname: str) -> bool:
    try:
        return raw_host == hostname.encode("idna")
    except UnicodeError:
        return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


__all__ = ["Pinned", "Resolve", "is_public", "pin", "public_url", "resolve"]
