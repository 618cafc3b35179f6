"""The simulator's server: all vendors under one loopback port, each below a path of its name."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from media_factory.testing.simulator.billing import Billing
from media_factory.testing.simulator.faults import Fault, Faults
from media_factory.testing.simulator.vendor import Vendor
from media_factory.testing.simulator.vendors import VENDORS

_START_S = 20


class Simulator:
    """All vendors on loopback, for the time of a `with` block.

    Args:
        faults: what goes wrong.
        honours_keys: vendors answer a repeated idempotency key with the first answer, and bill once.
        port: where; 0 takes a free one.
        vendors: which; all if none are given.
        latency_s: how long a paid request takes, half of it before and half after it is billed.
    """

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        honours_keys: bool = False,
        port: int = 0,
        vendors: Sequence[type[Vendor]] | None = None,
        latency_s: float = 0.0,
    ) -> None:
        self.billing = Billing()
        self.faults = faults or Faults()
        made = [
            kind(self.billing, self.faults, honours_keys=honours_keys)
            for kind in (VENDORS if vendors is None else vendors)
        ]
        for vendor in made:
            vendor.latency_s = latency_s
        self.vendors = {vendor.name: vendor for vendor in made}
        self._transports: dict[Any, asyncio.Transport] = {}
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port = int(self._socket.getsockname()[1])
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._app(), http=self._protocol(), log_level="critical", lifespan="on", timeout_graceful_shutdown=1
            )
        )
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def base_url(self, vendor: str) -> str:
        """Return the root of a vendor's API, without a version."""
        return f"http://127.0.0.1:{self.port}/{vendor}"

    def __enter__(self) -> Simulator:
        """Start it, and return when it answers."""
        self._thread.start()
        with socket.create_connection(("127.0.0.1", self.port), timeout=_START_S):
            return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """Stop it, with every request that still hangs."""
        self._server.should_exit = True
        self._thread.join(timeout=_START_S)

    def run(self) -> None:
        """Serve until the process ends."""
        self._server.run([self._socket])

    def _protocol(self) -> type[asyncio.Protocol]:
        transports = self._transports

        class Cuttable(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                transports[tuple(transport.get_extra_info("peername")[:2])] = transport
                super().connection_made(transport)

        return cast(type[asyncio.Protocol], Cuttable)

    def _app(self) -> Starlette:
        async def charges(_request: Request) -> Response:
            return JSONResponse(self.billing.report())

        async def script(request: Request) -> Response:
            self.faults.script(*cast("list[Fault | None]", await request.json()))
            return Response(status_code=204)

        def cut(client: Any) -> None:
            if transport := self._transports.get(tuple(client)):
                transport.abort()

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Any]]:
            yield {"cut": cut}

        routes: list[Route | Mount] = [
            Route("/charges", charges),
            Route("/faults", script, methods=["POST"]),
            *(Mount(f"/{vendor.name}", routes=vendor.routes()) for vendor in self.vendors.values()),
        ]
        return Starlette(routes=routes, lifespan=lifespan)


__all__ = ["Simulator"]
