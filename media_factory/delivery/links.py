"""Addresses of media: where the media server shows an asset or a delivered file, signed where it asks for that.

A signature is an HMAC-SHA256 over what it opens and until when. One file's stands in the query; a folder's stands in
the path, so that a page's relative links, and a stream's, carry it on.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import time
from typing import Literal
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from media_factory.assets import Asset
from media_factory.errors import InputError

SECRET_VARIABLE = "MEDIA_FACTORY_MEDIA_SECRET"  # noqa: S105 - the variable's name
URL_VARIABLE = "MEDIA_FACTORY_MEDIA_URL"
SECRET_CHARS = 32
"""A media secret has at least as many characters: 16 random bytes as hex digits."""
MAX_EXPIRES_S = 7 * 24 * 3600
DEFAULT_EXPIRES_S = 24 * 3600
CLOCK_SKEW_S = 60
"""How far the clocks of who signs and who checks may differ: a signature holds so much longer than it says."""
SIGNED = "signed"
"""The first part of a path that carries a folder's signature."""

Opens = Literal["file", "folder"]
_DIGITS = re.compile(r"[0-9]{1,12}")


def media_secret() -> SecretStr | None:
    """Return the secret that media URLs are signed with, from $MEDIA_FACTORY_MEDIA_SECRET; None if there is none.

    Raises:
        InputError: it is too short to be one.
    """
    value = os.environ.get(SECRET_VARIABLE, "").strip()
    if not value:
        return None
    if len(value) < SECRET_CHARS:
        raise InputError(
            f"{SECRET_VARIABLE} has {len(value)} characters; give at least {SECRET_CHARS} (`openssl rand -hex 32`)"
        )
    return SecretStr(value)


def sign_url(path: str, expires_s: float, secret: SecretStr, *, now: float | None = None) -> str:
    """Return the URL of one file, relative to its server, that holds for `expires_s` seconds.

    Args:
        path: the file's path on the server, such as `/media/sha256:...`; not percent-encoded.
        expires_s: from now, more than 0 and at most seven days.
        secret: the server's.
        now: seconds since 1970; the clock's if left out.

    Raises:
        InputError: the time or the path can't be used.
    """
    expires = _expiry(expires_s, now)
    return f"{_quoted(path)}?expires={expires}&signature={_signature('file', path, expires, secret)}"


def sign_folder(folder: str, expires_s: float, secret: SecretStr, *, now: float | None = None) -> str:
    """Return the URL of a folder, relative to its server, below which everything opens for `expires_s` seconds.

    Args:
        folder: its path on the server, such as `/deliveries/apollo-11/`; not percent-encoded.
        expires_s: from now, more than 0 and at most seven days.
        secret: the server's.
        now: seconds since 1970; the clock's if left out.

    Raises:
        InputError: the time can't be used, or the folder does not begin and end with a slash.
    """
    if not folder.endswith("/"):
        raise InputError(f"folder {folder!r} can't be signed; it has to end with a slash")
    expires = _expiry(expires_s, now)
    return f"/{SIGNED}/{expires}/{_signature('folder', folder, expires, secret)}{_quoted(folder)}"


def opens(kind: Opens, path: str, expires: str, signature: str, secret: SecretStr, *, now: float | None = None) -> bool:
    """Return whether a signature is genuine and has not run out; takes equally long however much of it is right."""
    if not _DIGITS.fullmatch(expires):
        return False
    genuine = hmac.compare_digest(_signature(kind, path, int(expires), secret).encode(), signature.encode())
    return genuine and (time.time() if now is None else now) <= int(expires) + CLOCK_SKEW_S


class MediaLinks:
    """Addresses on one media server.

    Args:
        base_url: where people reach it, such as `https://media.example.org`.
        secret: what its URLs are signed with; None if it asks for no signature.
    """

    def __init__(self, base_url: str, secret: SecretStr | None = None) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise InputError(f"{URL_VARIABLE}: {base_url!r} can't be used; give one such as https://media.example.org")
        self._base_url = base_url.rstrip("/")
        self._secret = secret

    @classmethod
    def from_environment(cls) -> MediaLinks | None:
        """Return the links by $MEDIA_FACTORY_MEDIA_URL and $MEDIA_FACTORY_MEDIA_SECRET; None if no server is named.

        Raises:
            InputError: one of them can't be used.
        """
        url = os.environ.get(URL_VARIABLE, "").strip()
        return cls(url, media_secret()) if url else None

    @property
    def signed(self) -> bool:
        """Whether its URLs are signed, and run out."""
        return self._secret is not None

    def asset(self, asset: Asset, expires_s: float = DEFAULT_EXPIRES_S) -> str:
        """Return the URL of an asset's bytes; a signed one holds for `expires_s` seconds."""
        path = f"/media/{asset.digest}"
        return self._base_url + (sign_url(path, expires_s, self._secret) if self._secret else _quoted(path))

    def delivery(self, identifier: str, path: str = "index.html", expires_s: float = DEFAULT_EXPIRES_S) -> str:
        """Return the URL of a delivered file, the page unless another is named; what it links to opens from it.

        Args:
            identifier: the manifest's `id`.
            path: as the manifest has it.
            expires_s: how long a signed URL holds, in seconds.
        """
        folder = f"/deliveries/{identifier}/"
        signed = sign_folder(folder, expires_s, self._secret) if self._secret else _quoted(folder)
        return self._base_url + signed + quote(path)


def media_url(asset: Asset, expires_s: float = DEFAULT_EXPIRES_S) -> str | None:
    """Return where the media server that the environment names shows an asset; None if it names none.

    Raises:
        InputError: the environment's URL or secret can't be used, or `expires_s` is not in (0, seven days].
    """
    links = MediaLinks.from_environment()
    return links.asset(asset, expires_s) if links else None


def _expiry(expires_s: float, now: float | None) -> int:
    if not 0 < expires_s <= MAX_EXPIRES_S:
        raise InputError(
            f"expires_s: {expires_s:g} can't be used; give more than 0 and at most {MAX_EXPIRES_S} seconds"
        )
    return int((time.time() if now is None else now) + expires_s)


def _signature(kind: Opens, path: str, expires: int, secret: SecretStr) -> str:
    # The version and the kind keep a signature from being read as one of another sort.
    message = f"media-factory/1\n{kind}\n{expires}\n{path}".encode("utf-8", "surrogatepass")
    return hmac.new(secret.get_secret_value().encode(), message, hashlib.sha256).hexdigest()


def _quoted(path: str) -> str:
    if not path.startswith("/") or path.startswith("//"):
        raise InputError(f"path {path!r} can't be linked to; it has to begin with one slash")
    return quote(path, safe="/:")


__all__ = [
    "CLOCK_SKEW_S",
    "DEFAULT_EXPIRES_S",
    "MAX_EXPIRES_S",
    "SECRET_CHARS",
    "SECRET_VARIABLE",
    "SIGNED",
    "URL_VARIABLE",
    "MediaLinks",
    "media_secret",
    "media_url",
    "opens",
    "sign_folder",
    "sign_url",
]
