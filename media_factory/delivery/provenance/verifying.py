"""Verifying a file: was it made here, was it changed since, and by what was it made?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field

from media_factory.books.deliveries import DeliveredFile
from media_factory.delivery.provenance.containers import place_in
from media_factory.delivery.provenance.credentials import Credentials, context_for, read_credentials
from media_factory.delivery.provenance.identity import Identity, identity_of
from media_factory.delivery.provenance.keypair import key_pair
from media_factory.delivery.provenance.likeness import likeness_of, nearest
from media_factory.delivery.provenance.model import Generation
from media_factory.delivery.provenance.xmp import source_type_in
from media_factory.errors import InputError, RenderError
from media_factory.factory import Factory
from media_factory.files import sha256_of
from media_factory.media_types import HEAD_BYTES, media_type_of
from media_factory.model import Model

MadeHere = Literal["yes", "looks-like", "says-so", "no"]
"""`yes`: the books or a valid signature of ours prove it. `looks-like`: it shows what a delivery of ours shows.
`says-so`: it claims to be ours, and nothing proves it."""


class MadeBy(Model):
    """Something that made the file or a part of it."""

    role: str
    provider: str
    model: str | None = None
    made_at: str | None = Field(default=None, description="ISO 8601, UTC")


class Verdict(Model):
    """What is to be said of a file; `sentences` say it in plain words."""

    file: str
    media_type: str
    sha256: str
    made_here: MadeHere
    altered: bool | None = Field(description="None where nobody can tell")
    product: str | None = None
    delivered_at: str | None = Field(default=None, description="ISO 8601, UTC")
    made_by: tuple[MadeBy, ...] = ()
    digital_source_type: str | None = Field(default=None, description="as the file says, in C2PA or else in XMP")
    credentials: Credentials | None = None
    sentences: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: made here and unaltered. 1: altered since, or only looks or claims to be ours. 3: not known here."""
        if self.made_here == "no":
            return 3
        return 0 if self.made_here == "yes" and self.altered is False else 1


def verify(path: Path, factory: Factory) -> Verdict:
    """Return what is to be said of a file; work for a thread.

    Raises:
        InputError: there is no such file, or it is of no kind that is delivered.
    """
    media_type, sha256 = _looked_at(path)
    identity = identity_of(key_pair(factory.home, factory.settings))
    credentials, unreadable = None, None
    try:
        credentials = read_credentials(path, media_type, context_for(identity))
    except RenderError as problem:
        unreadable = str(problem)
    found = _Found(path, media_type, sha256, factory, credentials, identity)
    made_here, altered, delivery = found.judged()
    generation = found.generation(delivery)
    verdict = Verdict(
        file=str(path),
        media_type=media_type,
        sha256=sha256,
        made_here=made_here,
        altered=altered,
        product=delivery.product if delivery else generation.product if generation else None,
        delivered_at=_utc(delivery.delivered_at) if delivery else None,
        made_by=_makers(generation),
        digital_source_type=(credentials.digital_source_type if credentials else None) or _stated(path, media_type),
        credentials=credentials,
    )
    sentences = (*_about_making(verdict), *_about_signature(credentials, identity, unreadable))
    return verdict.model_copy(update={"sentences": sentences})


class _Found:
    """What is known of a file before it is judged."""

    def __init__(
        self,
        path: Path,
        media_type: str,
        sha256: str,
        factory: Factory,
        credentials: Credentials | None,
        identity: Identity,
    ) -> None:
        self._path, self._media_type, self._sha256 = path, media_type, sha256
        self._books = factory.books
        self._credentials = credentials
        self._claimed = credentials.generation if credentials else None
        # A serial number alone proves nothing: anybody can write one into a certificate of theirs.
        self._ours = bool(credentials and credentials.serial == identity.serial and credentials.vouched)

    def judged(self) -> tuple[MadeHere, bool | None, DeliveredFile | None]:
        """Return whether it was made here, whether it was altered, and the delivery that it is or comes from."""
        if same := self._books.deliveries.of_file(self._sha256):
            return "yes", False, same[0]
        if self._books.deliveries.holds(f"sha256:{self._sha256}"):
            return "yes", False, None
        if self._claimed and self._ours:
            assert self._credentials is not None
            delivered = next(iter(self._books.deliveries.of_asset(self._claimed.asset)), None)
            # One that holds was delivered where other books are kept; but where these know the asset, they know every
            # copy of it: this one was changed where C2PA does not look, such as in the padding of a signature.
            return "yes", delivered is not None or self._credentials.state == "invalid", delivered
        if look := self._lookalike():
            return "looks-like", True, look
        if self._claimed:
            return "says-so", None, None
        return "no", None, None

    def _lookalike(self) -> DeliveredFile | None:
        likeness = likeness_of(self._path, self._media_type)
        found = nearest(likeness, self._books.deliveries.likenesses().items()) if likeness else None
        return next(iter(self._books.deliveries.of_file(found[0])), None) if found else None

    def generation(self, delivery: DeliveredFile | None) -> Generation | None:
        """Return what was said of the file's making: by the books, or else by its own valid manifest."""
        if delivery and delivery.generation:
            return Generation.model_validate_json(delivery.generation)
        return self._claimed if self._credentials and self._credentials.state != "invalid" else None


def _looked_at(path: Path) -> tuple[str, str]:
    try:
        with path.open("rb") as file:
            media_type = media_type_of(file.read(HEAD_BYTES))
        sha256 = sha256_of(path)
    except OSError as problem:
        raise InputError(f"{path}: can't be read: {problem.strerror}") from problem
    return media_type or "application/octet-stream", sha256


def _stated(path: Path, media_type: str) -> str | None:
    try:
        place = place_in(memoryview(path.read_bytes()), media_type)
    except RenderError:
        return None
    return source_type_in(place.packet) if place and place.packet else None


def _makers(generation: Generation | None) -> tuple[MadeBy, ...]:
    if generation is None:
        return ()
    found = [
        MadeBy(role=part.role, provider=part.provider, model=part.model) for part in generation.parts if part.provider
    ]
    if generation.provider and not found:
        found = [
            MadeBy(
                role=generation.role,
                provider=generation.provider,
                model=generation.model,
                made_at=generation.made_at,
            )
        ]
    return tuple(dict.fromkeys(found))


def _about_making(verdict: Verdict) -> tuple[str, ...]:
    product = f" as part of {verdict.product}" if verdict.product else ""
    when = f" on {verdict.delivered_at}" if verdict.delivered_at else ""
    told = {
        "yes": f"It was made here{product}{', and delivered' + when if when else ''}.",
        "looks-like": f"It looks like what was delivered here{product}{when}, but its bytes and marks are others.",
        "says-so": f"It says that it was made by a Media Factory{product}, and nothing proves that it was this one.",
        "no": "Nothing is known of it here.",
    }[verdict.made_here]
    changed = {True: "It was altered since.", False: "Not a byte was altered since.", None: ""}[verdict.altered]
    if verdict.altered and verdict.credentials and verdict.credentials.state != "invalid":
        changed = "It was altered since, but in nothing that its signature covers."
    by = "; ".join(_shown(one) for one in verdict.made_by)
    kind = verdict.digital_source_type
    return tuple(
        sentence
        for sentence in (
            told,
            changed,
            f"Made of: {by}." if by else "",
            f"Digital source type: {kind.rpartition('/')[2]}." if kind else "",
        )
        if sentence
    )


def _shown(one: MadeBy) -> str:
    model = f":{one.model}" if one.model else ""
    when = f" on {one.made_at}" if one.made_at else ""
    return f"{one.role} by {one.provider}{model}{when}"


def _about_signature(credentials: Credentials | None, identity: Identity, unreadable: str | None) -> tuple[str, ...]:
    if credentials is None:
        return (f"Its signature can't be read: {unreadable}." if unreadable else "It carries no signature.",)
    signer = credentials.signer or "an unknown signer"
    if credentials.state == "invalid":
        codes = ", ".join(credentials.problems) or "no reason is given"
        told = f"Its signature by {signer} does not hold: the file is not what was signed ({codes})."
    elif credentials.serial == identity.serial:
        made = "one that this factory made itself; nobody else vouches for it" if identity.own else f"ours, {signer}"
        told = f"Its signature holds. The certificate is {made}."
    elif credentials.state == "trusted":
        told = f"Its signature by {signer} holds, and leads to a certificate that this factory trusts."
    else:
        told = f"Its signature by {signer} holds, but nobody that is known here vouches for {signer}."
    upstream = f"It keeps the marks of: {', '.join(credentials.upstream)}." if credentials.upstream else ""
    return (told, upstream) if upstream else (told,)


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


__all__ = ["MadeBy", "MadeHere", "Verdict", "verify"]
