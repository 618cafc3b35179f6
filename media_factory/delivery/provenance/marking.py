"""Marking the files of a delivery: XMP first, a signed manifest last, on the written copy and never in the store."""

from __future__ import annotations

import asyncio
import contextlib
import mmap
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from media_factory import __version__
from media_factory.assets import Asset
from media_factory.delivery.manifest import Output
from media_factory.delivery.provenance.containers import place_in, write_pieces
from media_factory.delivery.provenance.keypair import KeyPair, key_pair
from media_factory.delivery.provenance.model import SOURCE_TYPES, Generation, GenerationPart, Marked, Origin
from media_factory.delivery.provenance.xmp import packet, source_type_in
from media_factory.errors import AssetLost
from media_factory.factory import Factory
from media_factory.files import sha256_of, whole_file
from media_factory.media_types import HEAD_BYTES, media_type_of
from media_factory.model import digest_of

if TYPE_CHECKING:
    import c2pa

    from media_factory.delivery.provenance.identity import Identity
    from media_factory.delivery.provenance.signing import Claim, Marks

_TOOL = f"Media Factory {__version__}"
# What carries a signed manifest of all that a factory delivers; text files and the parts of streams don't.
MARKABLE = frozenset(
    {"audio/mp4", "audio/mpeg", "audio/wav", "image/avif", "image/jpeg", "image/png", "image/webp", "video/mp4"}
)


class Marker:
    """Marks the files of one product. What signing needs is loaded when the first file needs it.

    Args:
        factory: whose store has the bytes, and whose certificate signs.
        product: the product's id.
    """

    def __init__(self, factory: Factory, product: str) -> None:
        self._factory = factory
        self._product = product
        self._looked: dict[str, Marks | None] = {}

    async def place(self, output: Output, origin: Origin, target: Path, earlier: Output | None) -> Output:
        """Write an output's marked copy, and return the output with what marking left.

        A copy that an earlier delivery left is kept if it says the same by the same signer and is unaltered: two
        signings of the same bytes are never identical, and nothing is made twice.

        Raises:
            AssetLost: the output's bytes are gone.
            OSError: the copy can't be written.
            RenderError: the file is not what its media type says.
        """
        generation = generation_of(output, origin, self._product)
        said = digest_of(generation)
        if kept := await asyncio.to_thread(self._kept, output, said, target, earlier):
            return output.model_copy(update={"marked": kept})
        from media_factory.delivery.provenance.signing import Claim

        source = await self._factory.store.fetch(output.asset)
        marks = await self._marks_of(origin)
        claim = Claim(target.name, output.asset.media_type, origin, generation, marks)
        return output.model_copy(update={"marked": await asyncio.to_thread(self._mark, source, target, claim, said)})

    def _kept(self, output: Output, said: str, target: Path, earlier: Output | None) -> Marked | None:
        found = earlier.marked if earlier and earlier.asset.digest == output.asset.digest else None
        if found is None or found.claim != said or found.signer != self._pair.fingerprint:
            return None
        return found if target.is_file() and sha256_of(target) == found.sha256 else None

    def _mark(self, source: Path, target: Path, claim: Claim, said: str) -> Marked:
        from media_factory.delivery.provenance.signing import sign

        with self._factory.workspace() as folder, whole_file(target) as temporary:
            told = write_with_xmp(source, folder / "told", claim)
            sign(folder / "told" if told else source, temporary, claim, self._identity, self._context)
            size, sha256 = temporary.stat().st_size, sha256_of(temporary)
        return Marked(
            sha256=sha256,
            size_bytes=size,
            digital_source_type=claim.origin.source_type,
            marks=("c2pa", "iptc") if told else ("c2pa",),
            signer=self._identity.fingerprint,
            claim=said,
        )

    async def _marks_of(self, origin: Origin) -> dict[str, Marks]:
        """Return which of the things that a file was made from carry their makers' marks, each looked at once."""
        sources = [origin.original, *(part.source for part in origin.parts)]
        for asset in sources:
            if asset and asset.digest not in self._looked:
                self._looked[asset.digest] = await self._look_at(asset)
        return {asset.digest: found for asset in sources if asset and (found := self._looked[asset.digest])}

    async def _look_at(self, asset: Asset) -> Marks | None:
        if not asset.size_bytes:
            return None  # known by its digest alone; a store may need to know how much to fetch
        try:
            path = await self._factory.store.fetch(asset)
        except AssetLost:
            return None  # it was used when it was there; what was made of it is still what it says
        return await asyncio.to_thread(_marks_in, path)

    @cached_property
    def _pair(self) -> KeyPair:
        return key_pair(self._factory.home, self._factory.settings)

    @cached_property
    def _identity(self) -> Identity:
        from media_factory.delivery.provenance.identity import identity_of

        return identity_of(self._pair)

    @cached_property
    def _context(self) -> c2pa.Context:
        from media_factory.delivery.provenance.credentials import context_for

        return context_for(self._identity)


def generation_of(output: Output, origin: Origin, product: str) -> Generation:
    """Return what our own assertion says of an output; the same output and origin always say the same."""
    provider, model = _system(origin.provider)
    original = origin.original.digest if origin.original else None
    made_at = None
    if origin.made_at:
        made_at = datetime.fromtimestamp(origin.made_at, UTC).isoformat(timespec="seconds")
    return Generation(
        asset=output.asset.digest,
        product=product,
        role=output.role,
        digital_source_type=SOURCE_TYPES + origin.source_type,
        provider=provider,
        model=model,
        prompt_sha256=origin.prompt_sha256,
        made_at=made_at,
        original=original if original != output.asset.digest else None,
        parts=tuple(
            GenerationPart(
                role=part.role,
                digest=part.source.digest,
                provider=_system(part.provider)[0],
                model=_system(part.provider)[1],
                prompt_sha256=part.prompt_sha256,
                digital_source_type=SOURCE_TYPES + part.source_type if part.source_type else None,
            )
            for part in origin.parts
        ),
    )


def write_with_xmp(source: Path, target: Path, claim: Claim) -> bool:
    """Write a copy of a file that states its source type in XMP; say whether there is one that states it.

    Where there is not (a type that holds no XMP, or holds XMP that can't be changed), nothing is written.
    """
    with contextlib.ExitStack() as held:
        file = held.enter_context(source.open("rb"))
        mapped = held.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        data = held.enter_context(memoryview(mapped))
        place = place_in(data, claim.media_type)
        if place is None or place.put is None:
            return False
        written = packet(claim.origin, _TOOL, place.packet)
        write_pieces(place.put(written), data, target)
    return source_type_in(written) is not None


def _marks_in(path: Path) -> Marks | None:
    from media_factory.delivery.provenance.credentials import has_credentials
    from media_factory.delivery.provenance.signing import Marks

    with path.open("rb") as file:
        media_type = media_type_of(file.read(HEAD_BYTES))
    return Marks(path, media_type) if media_type and has_credentials(path, media_type) else None


def _system(provider: str | None) -> tuple[str | None, str | None]:
    name, _, model = (provider or "").partition(":")
    return name or None, model or None


__all__ = ["MARKABLE", "Marker", "generation_of", "write_with_xmp"]
