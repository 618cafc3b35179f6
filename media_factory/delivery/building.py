"""Building a manifest from a brief, a delivery and the record of its run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from media_factory import __version__
from media_factory.briefs.model import BriefBase
from media_factory.calls.selection import Choice
from media_factory.delivery.folder import Delivery
from media_factory.delivery.manifest import Manifest, SceneEntry, StageRow


def manifest_of(
    brief: BriefBase,
    delivery: Delivery,
    *,
    reasons: tuple[str, ...] = (),
    blocked: bool = False,
    scenes: tuple[SceneEntry, ...] = (),
    duration_s: float | None = None,
    providers: Mapping[str, Choice] | None = None,
) -> Manifest:
    """Return the manifest of what a delivery has so far; with reasons it is degraded unless it is blocked."""
    records = sorted(
        delivery.run.records, key=lambda r: (r.scene is None, r.scene if r.scene is not None else 0, r.made_at)
    )
    reasons = (*reasons, *delivery.run.remarks)
    latest = max((record.made_at for record in records), default=0.0)
    return Manifest.model_validate(
        {
            "kind": brief.kind,
            "id": brief.id,
            "title": brief.title,
            "channel": brief.channel,
            "object_key": getattr(brief, "object_key", None),
            "language": brief.language,
            "theme": brief.theme,
            "status": "blocked" if blocked else "degraded" if reasons else "passed",
            "reasons": reasons,
            "outputs": tuple(delivery.outputs),
            "scenes": scenes,
            "providers": dict(providers or {}),
            "content_rules": delivery.run.content_rules,
            "stages": tuple(
                StageRow(
                    stage=record.stage,
                    version=record.version,
                    key=record.key,
                    state=record.state,
                    provider=record.provider,
                    seconds=record.seconds,
                    cost_usd=record.cost_usd,
                    scene=record.scene,
                )
                for record in records
            ),
            "cost_usd": delivery.run.cost_usd,
            "duration_s": duration_s,
            "created_at": datetime.fromtimestamp(latest, UTC).isoformat(timespec="seconds"),
            "made_with": f"media-factory {__version__}",
        }
    )


__all__ = ["manifest_of"]
