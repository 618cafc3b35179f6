"""Starts a flow run in a child of the warm process, in every other respect as Prefect's process worker would."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import anyio
import anyio.abc
from prefect.runner._process_manager import ProcessHandle, create_isolated_termination_scope
from prefect.runner._workspace_runtime import WorkspaceSupervisorConfig, write_private_model
from prefect.runner._workspace_starter import WorkspaceResolvingEngineCommandStarter
from prefect.settings import get_current_settings
from prefect.utilities.processutils import sanitize_subprocess_env

from deployments.worker.nurseries import Child, Nursery, NurseryGone, logger
from deployments.worker.wire import Order

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun
    from prefect.runner._control_channel import ControlChannel


class WarmStarter(WorkspaceResolvingEngineCommandStarter):
    """Asks a nursery for a run's process; starts it plainly if the nursery ends first."""

    def __init__(
        self,
        nursery: Nursery,
        folder: Path,
        environment: Mapping[str, str | None],
        control: ControlChannel,
        *,
        stream_output: bool,
    ) -> None:
        super().__init__(
            workspace_root=folder,
            stream_output=stream_output,
            control_channel=control,
            source_cwd=folder,
            environment=environment,
        )
        self._nursery = nursery
        self._folder = folder

    async def start(
        self, flow_run: FlowRun, task_status: anyio.abc.TaskStatus[ProcessHandle] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        """Start a flow run's process and wait until it has ended."""
        try:
            await self._start_warm(flow_run, task_status)
        except NurseryGone as problem:
            logger.warning("This run starts in a fresh process: %s", problem)
            if self._control_channel is not None:
                self._control_channel.unregister(flow_run.id)
            await super().start(flow_run, task_status)

    async def _start_warm(self, flow_run: FlowRun, task_status: anyio.abc.TaskStatus[ProcessHandle]) -> None:
        write_private_model(
            self._config_path,
            WorkspaceSupervisorConfig(
                flow_run_id=flow_run.id, workspace_root=self._workspace_root, manifest_path=self._manifest_path
            ),
        )
        order = Order(config=self._config_path, folder=self._folder, environment=self._environment_of(flow_run))
        with open(os.devnull, "wb") as nothing:  # noqa: ASYNC230, PTH123
            output, errors = (
                _file_of(stream, nothing) if self._stream_output else nothing.fileno()
                for stream in (sys.stdout, sys.stderr)
            )
            async with self._nursery.child(order, output, errors) as child:
                await _see_through(child, task_status)

    def _environment_of(self, flow_run: FlowRun) -> dict[str, str]:
        wanted: dict[str, str | None] = {
            **os.environ,
            **worker_settings(),
            **self._environment,
            "PREFECT__FLOW_RUN_ID": str(flow_run.id),
            "PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS": "false",
        }
        if self._control_channel is not None:
            # Without the channel, which needs a free loopback port, Prefect cancels by signals alone.
            with contextlib.suppress(RuntimeError):
                port, token = self._control_channel.register(flow_run.id)
                wanted |= {"PREFECT__CONTROL_PORT": str(port), "PREFECT__CONTROL_TOKEN": token}
        return sanitize_subprocess_env(wanted)


def worker_settings() -> dict[str, str]:
    """Return the environment variables by which a process takes over this one's Prefect settings."""
    return get_current_settings().to_environment_variables(exclude_unset=True)


async def _see_through(child: Child, task_status: anyio.abc.TaskStatus[ProcessHandle]) -> None:
    # Prefect asks a process for no more than its id and its return code.
    process: Any = child
    try:
        task_status.started(ProcessHandle(process, termination_scope=create_isolated_termination_scope(child.pid)))
        await child.wait()
    except BaseException:
        child.end()
        with anyio.CancelScope(shield=True):
            await child.wait()
        raise


def _file_of(stream: IO[str], otherwise: IO[bytes]) -> int:
    # The file itself and no pipe through the worker: it outlives the worker, and a run whose grandchild keeps it open
    # is over all the same.
    try:
        return stream.fileno()
    except (AttributeError, OSError, ValueError):
        return otherwise.fileno()


__all__ = ["WarmStarter", "worker_settings"]
