"""Asking a person in Prefect's UI whether a product may be published. Loaded inside deployed flow runs only.

The run is suspended, not paused: its process ends and gives its place back, so that the answer may take days and any
worker may go on. A resumed run begins anew, which costs nothing: its stages are made. Prefect remembers the question
by its key, so a run is asked once about the same files, however often it starts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from prefect import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext, TaskRunContext
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput
from prefect.logging import get_run_logger
from prefect.states import Completed
from pydantic import Field

from media_factory.delivery.approval import files_digest, judged
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.summary import escaped

_KEY_CHARS = 16
_RESUMED = "Resuming"


class PublishingAnswer(RunInput):
    """What the form asks of whoever resumes the run."""

    publish: Literal["yes", "no"] = Field(title="Publish it?", description="no leaves it in its delivery folder")
    note: str = Field(default="", max_length=1000, title="Note", description="why not, or anything worth keeping")
    by: str = Field(default="", max_length=200, title="Your name", description="is kept with the answer")


def can_ask() -> bool:
    """Say whether this code runs in a flow run that may be suspended, and whose one product is the brief's.

    Prefect suspends only runs of deployments, and no run inside another one; a batch must not wait for one item.
    """
    context = FlowRunContext.get()
    flow_run = context.flow_run if context and TaskRunContext.get() is None else None
    return bool(
        flow_run and flow_run.deployment_id and not flow_run.parent_task_run_id and "brief" in flow_run.parameters
    )


async def ask(manifest: Manifest, place: str) -> Manifest:
    """Return a manifest with what a person answered; suspend the run until somebody has.

    Args:
        manifest: of the product that waits.
        place: a link to its page, or the folder that it lies in.
    """
    # The link may be a signed one: the form has it, and no log.
    get_run_logger().info("%s waits for a person's yes before it is published: Resume asks for it", manifest.title)
    answer = await asuspend_flow_run(
        wait_for_input=PublishingAnswer.with_initial_data(description=_question(manifest, place)),
        key=f"publish-{files_digest(manifest)[:_KEY_CHARS]}",
        timeout=None,
    )
    return judged(manifest, approved=answer.publish == "yes", by=answer.by, note=answer.note, at=await _resumed_at())


def not_published(manifest: Manifest) -> State[Manifest]:
    """Return the final state of a run whose product somebody did not want published."""
    assert manifest.approval is not None
    said = ", ".join(part for part in (manifest.approval.note, manifest.approval.by) if part) or "no reason was given"
    return Completed(name="Not published", message=f"not published: {said}", data=manifest)


def _question(manifest: Manifest, place: str) -> str:
    reasons = "".join(f"\n- {escaped(reason)}" for reason in manifest.reasons)
    return (
        f"**{escaped(manifest.title)}** is made ({manifest.status}) and waits to be published. "
        f"Look at it: {place}{reasons}"
    )


async def _resumed_at() -> datetime | None:
    """Return when the run was last resumed, as the server has it."""
    context = FlowRunContext.get()
    assert context is not None and context.flow_run is not None
    async with get_client() as client:
        states = await client.read_flow_run_states(UUID(str(context.flow_run.id)))
    moments = [state.timestamp for state in states if state.name == _RESUMED]
    return max(moments, default=None)


__all__ = ["PublishingAnswer", "ask", "can_ask", "not_published"]
