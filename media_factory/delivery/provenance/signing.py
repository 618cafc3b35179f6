"""Signing a file with C2PA: what is claimed of it, and by whom."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import c2pa

from media_factory import __version__
from media_factory.assets import Asset
from media_factory.delivery.provenance.identity import Identity
from media_factory.delivery.provenance.model import GENERATION_LABEL, SOURCE_TYPES, Generation, Origin
from media_factory.errors import RenderError
from media_factory.model import Model

_ROLES = {"picture": "Picture", "narration": "Narration", "music": "Music", "sound": "Sound", "clip": "Clip"}


class Ingredient(Model):
    """Something that a file was made from, as its manifest names it; `parent` is what the file is a version of."""

    title: str
    asset: Asset
    parent: bool = False


@dataclass(frozen=True)
class Marks:
    """A file that carries a manifest of its maker's, which must survive."""

    path: Path
    media_type: str


@dataclass(frozen=True)
class Claim:
    """What is to be said of a file: its origin, our own assertion, and, by digest, what it was made from with marks."""

    title: str
    media_type: str
    origin: Origin
    generation: Generation
    marked: Mapping[str, Marks] = field(default_factory=dict)

    @property
    def ingredients(self) -> tuple[Ingredient, ...]:
        """What the file was made from, each once: its parts, or the one piece that carries its maker's marks."""
        origin = self.origin
        if origin.original and origin.original.digest in self.marked:
            return (Ingredient(title="Original", asset=origin.original, parent=True),)
        named = {part.source.digest: Ingredient(title=_ROLES[part.role], asset=part.source) for part in origin.parts}
        return tuple(named.values())


def sign(source: Path, target: Path, claim: Claim, identity: Identity, context: c2pa.Context) -> None:
    """Write a signed copy of a file; work for a thread.

    Args:
        source: the file, XMP and all.
        target: where the copy goes.
        claim: what is said of it.
        identity: who says it.
        context: of `credentials.context_for`.

    Raises:
        RenderError: the file can't be signed; nobody should use what `target` holds then.
    """
    try:
        with contextlib.ExitStack() as held:
            builder = held.enter_context(contextlib.closing(c2pa.Builder(_definition(claim), context=context)))
            for ingredient in claim.ingredients:
                if marks := claim.marked.get(ingredient.asset.digest):
                    with marks.path.open("rb") as file:
                        builder.add_ingredient_from_stream(_named(ingredient), marks.media_type, file)
            info = c2pa.C2paSignerInfo(identity.algorithm, identity.chain, identity.key, None)
            signer = held.enter_context(contextlib.closing(c2pa.Signer.from_info(info)))
            reader, writer = held.enter_context(source.open("rb")), held.enter_context(target.open("w+b"))
            builder.sign(signer, claim.media_type, reader, writer)
    except c2pa.C2paError as problem:
        raise RenderError(f"{claim.title} can't be signed: {problem}") from problem


def _named(ingredient: Ingredient) -> dict[str, Any]:
    return {
        "title": ingredient.title,
        "format": ingredient.asset.media_type,
        "relationship": "parentOf" if ingredient.parent else "componentOf",
        # Unlike the library's own random ones, these say which bytes they were.
        "instance_id": ingredient.asset.digest,
        "label": ingredient.asset.digest,
    }


def _definition(claim: Claim) -> dict[str, Any]:
    return {
        "claim_generator_info": [{"name": "Media Factory", "version": __version__}],
        "title": claim.title,
        "format": claim.media_type,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": _actions(claim)}},
            {"label": GENERATION_LABEL, "data": claim.generation.model_dump(mode="json", exclude_none=True)},
        ],
        "ingredients": [_named(one) for one in claim.ingredients if one.asset.digest not in claim.marked],
    }


def _actions(claim: Claim) -> list[dict[str, Any]]:
    """Return what was done: the first action must create or open, and says what kind of source it was."""
    parents = [one.asset.digest for one in claim.ingredients if one.parent]
    others = [one.asset.digest for one in claim.ingredients if not one.parent]
    first: dict[str, Any] = {
        "action": "c2pa.opened" if parents else "c2pa.created",
        "digitalSourceType": SOURCE_TYPES + claim.origin.source_type,
    }
    if claim.origin.provider:
        first["softwareAgent"] = {"name": claim.origin.provider}
    if parents:
        first["parameters"] = {"ingredientIds": parents}
    placed = {"action": "c2pa.placed", "parameters": {"ingredientIds": others}}
    return [first, placed] if others else [first]


__all__ = ["Claim", "Ingredient", "Marks", "sign"]
