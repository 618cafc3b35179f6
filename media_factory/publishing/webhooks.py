"""Webhooks: signed JSON to an address on the public internet, and to nowhere else."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

from pydantic import Field, JsonValue, SecretStr, field_validator

from media_factory.addresses import Resolve, pin, public_url, resolve
from media_factory.errors import AddressRefused, NotifyFailed
from media_factory.model import Model

MAX_REPLY_BYTES = 64 * 1024
SIGNATURE_HEADER = "X-Media-Factory-Signature"
_TIMEOUT_S = 5.0
_MIN_SECRET_CHARS = 16


class Webhook(Model):
    """Where events go, and the secret that proves that they are ours."""

    url: SecretStr = Field(description="an https address of a public host; it may carry a token, so it is a secret")
    secret: SecretStr = Field(description="at least 16 characters, which the receiver knows too")

    @field_validator("url")
    @classmethod
    def _public(cls, url: SecretStr) -> SecretStr:
        try:
            public_url(url.get_secret_value())
        except AddressRefused as problem:
            raise ValueError(str(problem)) from None
        return url

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value()) < _MIN_SECRET_CHARS:
            raise ValueError(f"the secret has fewer than {_MIN_SECRET_CHARS} characters")
        return secret


class Event(Model):
    """What a webhook is told."""

    event: str = Field(description="such as finished, failed, published, purge")
    id: str = Field(description="of the run, or of the product; the same event is told under the same id")
    at: str = Field(description="ISO 8601, UTC")
    data: dict[str, JsonValue] = Field(default={})


async def notify(webhook: Webhook, event: Event, *, look_up: Resolve = resolve, tls: Any = None) -> None:
    """Tell a webhook of an event, once.

    The host's address is looked up, checked and asked, no other; redirects are not followed. All of it takes five
    seconds at most, and no more than 64 KiB of the answer are read.

    Args:
        webhook: who is told.
        event: what.
        look_up: finds a host's addresses.
        tls: an `ssl.SSLContext` for certificates of one's own; the usual authorities if none is given.

    Raises:
        NotifyFailed: it was not taken; the message shows no address and no secret.
        AddressRefused: the address leads inside a private network.
    """
    body = event.model_dump_json().encode()
    url = webhook.url.get_secret_value()
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            status = await _post(url, body, _headers(webhook, body), look_up, tls)
    except TimeoutError:
        raise NotifyFailed(f"the webhook did not answer within {_TIMEOUT_S:g} s") from None
    if not 200 <= status < 300:
        raise NotifyFailed(f"the webhook answered {status}")


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return the signature header's value: `t=<unix time>,v1=<hex>`, HMAC-SHA256 over `<unix time>.<body>`.

    >>> signature("0123456789abcdef", 1, b"{}")[:12]
    't=1,v1=2af69'
    """
    digest = hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def is_signed(secret: str, header: str, body: bytes, *, now: float, most_age_s: float = 300.0) -> bool:
    """Say whether a body carries our signature, made no longer ago (or ahead) than `most_age_s`. For receivers."""
    named = dict(part.partition("=")[::2] for part in header.split(","))
    stamp = named.get("t", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12) or abs(now - int(stamp)) > most_age_s:
        return False
    return hmac.compare_digest(signature(secret, int(stamp), body), f"t={stamp},v1={named.get('v1', '')}")


def _headers(webhook: Webhook, body: bytes) -> Mapping[str, str]:
    return {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        SIGNATURE_HEADER: signature(webhook.secret.get_secret_value(), int(time.time()), body),
    }


async def _post(url: str, body: bytes, headers: Mapping[str, str], look_up: Resolve, tls: Any) -> int:
    import httpx

    options: dict[str, Any] = {"follow_redirects": False, "timeout": _TIMEOUT_S, "verify": tls or True}
    try:
        target = await pin(url, look_up)
        async with (
            # No proxy of the environment: it would look the host up again, somewhere else.
            httpx.AsyncClient(trust_env=False, **options) as client,
            client.stream(
                "POST",
                target.url,
                content=body,
                headers={**headers, **target.headers},
                extensions=target.extensions,
            ) as answer,
        ):
            await _drain(answer)
            return answer.status_code
    except httpx.HTTPError as problem:
        # Its own words hold the address, which may hold a token.
        raise NotifyFailed(f"the webhook can't be reached ({type(problem).__name__})") from None
    except OSError:
        raise NotifyFailed("the webhook's host can't be found") from None


async def _drain(answer: Any) -> None:
    size = 0
    async for chunk in answer.aiter_raw():
        size += len(chunk)
        if size > MAX_REPLY_BYTES:
            raise NotifyFailed(f"the webhook answers with more than {MAX_REPLY_BYTES // 1024} KiB")


__all__ = ["MAX_REPLY_BYTES", "SIGNATURE_HEADER", "Event", "Webhook", "is_signed", "notify", "signature"]
