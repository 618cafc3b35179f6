"""What a page tells machines: schema.org JSON-LD and Open Graph properties, from a manifest."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from media_factory.delivery.manifest import Manifest, Output
from media_factory.errors import InputError

DESCRIPTION_CHARS = 200
Address = Callable[[str], str]
"""Gives the URL of a delivered file by its path."""
# The role that a kind is made for, its schema.org type, and its Open Graph type.
_MAIN = {
    "story": ("video", "VideoObject", "video.other"),
    "video": ("video", "VideoObject", "video.other"),
    "narration": ("narration", "AudioObject", "music.song"),
    "image": ("image", "ImageObject", "website"),
}


def relative_url(path: str) -> str:
    """Return the URL of a delivered file, relative to the page, with all that is not plain percent-encoded.

    Raises:
        InputError: the path is absolute or leaves the folder.
    """
    if not path or path.startswith("/") or ".." in path.split("/"):
        raise InputError(f"path {path!r} of the manifest leaves its folder; give a path relative to the manifest")
    return quote(path)


def main_outputs(manifest: Manifest) -> tuple[Output, ...]:
    """Return what the product is: its videos, its sound or its pictures, in the manifest's order."""
    role = _MAIN[manifest.kind][0]
    return tuple(output for output in manifest.outputs if output.role == role)


def first_output(manifest: Manifest, role: str, aspect: str | None = None) -> Output | None:
    """Return the output of a role, of the aspect if there is one, else of any aspect; None if nothing has the role."""
    found = [output for output in manifest.outputs if output.role == role]
    return next((output for output in found if output.aspect == aspect), found[0] if found else None)


def transcript(manifest: Manifest) -> str:
    """Return all that is spoken, one scene a paragraph."""
    return "\n\n".join(scene.text for scene in manifest.scenes)


def description(manifest: Manifest) -> str:
    """Return the beginning of what the product says (or shows), or its title."""
    source = " ".join(scene.text or scene.prompt for scene in manifest.scenes)
    return textwrap.shorten(source, DESCRIPTION_CHARS, placeholder="…") or manifest.title


def _size(output: Output) -> dict[str, int]:
    sizes = {"width": output.asset.width_px, "height": output.asset.height_px}
    return {name: size for name, size in sizes.items() if size is not None}


def _clips(manifest: Manifest) -> list[dict[str, Any]]:
    return [
        {
            "@type": "Clip",
            "name": scene.headline or textwrap.shorten(scene.text, 80, placeholder="…"),
            "startOffset": scene.start_s,
            "endOffset": scene.end_s,
            "url": f"#t={scene.start_s:g}",
        }
        for scene in manifest.scenes
    ]


def json_ld(manifest: Manifest, address: Address = relative_url) -> dict[str, Any]:
    """Return the product as a schema.org object, with the address of each path; relative to the page by default."""
    mains = main_outputs(manifest)
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _MAIN[manifest.kind][1],
        "name": manifest.title,
        "description": description(manifest),
        "identifier": manifest.id,
        "inLanguage": manifest.language,
        "uploadDate": manifest.created_at,
        "creditText": manifest.made_with,
    }
    if mains:
        found |= {"contentUrl": address(mains[0].path), "encodingFormat": mains[0].asset.media_type}
        found |= {**_size(mains[0]), "sha256": mains[0].asset.hex}
    if poster := first_output(manifest, "poster", mains[0].aspect if mains else None):
        found["thumbnailUrl"] = address(poster.path)
    if manifest.kind == "image":
        return found
    if manifest.duration_s is not None:
        found["duration"] = f"PT{manifest.duration_s:g}S"
    if captions := first_output(manifest, "captions"):
        found["caption"] = {
            "@type": "MediaObject",
            "contentUrl": address(captions.path),
            "encodingFormat": captions.asset.media_type,
            "inLanguage": manifest.language,
        }
    if manifest.scenes:
        found |= {"transcript": transcript(manifest), "hasPart": _clips(manifest)}
    return found


def open_graph(manifest: Manifest, address: Address = relative_url) -> tuple[tuple[str, str], ...]:
    """Return Open Graph properties and their contents in order, with the address of each path."""
    mains = main_outputs(manifest)
    found = [
        ("og:type", _MAIN[manifest.kind][2]),
        ("og:title", manifest.title),
        ("og:description", description(manifest)),
        ("og:locale", manifest.language.replace("-", "_")),
    ]
    picture = first_output(manifest, "poster") or first_output(manifest, "image")
    if picture:
        found.append(("og:image", address(picture.path)))
        found += [(f"og:image:{name}", str(size)) for name, size in _size(picture).items()]
    kind = {"video": "og:video", "narration": "og:audio"}.get(_MAIN[manifest.kind][0])
    if kind and mains:
        found += [(kind, address(mains[0].path)), (f"{kind}:type", mains[0].asset.media_type)]
        found += [(f"{kind}:{name}", str(size)) for name, size in _size(mains[0]).items()]
    return tuple(found)


__all__ = [
    "DESCRIPTION_CHARS",
    "Address",
    "description",
    "first_output",
    "json_ld",
    "main_outputs",
    "open_graph",
    "relative_url",
    "transcript",
]
