"""C2PA credentials: what a file's manifest says, and whether it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import c2pa
from pydantic import Field, ValidationError

from media_factory.delivery.provenance.identity import Identity
from media_factory.delivery.provenance.model import GENERATION_LABEL, Generation
from media_factory.errors import RenderError
from media_factory.model import Model

State = Literal["trusted", "valid", "invalid"]
_STATES: dict[str, State] = {"trusted": "trusted", "valid": "valid"}
_CREATING = ("c2pa.created", "c2pa.opened")
_VOUCHED = ("claimSignature.validated", "signingCredential.trusted")


class Credentials(Model):
    """What a file's active manifest says.

    `state` is `trusted` where the signer's chain ends at an anchor that was given, `valid` where it holds but nobody
    vouches for the signer, `invalid` where the file or the manifest was changed after signing.
    """

    state: State
    problems: tuple[str, ...] = Field(default=(), description="C2PA's codes of what does not hold")
    vouched: bool = Field(
        default=False, description="a signer that leads to an anchor signed this manifest, whatever became of the file"
    )
    signer: str | None = Field(default=None, description="the signing certificate's common name, or its issuer's")
    serial: str | None = Field(default=None, description="the signing certificate's serial number, decimal")
    generator: str | None = None
    digital_source_type: str | None = None
    generation: Generation | None = None
    upstream: tuple[str, ...] = Field(default=(), description="who signed the parts that carry marks of their own")


def context_for(*identities: Identity) -> c2pa.Context:
    """Return the library's settings: no thumbnails, no network, and whose chains are trusted.

    `c2pa.load_settings` is left alone: it is deprecated, and changes neither signing nor reading (measured).
    """
    anchors = "".join(identity.anchor for identity in identities)
    settings = {
        "builder": {"thumbnail": {"enabled": False}},
        "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
        "trust": {"trust_anchors": anchors} if anchors else {},
    }
    return c2pa.Context(settings=c2pa.Settings.from_dict(settings))


def read_credentials(path: Path, media_type: str, context: c2pa.Context) -> Credentials | None:
    """Return what a file's manifest says; None if it has none, or is of a type that can carry none.

    Raises:
        RenderError: the file, or what should be its manifest, can't be read at all.
    """
    if media_type not in signable_types():
        return None
    try:
        with path.open("rb") as file:
            reader = c2pa.Reader.try_create(media_type, file, context=context)
            if reader is None:
                return None
            with closing(reader):
                return _credentials(json.loads(reader.json()))
    except c2pa.C2paError as problem:
        raise RenderError(f"{path.name}: what it says of its making can't be read ({problem})") from problem


def has_credentials(path: Path, media_type: str) -> bool:
    """Return whether a file carries a manifest of anybody's; one that can't be read counts as none."""
    try:
        return read_credentials(path, media_type, context_for()) is not None
    except RenderError:
        return False


def signable_types() -> frozenset[str]:
    """Return the media types that can carry a manifest."""
    return frozenset(c2pa.Builder.get_supported_mime_types())


def _credentials(store: Mapping[str, Any]) -> Credentials:
    manifests: Mapping[str, Any] = store.get("manifests", {})
    active_label = str(store.get("active_manifest"))
    active = manifests.get(active_label, {})
    failures, held = _codes(store, "failure"), _codes(store, "success")
    stated = str(store.get("validation_state")).lower()
    signed_by = active.get("signature_info") or {}
    return Credentials(
        state=_STATES.get(stated, "invalid"),
        problems=failures,
        vouched=set(_VOUCHED) <= set(held) and "assertion.hashedURI.mismatch" not in failures,
        signer=signed_by.get("common_name") or signed_by.get("issuer"),
        serial=signed_by.get("cert_serial_number"),
        generator=next((one.get("name") for one in active.get("claim_generator_info") or ()), None),
        digital_source_type=_source_type(active),
        generation=_generation(active),
        upstream=tuple(
            sorted({_signer_of(manifest) for label, manifest in manifests.items() if label != active_label})
        ),
    )


def _codes(store: Mapping[str, Any], outcome: str) -> tuple[str, ...]:
    found = (store.get("validation_results") or {}).get("activeManifest", {}).get(outcome, ())
    codes = [str(one.get("code", "unknown")) for one in found]
    # An untrusted signer is no failure of the file: the state says it.
    return tuple(dict.fromkeys(code for code in codes if code != "signingCredential.untrusted"))


def _signer_of(manifest: Mapping[str, Any]) -> str:
    found = manifest.get("signature_info") or {}
    return str(found.get("common_name") or found.get("issuer") or "unknown")


def _assertion(manifest: Mapping[str, Any], label: str) -> Any:
    found = (one for one in manifest.get("assertions") or () if str(one.get("label", "")).startswith(label))
    return next((one.get("data") for one in found), None)


def _source_type(manifest: Mapping[str, Any]) -> str | None:
    actions = (_assertion(manifest, "c2pa.actions") or {}).get("actions") or ()
    stated = (one.get("digitalSourceType") for one in actions if one.get("action") in _CREATING)
    return next((one for one in stated if one), None)


def _generation(manifest: Mapping[str, Any]) -> Generation | None:
    data = _assertion(manifest, GENERATION_LABEL)
    try:
        return None if data is None else Generation.model_validate(data)
    except ValidationError:
        return None  # written by another version of ours, or by somebody else under our name


__all__ = ["Credentials", "State", "context_for", "has_credentials", "read_credentials", "signable_types"]
