"""Runway: pictures and moving pictures, queued as tasks and downloaded when they are done."""

from __future__ import annotations

import asyncio
import base64
import importlib
import io
import math
import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from media_factory.catalogue.entries import models_of, price_of
from media_factory.errors import BadReply, ContentRefused, InvalidRequest, ProviderError
from media_factory.providers.base import (
    Call,
    Capabilities,
    ClipProvider,
    ClipReply,
    ImageJobProvider,
    ImageReply,
    JobProvider,
    Progress,
    Provider,
    ReplyT,
    RequestT,
    Ticket,
)
from media_factory.providers.clients import Clients
from media_factory.providers.downloads import MAX_CLIP_BYTES, MAX_PICTURE_BYTES, download
from media_factory.providers.http import reason, status_error, transport_error, vendor_errors
from media_factory.providers.replies import checked_media_type
from media_factory.requests import ClipRequest, ImageRequest
from media_factory.settings import Settings

if TYPE_CHECKING:
    from runwayml import AsyncRunwayML

NAME = "runway"
_BASE_URL = "https://api.dev.runwayml.com"
_TIMEOUT_S = 60.0
_USD_PER_CREDIT = Decimal("0.01")
_SEEDS = 2**32
_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WAITING = frozenset({"PENDING", "THROTTLED", "RUNNING"})

# What each model takes (runwayml 5.24): sizes as (width, height), lengths in seconds.
_Sizes = tuple[tuple[int, int], ...]
_IMAGE_SIZES: dict[str, _Sizes] = {
    "gen4_image": (
        *((720, 720), (960, 720), (720, 960), (1280, 720), (720, 1280), (1680, 720), (1168, 880), (1024, 1024)),
        *((1360, 768), (1080, 1080), (1440, 1080), (1080, 1440), (1808, 768), (1920, 1080), (1080, 1920), (2112, 912)),
    )
}
_WIDE_AND_TALL: _Sizes = ((1280, 720), (720, 1280))
_GEN4_SIZES: _Sizes = (*_WIDE_AND_TALL, (1104, 832), (832, 1104), (960, 960), (1584, 672))
_VEO_SIZES: _Sizes = (*_WIDE_AND_TALL, (1920, 1080), (1080, 1920))
_STILL_SIZES = {"gen4.5": _GEN4_SIZES, "gen4_turbo": _GEN4_SIZES, "veo3.1": _VEO_SIZES, "veo3.1_fast": _VEO_SIZES}
_TEXT_SIZES = {"gen4.5": _WIDE_AND_TALL, "veo3.1": _VEO_SIZES, "veo3.1_fast": _VEO_SIZES}
_LENGTHS_S = {"veo3.1": (4, 6, 8), "veo3.1_fast": (4, 6, 8)}
_GEN4_LENGTHS_S = tuple(range(2, 11))

# A data URI has at most 5 MiB, and base64 makes four characters of three bytes.
_MOST_STILL_BYTES = 5 * 1024 * 1024 * 3 // 4 - 64
_QUALITIES = (92, 85, 75)
_STILL_SIDE_PX = 2048


class _Tasks(JobProvider[RequestT, ReplyT]):
    """What Runway's providers share: an account, and tasks from their submission to their file."""

    name = NAME
    media_types: tuple[str, ...]
    most_bytes: int

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self._base_url = self.settings.text("RUNWAYML_BASE_URL", default=_BASE_URL)
        self._clients: Clients[AsyncRunwayML] = Clients(self._made, lambda client: client.close())

    def missing(self) -> str | None:
        """Return what is missing before Runway can be asked."""
        if find_spec("runwayml") is None:
            return "Runway's SDK is not installed: pip install 'media-factory[runway]'"
        return None if self._key() else "set RUNWAYML_API_SECRET"

    async def reach(self) -> None:
        """Ask for the organization, which costs nothing."""
        client = await self._client()
        with _runway_errors():
            await client.organization.retrieve()

    async def submit(self, request: RequestT, call: Call) -> Ticket:
        """Queue a task."""
        client = await self._client()
        made = await self._create(client, request, call)
        if not isinstance(made.id, str) or not _ID.fullmatch(made.id):
            raise BadReply("runway queued a task without an id")
        return Ticket(provider=NAME, id=made.id)

    async def poll(self, ticket: Ticket) -> Progress:
        """Say how far a task is; THROTTLED means that it waits for others of the account."""
        task = await self._task(ticket)
        if task.status in _WAITING:
            progress = getattr(task, "progress", None)
            known = isinstance(progress, int | float) and 0 <= progress <= 1
            return Progress(done=False, fraction=progress if known else None)
        if task.status == "SUCCEEDED":
            return Progress(done=True)
        raise _failure(task)

    async def fetch(self, ticket: Ticket) -> ReplyT:
        """Return what a task made, downloaded from an address that was given out just now."""
        task = await self._task(ticket)
        if task.status != "SUCCEEDED":
            raise _failure(task)
        output = getattr(task, "output", None)
        if not isinstance(output, list) or not output or not isinstance(output[0], str):
            raise BadReply("runway finished a task without a file")
        data = await download(output[0], NAME, self._base_url, self.most_bytes)
        media_type = checked_media_type(data, self.media_types, NAME)
        credits = _credits(task)
        price_usd = None if credits is None else credits * _USD_PER_CREDIT
        return self._reply(data=data, media_type=media_type, price_usd=price_usd, vendor_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> None:
        """Stop a task; one that is done is deleted, one that is unknown is none."""
        client = await self._client()
        try:
            with _runway_errors():
                await client.tasks.delete(ticket.id)
        except InvalidRequest:
            return

    @abstractmethod
    async def _create(self, client: AsyncRunwayML, request: RequestT, call: Call) -> Any:
        """Send the request."""

    @abstractmethod
    def _reply(self, **content: Any) -> ReplyT:
        """Return the reply of the provider's modality."""

    async def _task(self, ticket: Ticket) -> Any:
        client = await self._client()
        try:
            with _runway_errors():
                return await client.tasks.retrieve(ticket.id)
        except InvalidRequest as lost:
            lost.paid = "unknown"
            raise

    async def _client(self) -> AsyncRunwayML:
        # The SDK takes a while to load, which no event loop has.
        await asyncio.to_thread(importlib.import_module, "runwayml")
        return await self._clients.get()

    def _made(self) -> AsyncRunwayML:
        from runwayml import AsyncRunwayML

        return AsyncRunwayML(api_key=self._key() or "", base_url=self._base_url, max_retries=0, timeout=_TIMEOUT_S)

    def _key(self) -> str | None:
        found = self.settings.secret("RUNWAYML_API_SECRET", "RUNWAY_API_KEY")
        return found.get_secret_value() if found else None
