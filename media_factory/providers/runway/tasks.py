"""Tasks at Runway: from their submission to their file, with the account that they run on."""

from __future__ import annotations

import asyncio
import importlib
import re
from abc import abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from media_factory.errors import BadReply, InvalidRequest
from media_factory.providers.base import Call, JobProvider, Progress, ReplyT, RequestT, Ticket
from media_factory.providers.clients import Clients
from media_factory.providers.downloads import download
from media_factory.providers.replies import checked_media_type
from media_factory.providers.runway.problems import NAME, credits_of, failure_of, runway_errors
from media_factory.settings import Settings

if TYPE_CHECKING:
    from runwayml import AsyncRunwayML

Sizes = tuple[tuple[int, int], ...]
_BASE_URL = "https://api.dev.runwayml.com"
_TIMEOUT_S = 60.0
_USD_PER_CREDIT = Decimal("0.01")
_SEEDS = 2**32
_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WAITING = frozenset({"PENDING", "THROTTLED", "RUNNING"})


class RunwayTasks(JobProvider[RequestT, ReplyT]):
    """What Runway's providers share.

    Args:
        settings: RUNWAYML_API_SECRET or RUNWAY_API_KEY, RUNWAYML_BASE_URL.
    """

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
        """See that Runway is there and takes our key."""
        client = await self._client()
        with runway_errors():
            await client.organization.retrieve()

    async def submit(self, request: RequestT, call: Call) -> Ticket:
        """Queue a task."""
        made = await self._create(await self._client(), request, call)
        if not isinstance(getattr(made, "id", None), str) or not _ID.fullmatch(made.id):
            raise BadReply("runway queued a task without an id")
        return Ticket(provider=NAME, id=made.id)

    async def poll(self, ticket: Ticket) -> Progress:
        """Say how far a task is; THROTTLED ones wait for others of the same account."""
        task = await self._task(ticket)
        status = getattr(task, "status", None)
        if status in _WAITING:
            progress = getattr(task, "progress", None)
            known = isinstance(progress, int | float) and 0 <= progress <= 1
            return Progress(done=False, fraction=progress if known else None)
        if status != "SUCCEEDED":
            raise failure_of(task)
        return Progress(done=True)

    async def fetch(self, ticket: Ticket) -> ReplyT:
        """Return what a task made, downloaded from an address that was given out just now."""
        task = await self._task(ticket)
        if getattr(task, "status", None) != "SUCCEEDED":
            raise failure_of(task)
        output = getattr(task, "output", None)
        if not isinstance(output, list) or not output or not isinstance(output[0], str):
            raise BadReply("runway finished a task without a file")
        data = await download(output[0], NAME, self._base_url, self.most_bytes)
        media_type = checked_media_type(data, self.media_types, NAME)
        charged = credits_of(task)
        price_usd = None if charged is None else Decimal(str(charged)) * _USD_PER_CREDIT
        return self._reply(data=data, media_type=media_type, price_usd=price_usd, vendor_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> None:
        """Stop a task (one that is done is deleted); no error if it is unknown."""
        client = await self._client()
        try:
            with runway_errors():
                await client.tasks.delete(ticket.id)
        except InvalidRequest:
            return

    @abstractmethod
    async def _create(self, client: AsyncRunwayML, request: RequestT, call: Call) -> Any:
        """Send a request, and return the SDK's answer."""

    @abstractmethod
    def _reply(self, **content: Any) -> ReplyT:
        """Return a reply of the provider's modality."""

    async def _task(self, ticket: Ticket) -> Any:
        client = await self._client()
        try:
            with runway_errors():
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


def nearest_size(sizes: Sequence[tuple[int, int]], width_px: int, height_px: int) -> tuple[int, int]:
    """Return the size of the nearest aspect, and of those the smallest that covers what is wanted, or the largest."""

    def distance(size: tuple[int, int]) -> tuple[float, bool, int]:
        aspect = size[0] * height_px / (size[1] * width_px)
        covers = size[0] >= width_px and size[1] >= height_px
        pixels = size[0] * size[1]
        # Models round their sizes to whole blocks, so aspects within 2 % are the same.
        return round(max(aspect, 1 / aspect) * 50) / 50, not covers, pixels if covers else -pixels

    return min(sizes, key=distance)


def seed_of(seed: int) -> int:
    """Return a seed within Runway's 32 bits."""
    return seed % _SEEDS


__all__ = ["RunwayTasks", "Sizes", "nearest_size", "seed_of"]
