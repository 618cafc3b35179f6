"""Who may come in: a signed URL, a bearer token, or anybody on this machine where no secret is set."""

from __future__ import annotations

import hmac
from itertools import islice
from urllib.parse import parse_qs

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from media_factory.delivery.links import SIGNED, opens

OPEN_PATHS = frozenset({"/health"})
"""What anybody may ask."""

# As deep as the folders that can be signed; more would be work for nothing.
_DEPTH = 8


class Doorkeeper:
    """Lets only those pass who know the secret, or whom somebody who knows it gave a URL.

    A folder's signature is taken off the path before the request goes on.

    Args:
        app: what it guards.
        secret: what URLs are signed with, and a bearer token that opens everything.
    """

    def __init__(self, app: ASGIApp, secret: SecretStr) -> None:
        self._app = app
        self._secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it: 401 if it brought nothing, 403 if what it brought does not open this."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        inside = self._let_in(scope)
        if inside is None:
            refusal = PlainTextResponse(
                "This address needs a signature that holds, or a bearer token.\n",
                status_code=403 if _claims(scope) else 401,
                headers={"Cache-Control": "no-store", "WWW-Authenticate": "Bearer"},
            )
            await refusal(scope, receive, send)
            return
        await self._app(inside, receive, send)

    def _let_in(self, scope: Scope) -> Scope | None:
        path: str = scope["path"]
        if path.startswith(f"/{SIGNED}/"):
            return self._below_signed_folder(scope, path)
        if self._has_token(scope):
            return scope
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        expires, signature = (query.get(name, [""]) for name in ("expires", "signature"))
        genuine = len(expires) == len(signature) == 1 and opens("file", path, expires[0], signature[0], self._secret)
        return scope if genuine else None

    def _below_signed_folder(self, scope: Scope, path: str) -> Scope | None:
        _, _, expires, signature, rest = [*path.split("/", 4), "", "", ""][:5]
        inside = f"/{rest}"
        # Whether a folder is open is asked of each that the file lies in, from the outermost.
        folders = (inside[: at + 1] for at, letter in enumerate(inside) if letter == "/" and at)
        if any(opens("folder", folder, expires, signature, self._secret) for folder in islice(folders, _DEPTH)):
            return {**scope, "path": inside, "raw_path": inside.encode("utf-8", "replace")}
        return None

    def _has_token(self, scope: Scope) -> bool:
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        genuine = self._secret.get_secret_value().encode()
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), genuine)


def _claims(scope: Scope) -> bool:
    """Return whether a request brought something that was found wanting."""
    signed = scope["path"].startswith(f"/{SIGNED}/") or b"signature=" in scope["query_string"]
    return signed or "authorization" in Headers(scope=scope)


__all__ = ["OPEN_PATHS", "Doorkeeper"]
