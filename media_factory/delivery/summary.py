"""A product's account in words, as Markdown and as table rows, for whoever watches its run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import Field

from media_factory.calls.selection import Choice
from media_factory.delivery import wording
from media_factory.delivery.account import made_by, stage_label, totals_of
from media_factory.delivery.manifest import Manifest, Publication
from media_factory.delivery.views import is_open
from media_factory.model import Model

# Marks of Markdown, and the dollar: Prefect's UI sets what stands between two of them as a formula.
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&$!])")


class StageLine(Model):
    """One stage of a run, as a table shows it."""

    scene: str = Field(description="number of the scene, from 1; empty if it belongs to none")
    stage: str
    state: str = Field(description="made, or cached")
    provider: str
    seconds: float = Field(description="what it took to make, also when it is cached now")
    cost: str = Field(description="what this run paid")


def stage_lines(manifest: Manifest) -> tuple[StageLine, ...]:
    """Return a run's stages in the manifest's order."""
    return tuple(
        StageLine(
            scene="" if row.scene is None else str(row.scene + 1),
            stage=row.stage,
            state=row.state,
            provider=row.provider or "",
            seconds=round(row.seconds, 3),
            cost=wording.money(row.cost_usd),
        )
        for row in manifest.stages
    )


def summary_of(manifest: Manifest, page: str | None = None) -> str:
    """Return a product's account as Markdown: its status and why, what it cost, who made it and why they.

    Args:
        manifest: what was delivered.
        page: URL of the page that shows it, to link to.
    """
    return "\n".join(_lines(manifest, page)) + "\n"


def escaped(text: str) -> str:
    r"""Return any text as one line of Markdown that reads as the text does.

    >>> print(escaped("Up *3%* for $5: [see](x)"))
    Up \*3%\* for \$5: \[see\](x)
    """
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _lines(manifest: Manifest, page: str | None) -> Iterator[str]:
    totals = totals_of(manifest)
    lasting = (wording.clock(manifest.duration_s),) if manifest.duration_s is not None else ()
    did = f"{totals.stages - totals.cached} stages made in {totals.worked}, {totals.cached} cached"
    facts = (f"**{manifest.status}**", *lasting, f"paid {escaped(totals.paid)}", did)
    yield from (f"## {escaped(manifest.title)}", "", " · ".join(facts))
    if page:
        yield from ("", f"[Open its page](<{page}>)")
    if manifest.reasons:
        yield from ("", "### Less than asked, because", "", *(f"- {escaped(reason)}" for reason in manifest.reasons))
    if manifest.providers:
        yield from ("", "### Who was chosen, and why", "")
        for modality, choice in manifest.providers.items():
            yield from _choice_lines(modality, choice)
    yield from ("", "### How it was made", "", *_table(manifest))
    if manifest.published:
        yield from ("", "### Published", "", *_publication_lines(manifest.published))


def _choice_lines(modality: str, choice: Choice) -> Iterator[str]:
    ranked = choice.ranking.candidates
    if choice.explicit or not ranked:
        why = "named by the brief"
    elif len(ranked) == 1:
        why = "the only one that can"
    else:
        why = f"the best score, {ranked[0].score:.2f}, of {len(ranked)} that can"
    yield f"- **{stage_label(modality)}**: {_code(choice.reference)}, {why}"
    if choice.chain:
        yield f"  - if it fails for good: {', then '.join(map(_code, choice.chain))}"
    for lacking in choice.lacks:
        yield f"  - it can't give: {escaped(lacking)}"
    for warning in choice.warnings:
        yield f"  - {escaped(warning)}"


def _table(manifest: Manifest) -> Iterator[str]:
    yield "| stage | by | made | cached | time | cost |"
    yield "|---|---|--:|--:|--:|--:|"
    for row in made_by(manifest.stages):
        cells = (row.label, row.provider, str(row.made), str(row.cached), row.time, row.cost)
        yield f"| {' | '.join(map(escaped, cells))} |"


def _publication_lines(published: Publication) -> Iterator[str]:
    address = f": <{published.manifest_url}>" if is_open(published.manifest_url) else ""
    yield f"- in {escaped(published.place)} as {_code(published.manifest_key)}, {_code(published.version)}{address}"
    for warning in published.warnings:
        yield f"- {escaped(warning)}"


def _code(text: str) -> str:
    return f"`{text.replace('`', chr(39))}`"


__all__ = ["StageLine", "escaped", "stage_lines", "summary_of"]
