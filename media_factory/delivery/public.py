"""The manifest as everybody may read it: files, words and times; no prompts, prices or providers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field, ValidationError

from media_factory.delivery.manifest import Manifest, Status
from media_factory.model import Model
from media_factory.publishing.target import Target
from media_factory.results import Placeholder
from media_factory.timing import Word

_MANIFEST_END = "/manifest.json"


class PublicOutput(Model):
    """A published file."""

    role: str
    aspect: str | None = None
    path: str = Field(description="its place beside the product's other files")
    key: str
    url: str
    digest: str = Field(description="sha256:<64 hex digits> of the asset; a marked file's own bytes differ")
    sha256: str = Field(description="64 hex digits, of the file as it is published")
    media_type: str
    size_bytes: int
    width_px: int | None = None
    height_px: int | None = None
    duration_s: float | None = None
    placeholder: Placeholder | None = None


class PublicScene(Model):
    """A scene: what is said, when, and the picture's path."""

    text: str
    headline: str | None = None
    image: str | None = None
    start_s: float
    end_s: float
    words: tuple[Word, ...] = ()


class PublicManifest(Model):
    """What a reader finds under a product's manifest key."""

    kind: Literal["image", "narration", "video", "story"]
    id: str
    title: str
    language: str
    status: Status
    reasons: tuple[str, ...] = ()
    outputs: tuple[PublicOutput, ...]
    scenes: tuple[PublicScene, ...] = ()
    duration_s: float | None = None
    created_at: str
    published_at: str
    made_with: str
    manifest_key: str
    version: str
    folder: str | None = Field(default=None, description="the key below which this version lies; null if unversioned")
    previous_folder: str | None = Field(default=None, description="where the version before it still lies")
    keys: tuple[str, ...] = Field(description="all keys of this version, and the object key")
    withdrawn: bool = Field(default=False, description="it is being unpublished")


def public_manifest(
    manifest: Manifest,
    shown: Mapping[str, str],
    keys: Iterable[str],
    folder: str | None,
    before: PublicManifest | None,
) -> PublicManifest:
    """Return the public side of a manifest that has its URLs.

    Args:
        manifest: with `published` and every output's `url`.
        shown: the key that each output is opened by, by path.
        keys: all keys that were put.
        folder: where this version lies.
        before: what was published under the same manifest key until now.
    """
    assert manifest.published is not None
    outputs = tuple(
        PublicOutput(
            **output.asset.model_dump(exclude={"digest", "size_bytes"}),
            digest=output.asset.digest,
            sha256=output.marked.sha256 if output.marked else output.asset.hex,
            size_bytes=output.marked.size_bytes if output.marked else output.asset.size_bytes,
            role=output.role,
            aspect=output.aspect,
            path=output.path,
            key=shown[output.path],
            url=output.url or "",
            placeholder=output.placeholder,
        )
        for output in manifest.outputs
    )
    scenes = tuple(
        PublicScene.model_validate(scene.model_dump(include=set(PublicScene.model_fields))) for scene in manifest.scenes
    )
    same = before is not None and before.folder == folder
    previous = None if before is None else before.previous_folder if same else before.folder
    return PublicManifest(
        **manifest.model_dump(
            include={"kind", "id", "title", "language", "status", "reasons", "duration_s", "created_at", "made_with"}
        ),
        outputs=outputs,
        scenes=scenes,
        published_at=manifest.published.at,
        manifest_key=manifest.published.manifest_key,
        version=manifest.published.version,
        folder=folder,
        previous_folder=previous,
        keys=tuple(sorted(set(keys))),
    )


async def read_public(target: Target, manifest_key: str) -> PublicManifest | None:
    """Return what is published under a manifest key; None if nothing of ours is.

    Raises:
        StoreError: the place does not answer.
    """
    data = await target.read(manifest_key)
    if data is None:
        return None
    try:
        found = PublicManifest.model_validate_json(data)
    except ValidationError:
        return None
    return found if found.manifest_key == manifest_key else None


async def publications(target: Target, digests: Iterable[str] = ()) -> tuple[PublicManifest, ...]:
    """Return everything that is published in a place, or what of it shows one of these assets.

    The place itself is asked, so it takes one read per product.

    Raises:
        StoreError: the place does not answer.
    """
    wanted = set(digests)
    found = []
    for key in await target.keys_below(""):
        if not key.endswith(_MANIFEST_END) or (manifest := await read_public(target, key)) is None:
            continue
        if not wanted or wanted & {output.digest for output in manifest.outputs}:
            found.append(manifest)
    return tuple(found)


__all__ = ["PublicManifest", "PublicOutput", "PublicScene", "public_manifest", "publications", "read_public"]
