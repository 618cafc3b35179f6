"""Content delivery networks told to forget what was replaced or removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from pydantic import Field, SecretStr

from media_factory.errors import NotifyFailed
from media_factory.model import Model
from media_factory.publishing.webhooks import Event, Webhook, notify

_TIMEOUT_S = 15.0
# DigitalOcean takes 50 files in 20 seconds (API reference, "Purge the Cache for an Existing CDN Endpoint").
_FILES_AT_ONCE = 50


class Purge(Protocol):
    """Somebody who is told which objects of a CDN are old."""

    async def purge(self, keys: Sequence[str], urls: Sequence[str]) -> None:
        """Have the CDN forget these objects.

        Args:
            keys: their keys in the bucket, prefix and all.
            urls: where they are opened.

        Raises:
            NotifyFailed: it did not take that; old bytes may be served until they expire.
        """


class DigitalOceanPurge(Model):
    """A CDN of DigitalOcean Spaces."""

    endpoint_id: str = Field(pattern=r"^[0-9a-fA-F-]{8,64}$", description="the CDN endpoint's id")
    token: SecretStr = Field(description="an API token that may purge CDN caches")
    api_url: str = Field(default="https://api.digitalocean.com", pattern=r"^https?://")

    async def purge(self, keys: Sequence[str], urls: Sequence[str]) -> None:  # noqa: ARG002
        """Have the CDN forget objects; see `Purge.purge`."""
        import httpx

        url = f"{self.api_url.rstrip('/')}/v2/cdn/endpoints/{self.endpoint_id}/cache"
        headers = {"Authorization": f"Bearer {self.token.get_secret_value()}"}
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False) as client:
                for at in range(0, len(keys), _FILES_AT_ONCE):
                    files = list(keys[at : at + _FILES_AT_ONCE])
                    answer = await client.request("DELETE", url, headers=headers, json={"files": files})
                    if not answer.is_success:
                        raise NotifyFailed(f"DigitalOcean's CDN answered {answer.status_code} to a purge")
        except httpx.HTTPError as problem:
            raise NotifyFailed(f"DigitalOcean's CDN can't be reached ({type(problem).__name__})") from None


class WebhookPurge(Model):
    """Any CDN, by a webhook that knows how to purge it: it is told the keys and URLs."""

    webhook: Webhook

    async def purge(self, keys: Sequence[str], urls: Sequence[str]) -> None:
        """Tell the webhook; see `Purge.purge`."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        data = {"keys": list(keys), "urls": list(urls)}
        await notify(self.webhook, Event.model_validate({"event": "purge", "id": keys[0], "at": at, "data": data}))


__all__ = ["DigitalOceanPurge", "Purge", "WebhookPurge"]
