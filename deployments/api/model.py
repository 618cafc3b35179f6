"""What the client answers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from media_factory.model import Model

RunState = Literal[
    "scheduled", "pending", "running", "paused", "cancelling", "completed", "failed", "crashed", "cancelled"
]
FINAL: frozenset[RunState] = frozenset(("completed", "failed", "crashed", "cancelled"))


class Submitted(Model):
    """A run that was asked for."""

    run_id: str
    ui_url: str = Field(description="the run's page in Prefect's UI")
    created: bool = Field(description="false if an earlier request with the same key had made the run already")


class RunStatus(Model):
    """How a run stands. Times are in UTC."""

    run_id: str
    name: str = Field(description="as the UI shows it, such as `story: Central bank holds rates`")
    state: RunState
    state_name: str = Field(description="Prefect's own name of the state, such as Late or AwaitingRetry")
    message: str = Field(default="", description="why it is so, where Prefect or the run said")
    started: datetime | None = None
    ended: datetime | None = None
    progress: float | None = Field(default=None, description="percent, where the run tells", ge=0, le=100)

    @property
    def final(self) -> bool:
        """Whether the run has ended; a person may still have it retried."""
        return self.state in FINAL


__all__ = ["FINAL", "RunState", "RunStatus", "Submitted"]
