"""Where a product can be looked at by whoever watches its run."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field

from media_factory.delivery.links import MediaLinks
from media_factory.delivery.manifest import Manifest, Output
from media_factory.model import Model

VIEW_S = 3600
"""How long a signed view opens, in seconds: who reads of a run long after it is not handed a key."""
_PICTURES = ("poster", "image")


class Views(Model):
    """Addresses to look at a product; None where there is none."""

    page: str | None = Field(default=None, description="of the page that shows it")
    picture: str | None = Field(default=None, description="of its poster, or of the picture that it is")
    expires_s: int | None = Field(default=None, description="how long they hold; null if they always do")


def views_of(manifest: Manifest, links: MediaLinks | None, *, in_deliveries: bool) -> Views:
    """Return where a product can be looked at: published, and open to everybody, or else on the media server.

    A published product whose URLs are signed counts as not open: they may hold for days.

    Args:
        manifest: what was delivered.
        links: to the media server; None if there is none.
        in_deliveries: it lies in the factory's own deliveries, which the media server shows.
    """
    page = next((output for output in manifest.outputs if output.role == "page"), None)
    picture = next((output for role in _PICTURES for output in manifest.outputs if output.role == role), None)
    if page and page.url and is_open(page.url):
        return Views(page=page.url, picture=picture.url if picture else None)
    if links is None:
        return Views()
    return Views(
        page=links.delivery(manifest.id, page.path, VIEW_S) if page and in_deliveries else None,
        picture=_picture(manifest, picture, links, in_deliveries) if picture else None,
        expires_s=VIEW_S if links.signed else None,
    )


def is_open(url: str) -> bool:
    """Return whether a URL is plain http(s) with nothing in it that signs it or lets somebody in.

    >>> is_open("https://cdn.example/a.html"), is_open("https://s3.example/a.html?X-Amz-Signature=0"), is_open("/tmp/a")
    (True, False, False)
    """
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and not parts.query and "@" not in parts.netloc


def _picture(manifest: Manifest, picture: Output, links: MediaLinks, in_deliveries: bool) -> str:
    if in_deliveries:
        return links.delivery(manifest.id, picture.path, VIEW_S)
    return links.asset(picture.asset, VIEW_S)


__all__ = ["VIEW_S", "Views", "is_open", "views_of"]
