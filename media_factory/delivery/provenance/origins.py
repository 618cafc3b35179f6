"""Origins: where each asset of a product comes from, as the receipts and the pieces themselves tell it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence

from pydantic import ValidationError

from media_factory.assets import Asset
from media_factory.books.makers import Maker
from media_factory.delivery.provenance.model import Origin, Part, PartRole, SourceType
from media_factory.factory import Factory
from media_factory.results import Picture, Utterance

_SEEN = ("picture", "clip")
_UNKNOWN = "application/octet-stream"


class Attribution:
    """Who made the assets of a product, and whether with a trained model."""

    def __init__(self, made: Mapping[str, Maker], untrained: frozenset[str]) -> None:
        self._made = made
        self._untrained = untrained

    def part(self, role: PartRole, asset: Asset, prompt: str | None = None) -> Part:
        """Return an asset as a part; one that no provider made is what a user brought."""
        maker = self._made.get(asset.digest)
        if maker is None:
            return Part(role=role, asset=asset)
        return Part(
            role=role,
            asset=asset,
            original=_original(maker, asset),
            source_type=self.source_type(maker.provider),
            provider=maker.provider,
            prompt_sha256=sha256_of_text(prompt),
        )

    def picture(self, asset: Asset, prompt: str, *, realistic: bool | None = None) -> Origin | None:
        """Return the origin of a picture of one piece; None for what a user brought."""
        maker = self._made.get(asset.digest)
        if maker is None:
            return None
        source_type = self.source_type(maker.provider)
        return Origin(
            source_type=source_type,
            provider=maker.provider,
            prompt_sha256=sha256_of_text(prompt),
            made_at=maker.made_at,
            original=_original(maker, asset) or asset,
            realistic=source_type == "trainedAlgorithmicMedia" if realistic is None else realistic,
        )

    def spoken(self, utterances: Iterable[tuple[str, Utterance]]) -> tuple[Part, ...]:
        """Return what was spoken (each text and its utterance) as parts."""
        return tuple(
            Part(
                role="narration",
                asset=utterance.sound,
                source_type=self.source_type(utterance.provider),
                provider=utterance.provider,
                prompt_sha256=sha256_of_text(text),
            )
            for text, utterance in utterances
        )

    def source_type(self, provider: str) -> SourceType:
        """Return what IPTC calls the media of a provider.

        `algorithmicMedia` is "created purely by an algorithm not based on any sampled training data" (IPTC digital
        source type, 2024-09-17): drawing programs, and speech by rules. Whoever does not say so counts as trained.
        """
        untrained = provider.partition(":")[0] in self._untrained
        return "algorithmicMedia" if untrained else "trainedAlgorithmicMedia"


async def attribution_of(assets: Iterable[Asset], factory: Factory) -> Attribution:
    """Return who made these assets, by the books' receipts."""
    digests = {asset.digest for asset in assets}
    made = await asyncio.to_thread(factory.books.makers.of, digests)
    untrained = {one.name for one in factory.providers.all if not one.capabilities.trained}
    return Attribution(made, frozenset(untrained))


async def heard_beside(mix: Asset, speech: Iterable[Asset], factory: Factory) -> tuple[Asset, ...]:
    """Return what was mixed with speech, by the books: music, and the sound of clips.

    The size of one that the store can't find is 0.
    """
    return await asyncio.to_thread(_heard_beside, mix, {asset.digest for asset in speech}, factory)


def _heard_beside(mix: Asset, spoken: set[str], factory: Factory) -> tuple[Asset, ...]:
    names = factory.books.makers.inputs_of(mix.digest)
    digests = [name for name in names if name.startswith("sha256:") and name not in spoken]
    inventory = factory.store.inventory
    found = {digest: inventory.find(digest) if inventory else None for digest in digests}
    return tuple(
        Asset(digest=digest, media_type=_UNKNOWN, size_bytes=holding.size_bytes if holding else 0)
        for digest, holding in found.items()
    )


def composed(parts: Sequence[Part], *, realistic: bool | None = None) -> Origin:
    """Return the origin of what is composed of parts; `realistic` says so instead of what made its pictures."""
    types = {part.source_type for part in parts}
    trained = any(part.source_type == "trainedAlgorithmicMedia" for part in parts if part.role in _SEEN)
    return Origin(
        source_type=_composed_type(types),
        parts=tuple(parts),
        realistic=trained if realistic is None else realistic,
        synthetic_voice=any(part.role == "narration" for part in parts),
    )


def narrated(parts: Sequence[Part]) -> Origin:
    """Return the origin of a narration: one voice all through, so it is as its utterances are."""
    origin, types = composed(parts, realistic=False), {part.source_type for part in parts}
    providers = {part.provider for part in parts}
    return origin.model_copy(
        update={
            "source_type": types.pop() if len(types) == 1 and None not in types else origin.source_type,
            "provider": providers.pop() if len(providers) == 1 else None,
        }
    )


def sha256_of_text(text: str | None) -> str | None:
    """Return the sha256 of a text, 64 hex digits; None for none."""
    return hashlib.sha256(text.encode()).hexdigest() if text else None


def _composed_type(types: set[SourceType | None]) -> SourceType:
    """Return what IPTC calls a composition.

    `compositeWithTrainedAlgorithmicMedia` is "a composite of trained algorithmic media with some other media",
    `composite` a mix of "several elements, any of which may or may not be generative AI": it stands for what users
    bring. A mix of drawings and of speech by rules is still made by algorithms alone.
    """
    if "trainedAlgorithmicMedia" in types:
        return "compositeWithTrainedAlgorithmicMedia"
    return "algorithmicMedia" if types == {"algorithmicMedia"} else "composite"


def _original(maker: Maker, asset: Asset) -> Asset | None:
    """Return what the vendor sent in place of a picture, where the receipt says so."""
    try:
        picture = Picture.model_validate_json(maker.result)
    except ValidationError:
        return None
    return picture.original if picture.image.digest == asset.digest else None


__all__ = ["Attribution", "attribution_of", "composed", "heard_beside", "narrated", "sha256_of_text"]
