"""One row, made: whatever goes wrong with it becomes its outcome, and touches no other row."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from media_factory.batches.grouping import Start
from media_factory.batches.outcomes import Outcome, OutcomeState
from media_factory.briefs.model import Brief
from media_factory.delivery.log import page_of
from media_factory.delivery.manifest import Manifest
from media_factory.errors import BudgetExceeded, ContentRefused, InputError, MediaFactoryError, StageTimeout
from media_factory.runs import Run, begin_run

MakeProduct = Callable[[Brief, Path], Awaitable[Manifest]]
"""Makes what a brief asks for in a folder: a flow, or what stands for one."""

ROW_TIMEOUT_S = 6 * 3600.0
"""No row takes longer; its stages have shorter limits of their own."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tried:
    """What came of trying to make a row.

    Args:
        outcome: what becomes of the row if it is not tried again.
        again_s: seconds after which trying again may help; None if it would not.
        ends: why no further row should be begun, if so.
    """

    outcome: Outcome
    again_s: float | None = None
    ends: str | None = None


async def try_row(start: Start, folder: Path, make: MakeProduct, run: Run, timeout_s: float = ROW_TIMEOUT_S) -> Tried:
    """Make a row's product, and return what came of it; only cancellation and the like are raised.

    Args:
        start: the row.
        folder: where its product goes.
        make: makes it.
        run: its own run.
        timeout_s: how long it may take.
    """
    began = time.monotonic()
    try:
        with begin_run(run):
            async with asyncio.timeout(timeout_s):
                manifest = await make(start.brief, folder)
    except TimeoutError:
        return _failed(start, run, began, StageTimeout(f"took longer than {timeout_s:g} s"))
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is None or task.cancelling():
            raise
        # Something inside it was cancelled, and we were not.
        return _failed(start, run, began, RuntimeError("cancelled from inside"))
    except Exception as error:  # a bug in one product's making must not end the others
        return _failed(start, run, began, error)
    return Tried(_outcome(start, run, began, _state_of(manifest), _reasons(manifest), _page(manifest, folder)))


def _failed(start: Start, run: Run, began: float, error: BaseException) -> Tried:
    if isinstance(error, BudgetExceeded) and (shared := [scope for scope in error.scopes if scope != f"run/{run.id}"]):
        return Tried(
            _outcome(start, run, began, "skipped", str(error)), ends=f"the budget {shared[0]} has no room left"
        )
    if isinstance(error, InputError | ContentRefused):
        return Tried(_outcome(start, run, began, "refused", _words(error)))
    again_s = (error.retry_after_s or 0.0) if isinstance(error, MediaFactoryError) and error.retryable else None
    return Tried(_outcome(start, run, began, "failed", _words(error)), again_s=again_s)


def _outcome(
    start: Start, run: Run, began: float, state: OutcomeState, error: str | None = None, page: str | None = None
) -> Outcome:
    return Outcome(
        number=start.number,
        id=start.brief.id,
        kind=start.brief.kind,
        title=start.brief.title,
        state=state,
        cost_usd=run.cost_usd if run.records else Decimal(0),
        seconds=round(time.monotonic() - began, 3),
        page=page,
        error=error,
    )


def _words(error: BaseException) -> str:
    """Return what an error says; those of others are named and not quoted: they may hold keys and signed URLs."""
    if isinstance(error, MediaFactoryError):
        return f"{type(error).__name__}: {error}"
    _LOG.error("a row failed for a reason that is not its own", exc_info=error)
    return f"{type(error).__name__} in the making of it; this is a fault of ours, and the log has more"


def _state_of(manifest: Manifest) -> OutcomeState:
    if manifest.status != "passed":
        return manifest.status
    return "made" if any(stage.state == "made" for stage in manifest.stages) or not manifest.stages else "cached"


def _reasons(manifest: Manifest) -> str | None:
    return "\n".join(manifest.reasons) or None


def _page(manifest: Manifest, folder: Path) -> str | None:
    return page_of(manifest, folder) if any(output.role == "page" for output in manifest.outputs) else None


__all__ = ["ROW_TIMEOUT_S", "MakeProduct", "Tried", "try_row"]
