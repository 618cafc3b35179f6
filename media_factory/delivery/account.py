"""A run's account: its stages grouped, what it paid and was spared, and the files that it hands out, as they read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from media_factory.assets import Asset
from media_factory.delivery import wording
from media_factory.delivery.manifest import Manifest, StageRow
from media_factory.delivery.structured import Address, relative_url
from media_factory.model import Model

_ROLES = {
    "video": "Video",
    "captions": "Captions",
    "alignment": "Word times",
    "narration": "Narration",
    "poster": "Poster",
    "scene-image": "Scene picture",
    "image": "Picture",
    "rendition": "Picture for the web",
    "stream": "Stream for HLS players",
    "stream-dash": "Stream for DASH players",
}
# Nobody wants these one by one.
_LEFT_OUT = ("page", "stream-part")
_FORMATS = {"vtt": "WebVTT", "srt": "SubRip", "m4a": "AAC", "jpg": "JPEG"}


class MadeBy(Model):
    """A row of "How it was made": all runs of one stage by one provider. Costs are as they read."""

    label: str
    provider: str
    count: int
    made: int
    cached: int
    time: str
    cost: str


class Totals(Model):
    """What the run paid and did, and what it was spared, as they read."""

    paid: str
    worked: str
    saved: str
    cached: int
    stages: int


class Download(Model):
    """A delivered file as the page offers it; `facts` are its format, measures and size."""

    label: str
    url: str
    facts: str
    picture: bool


def stage_label(name: str) -> str:
    """Return a stage's name as a person writes it.

    >>> stage_label("synthesize-speech")
    'Synthesize speech'
    """
    return name.replace("-", " ").replace("_", " ").capitalize()


def made_by(stages: Sequence[StageRow]) -> tuple[MadeBy, ...]:
    """Return the stages grouped by name and provider, in the order in which they first appear."""
    groups: dict[tuple[str, str], list[StageRow]] = {}
    for row in stages:
        groups.setdefault((row.stage, row.provider or "Media Factory"), []).append(row)
    return tuple(
        MadeBy(
            label=stage_label(name),
            provider=provider,
            count=len(rows),
            made=sum(row.state == "made" for row in rows),
            cached=sum(row.state == "cached" for row in rows),
            time=wording.lasting(sum(row.seconds for row in rows)),
            cost=wording.total_money(row.cost_usd for row in rows),
        )
        for (name, provider), rows in groups.items()
    )


def totals_of(manifest: Manifest) -> Totals:
    """Return what the run paid, how long its stages worked, and the work that receipts saved."""
    made = [row.seconds for row in manifest.stages if row.state == "made"]
    cached = [row.seconds for row in manifest.stages if row.state == "cached"]
    return Totals(
        paid=wording.money(manifest.cost_usd),
        worked=wording.lasting(sum(made)),
        saved=wording.lasting(sum(cached)),
        cached=len(cached),
        stages=len(manifest.stages),
    )


def _measures(asset: Asset) -> list[str]:
    shown = [f"{asset.width_px} × {asset.height_px}"] if asset.width_px and asset.height_px else []
    if asset.duration_s is not None:
        shown.append(wording.clock(asset.duration_s))
    return [*shown, wording.bytes_size(asset.size_bytes)]


def downloads_of(manifest: Manifest, address: Address = relative_url) -> tuple[Download, ...]:
    """Return all outputs but the page and the parts of streams, and the manifest, which is written after the page."""
    files = []
    pictures: Counter[str | None] = Counter()
    for output in manifest.outputs:
        if output.role in _LEFT_OUT:
            continue
        ending = output.path.rpartition(".")[2].lower()
        label = _ROLES.get(output.role, stage_label(output.role))
        if output.role == "scene-image":
            pictures[output.aspect] += 1
            label = f"{label} {pictures[output.aspect]}"
        files.append(
            Download(
                label=f"{label}, {output.aspect}" if output.aspect else label,
                url=address(output.path),
                facts=" · ".join([_FORMATS.get(ending, ending.upper()), *_measures(output.asset)]),
                picture=output.role in ("poster", "scene-image", "rendition"),
            )
        )
    return (*files, Download(label="Manifest", url=address("manifest.json"), facts="JSON", picture=False))


__all__ = ["Download", "MadeBy", "Totals", "downloads_of", "made_by", "stage_label", "totals_of"]
