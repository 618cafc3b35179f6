"""Prefect, where it is wanted: a run that goes direct never loads it, which saves two CPU seconds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

_PREFECT = "prefect"
_asked: dict[str, bool] = {"direct": False}
_stages_direct: ContextVar[bool] = ContextVar("media_factory_stages_direct", default=False)


def go_direct() -> None:
    """Let flows that are imported from now on be plain functions, unless Prefect is loaded already."""
    _asked["direct"] = _PREFECT not in sys.modules


@contextmanager
def stages_go_direct() -> Iterator[None]:
    """Let everything inside the block do without Prefect, though a flow run is around it.

    A task run costs the server 26 ms of CPU: an item of a batch is one task run, and not one for each of its stages.
    """
    token = _stages_direct.set(True)
    try:
        yield
    finally:
        _stages_direct.reset(token)


def is_inside_flow_run() -> bool:
    """Return whether this code runs inside a Prefect flow run that is to see its stages."""
    return not _stages_direct.get() and is_flow_run_around()


def is_flow_run_around() -> bool:
    """Return whether a Prefect flow run is around this code, also where its stages go direct."""
    # Where nobody has loaded Prefect, it runs nothing.
    if "prefect.context" not in sys.modules:
        return False
    from prefect.context import FlowRunContext

    return FlowRunContext.get() is not None


if TYPE_CHECKING:
    from prefect import flow
else:

    def flow(**options: Any) -> Any:
        """Make a Prefect flow of a function; in a direct run a function whose `fn` is itself."""

        def decorate(function: Any) -> Any:
            if _asked["direct"]:
                function.fn = function
                return function
            from prefect import flow as make_flow

            return make_flow(**options)(function)

        return decorate


__all__ = ["flow", "go_direct", "is_flow_run_around", "is_inside_flow_run", "stages_go_direct"]
