"""What goes over the wire between providers and the simulator, remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from media_factory.testing.simulator.server import Simulator


@dataclass(frozen=True)
class Exchange:
    """A request, and what it was answered with.

    `path` is below the vendor's base URL; names of headers are in lower case.
    """

    vendor: str
    method: str
    path: str
    query: str
    request_type: str
    request: bytes
    status: int
    reply_type: str
    reply: bytes
    request_headers: Mapping[str, str] = field(default_factory=dict)


class RecordingSimulator(Simulator):
    """A simulator that remembers what went over the wire."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        self.exchanges: list[Exchange] = []
        super().__init__(*positional, **named)

    def __enter__(self) -> RecordingSimulator:
        """Start it, and return when it answers."""
        super().__enter__()
        return self

    def _app(self) -> Any:
        return _Recorder(super()._app(), self.exchanges)


class _Recorder:
    def __init__(self, app: ASGIApp, kept: list[Exchange]) -> None:
        self.app = app
        self.kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, reply = bytearray(), bytearray()
        head: dict[str, Any] = {"status": 0, "headers": []}

        async def reading() -> Message:
            message = await receive()
            request.extend(message.get("body", b""))
            return message

        # Mounts change the scope on the way down.
        path, query, asked = scope["path"], scope["query_string"].decode(), _media_type(scope["headers"])
        kept = False

        def keep() -> None:
            vendor, _, rest = path.removeprefix("/").partition("/")
            self.kept.append(
                Exchange(
                    vendor=vendor,
                    method=scope["method"].lower(),
                    path=f"/{rest}",
                    query=query,
                    request_type=asked,
                    request=bytes(request),
                    status=head["status"],
                    reply_type=_media_type(head["headers"]),
                    reply=bytes(reply),
                    request_headers={
                        name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
                    },
                )
            )

        async def writing(message: Message) -> None:
            nonlocal kept
            if message["type"] == "http.response.start":
                head.update(message)
            reply.extend(message.get("body", b""))
            if message["type"] == "http.response.body" and not message.get("more_body"):
                # Before the client has it all: whoever made the request looks here next.
                kept = True
                keep()
            await send(message)

        await self.app(scope, reading, writing)
        if not kept:
            keep()


def _media_type(headers: Iterable[tuple[bytes, bytes]]) -> str:
    value = next((value for name, value in headers if name.lower() == b"content-type"), b"")
    return value.decode("latin-1").partition(";")[0].strip().lower()


__all__ = ["Exchange", "RecordingSimulator"]
