"""What webhooks are told when a run ends."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from media_factory.delivery.manifest import Manifest
from media_factory.errors import AddressRefused, MediaFactoryError, NotifyFailed
from media_factory.publishing.webhooks import Event, Webhook, notify

_TRIES = 3
_WAIT_S = 1.0


def finished_event(run_id: str, manifest: Manifest) -> Event:
    """Return the event of a run that ended well: the product's name, status and URLs."""
    published = manifest.published
    data: dict[str, Any] = {
        "kind": manifest.kind,
        "story": manifest.id,
        "title": manifest.title,
        "status": manifest.status,
        "reasons": list(manifest.reasons),
        "cost_usd": None if manifest.cost_usd is None else str(manifest.cost_usd),
        "duration_s": manifest.duration_s,
        "manifest_url": published.manifest_url if published else None,
        "version": published.version if published else None,
        "outputs": [
            {"role": output.role, "aspect": output.aspect, "path": output.path, "url": output.url}
            for output in manifest.outputs
        ],
    }
    return Event(event="finished", id=run_id, at=_now(), data=data)


def failed_event(run_id: str, brief_id: str, kind: str, error: BaseException) -> Event:
    """Return the event of a run that failed: the kind of error, and its words if they are ours.

    Errors of others are named and not quoted: their words may hold keys and signed URLs.
    """
    words = str(error) if isinstance(error, MediaFactoryError) else ""
    data: dict[str, Any] = {
        "kind": kind,
        "story": brief_id,
        "error": type(error).__name__,
        "message": words,
        "retryable": getattr(error, "retryable", False),
    }
    return Event(event="failed", id=run_id, at=_now(), data=data)


async def tell(webhook: Webhook, event: Event) -> str | None:
    """Tell a webhook of an event, up to three times, and return what went wrong; None if it was taken.

    A product is not undone because nobody listened, so nothing is raised.
    """
    problem: MediaFactoryError | None = None
    for attempt in range(_TRIES):
        if attempt:
            await asyncio.sleep(_WAIT_S * 2**attempt)
        try:
            await notify(webhook, event)
        except AddressRefused as refused:
            return str(refused)
        except NotifyFailed as failed:
            problem = failed
        else:
            return None
    return str(problem)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


__all__ = ["failed_event", "finished_event", "tell"]
