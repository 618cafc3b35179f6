"""A person's yes or no to publishing a product: it holds for exactly the files that were looked at."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from media_factory.delivery.manifest import Approval, Manifest

# The page tells what this run made and what it found made, so it is another one each time.
_TELLS_OF_THE_RUN = ("page",)


def files_digest(manifest: Manifest) -> str:
    """Return the name of exactly these files, as 64 hex digits; the page, which tells of the run, does not count."""
    lines = sorted(
        f"{output.path} {output.asset.hex}\n" for output in manifest.outputs if output.role not in _TELLS_OF_THE_RUN
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def judged(
    manifest: Manifest, *, approved: bool, by: str | None = None, note: str = "", at: datetime | None = None
) -> Manifest:
    """Return a manifest with what a person said about publishing it.

    Args:
        manifest: of the product that was looked at.
        approved: whether it may be published.
        by: who said so, if that is known.
        note: in their words.
        at: when; now if nothing is given.
    """
    approval = Approval(
        approved=approved,
        files=files_digest(manifest),
        by=by or None,
        note=note,
        at=(at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds"),
    )
    return manifest.model_copy(update={"approval": approval})


def is_approved(manifest: Manifest) -> bool:
    """Say whether somebody said yes to exactly the files that a manifest names."""
    approval = manifest.approval
    return approval is not None and approval.approved and approval.files == files_digest(manifest)


def still_approved(manifest: Manifest, earlier: Manifest | None) -> Approval | None:
    """Return the yes of an earlier run if it holds for a product's files too; whoever said no is asked again."""
    if earlier is None or earlier.approval is None:
        return None
    asked = manifest.model_copy(update={"approval": earlier.approval})
    return earlier.approval if is_approved(asked) else None


__all__ = ["files_digest", "is_approved", "judged", "still_approved"]
