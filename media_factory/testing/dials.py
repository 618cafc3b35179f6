"""Dials: what a fake provider does besides its work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from media_factory.capacity import has_gpu
from media_factory.errors import AuthenticationFailed, NotReached, ProviderError
from media_factory.providers.base import Capabilities

_GPU_MODELS, _SLOW_S = ("instant", "slow", "down"), 600.0


class Dials:
    """What a fake does besides its work.

    Args:
        delay_s: how long each call takes.
        failures: errors to raise, one per call, before calls succeed.
        price_usd: what a call costs; None for a price that nobody knows.
        name: what briefs call it.
        vendor: it passes for a vendor's account: its calls go through the books, and it may be chosen unnamed.
        idempotent: as a vendor, it answers a repeated key with the first answer.
        gpu: it wants a GPU, and works only where there is one. Its models are dials for other processes: `instant`,
            `slow` (takes ten minutes) and `down` (fails for good).
    """

    def __init__(
        self,
        delay_s: float = 0.0,
        failures: Iterable[ProviderError] = (),
        price_usd: Decimal | None = Decimal(0),
        name: str = "fake",
        *,
        vendor: bool = False,
        idempotent: bool = False,
        gpu: bool = False,
    ) -> None:
        self.delay_s = delay_s
        self.failures = list(failures)
        self.price = price_usd
        self.calls: list[Any] = []
        self.name = name
        self._changes: dict[str, Any] = {}
        if vendor:
            self._changes |= {"local": False, "by_name_only": False, "idempotent": idempotent}
        if gpu:
            self._changes |= {"device": "gpu", "models": _GPU_MODELS}

    def capabilities(self, resting: Capabilities) -> Capabilities:
        """Return a fake's capabilities, given those with its dials at rest."""
        return resting.model_copy(update=self._changes)

    def missing(self) -> str | None:
        """Return what keeps the fake from working here."""
        return "set MEDIA_FACTORY_GPU=1: there is no GPU here" if "device" in self._changes and not has_gpu() else None

    def refuse_without_gpu(self) -> None:
        """Raise if the fake wants a GPU and there is none."""
        if gap := self.missing():
            raise NotReached(gap)

    async def turn(self, request: Any) -> None:
        """Count a call, take its time, and fail if it is a failure's turn."""
        self.calls.append(request)
        if request.provider.endswith(":down"):
            raise AuthenticationFailed(f"{request.provider} fails, as its name says")
        if delay_s := _SLOW_S if request.provider.endswith(":slow") else self.delay_s:
            await asyncio.sleep(delay_s)
        if self.failures:
            raise self.failures.pop(0)


__all__ = ["Dials"]
