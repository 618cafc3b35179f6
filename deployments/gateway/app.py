"""The media server's application: its routes, and what stands before them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from deployments.gateway.files import Assets, Deliveries
from deployments.gateway.media_types import is_text
from deployments.gateway.sending import reply
from deployments.gateway.signing import Doorkeeper
from media_factory.assets import DIGEST_PATTERN
from media_factory.books.books import Books
from media_factory.delivery.folder import MANIFEST
from media_factory.errors import MediaFactoryError
from media_factory.model import Model
from media_factory.store.base import AssetStore

_METHODS = ["GET", "HEAD", "OPTIONS"]
_YEAR_S = 31_536_000
_ANSWERED = ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"]
# A story page holds its style and scripts, and names their digests itself; what it shows lies beside it.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "media-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Anything else is shown, at most, and runs nothing, whatever it says it is. Chromium can't play a film that it opens by
# itself inside a sandbox; one holds no script.
_MEDIA_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
_OTHER_POLICY = f"{_MEDIA_POLICY}; sandbox"

Endpoint = Callable[[Request], Awaitable[Response]]


class Rules(Model):
    """What the media server asks of those who come, and allows them."""

    secret: SecretStr | None = Field(default=None, description="signs URLs and opens everything; none asks for nothing")
    origins: tuple[str, ...] = Field(
        default=(), description="web pages of these origins may read media by script, such as https://player.example"
    )

    @property
    def caching(self) -> str:
        """Who may keep an asset: anybody, or only the one who was let in."""
        return "private" if self.secret else "public"


def create_app(store: AssetStore, books: Books, deliveries: Path, rules: Rules) -> Starlette:
    """Return the media server as an ASGI application.

    Args:
        store: has the assets.
        books: know their media types.
        deliveries: the folder with one folder for each delivery.
        rules: who may come in.
    """
    assets, delivered = Assets(store, books), Deliveries(deliveries)
    routes = [
        Route("/health", _health, methods=_METHODS),
        Route("/media/{digest}", _asset_endpoint(assets, rules), methods=_METHODS),
        Route("/deliveries/{path:path}", _delivery_endpoint(delivered), methods=_METHODS),
    ]
    before = [Middleware(Doorkeeper, secret=rules.secret)] if rules.secret else [_only_this_machine()]
    if rules.origins:
        before.insert(0, _shared_with(rules.origins))
    problems: dict[Any, Any] = {404: _nowhere, MediaFactoryError: _out_of_order}
    app = Starlette(routes=routes, middleware=before, exception_handlers=problems)
    app.router.redirect_slashes = False
    return app


def _only_this_machine() -> Middleware:
    # Or a page elsewhere gives its own name our address, and reads what is here as its own (DNS rebinding).
    return Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"], www_redirect=False)


def _shared_with(origins: tuple[str, ...]) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=_METHODS,
        allow_headers=["Authorization", "If-None-Match", "If-Range", "Range"],
        expose_headers=_ANSWERED,
        max_age=86_400,
    )


async def _health(_request: Request) -> Response:
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


def _asset_endpoint(assets: Assets, rules: Rules) -> Endpoint:
    async def show_asset(request: Request) -> Response:
        if request.method == "OPTIONS":
            return _options()
        name = request.path_params["digest"]
        digest = f"sha256:{name.removeprefix('sha256:')}"
        opened = await assets.open(digest) if re.fullmatch(DIGEST_PATTERN, digest) else None
        if opened is None:
            return _not_there()
        caching = f"{rules.caching}, max-age={_YEAR_S}, immutable"
        return await reply(request, opened, _headers(caching, _policy_of(opened.media_type)))

    return show_asset


def _delivery_endpoint(delivered: Deliveries) -> Endpoint:
    async def show_delivered(request: Request) -> Response:
        if request.method == "OPTIONS":
            return _options()
        path: str = request.path_params["path"]
        identifier, slash, file = path.partition("/")
        if identifier and not slash:
            # The page's links are relative to its folder.
            manifest = await delivered.open(f"{identifier}/{MANIFEST}")
            if manifest is None:
                return _not_there()
            manifest.file.close()
            return RedirectResponse(f"{request.url.path.rpartition('/')[2]}/", headers={"Cache-Control": "no-cache"})
        opened = await delivered.open(path if file else f"{path}index.html")
        if opened is None:
            return _not_there()
        policy = _PAGE_POLICY if opened.media_type == "text/html" else _policy_of(opened.media_type)
        # A name may come to stand for something else tomorrow: it is asked for again each time, at the price of a 304.
        return await reply(request, opened, _headers("no-cache", policy))

    return show_delivered


def _policy_of(media_type: str) -> str:
    plays = media_type.startswith(("audio/", "image/", "video/")) and not is_text(media_type)
    return _MEDIA_POLICY if plays else _OTHER_POLICY


def _headers(caching: str, policy: str) -> dict[str, str]:
    return {
        "Cache-Control": caching,
        "Content-Security-Policy": policy,
        # Pages elsewhere show pictures, the Prefect UI's among them; Chromium counts ports of 127.0.0.1 as other sites.
        "Cross-Origin-Resource-Policy": "cross-origin",
        # A signed URL is a key: it goes to nobody whom the page links to.
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _options() -> Response:
    return Response(status_code=204, headers={"Allow": ", ".join(_METHODS)})


def _not_there() -> Response:
    return PlainTextResponse("There is nothing at this address.\n", 404, headers={"Cache-Control": "no-store"})


async def _nowhere(_request: Request, _problem: Exception) -> Response:
    return _not_there()


async def _out_of_order(_request: Request, _problem: Exception) -> Response:
    headers = {"Cache-Control": "no-store", "Retry-After": "5"}
    return PlainTextResponse("Store or books can't be read just now.\n", 503, headers=headers)


__all__ = ["Rules", "create_app"]
