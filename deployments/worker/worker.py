"""The worker type: Prefect's process worker, whose runs are forked from a warm process."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc
from prefect.runner._flow_run_executor import FlowRunExecutionResult, FlowRunExecutorContext
from prefect.settings import get_current_settings
from prefect.utilities.processutils import sanitize_subprocess_env
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

from deployments.worker.listening import listen_for_runs
from deployments.worker.nurseries import ROOT, Nurseries, Nursery, logger
from deployments.worker.sources import Snapshot, take_snapshot
from deployments.worker.starter import WarmStarter, worker_settings

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun


class MediaFactoryWorker(ProcessWorker):
    """Execute flow runs as processes of this machine that start at once."""

    type = "media-factory"
    _display_name = "Media Factory"
    _description = (
        "Execute flow runs as processes of this machine, each forked from one that has loaded Prefect and Media Factory"
        " already, so that a run starts at once. Where that can't be, it starts as the process type does."
    )
    _documentation_url = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._nurseries = Nurseries(_plain_environment, _snapshot) if can_fork() else None
        self._listening: asyncio.Task[None] | None = None

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        """Start a flow run, and return how its process ended."""
        nursery = await self._nursery_for(configuration)
        if nursery is None:
            return await super().run(flow_run, configuration, task_status)
        with _folder_of(configuration) as folder:
            return await self._run_warm(nursery, flow_run, configuration, folder, task_status)

    async def _nursery_for(self, configuration: ProcessJobConfiguration) -> Nursery | None:
        # A command of the deployment's own is somebody else's program.
        if self._nurseries is None or configuration._command_configured:
            return None
        return await self._nurseries.fit()

    async def _run_warm(
        self,
        nursery: Nursery,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        folder: Path,
        task_status: anyio.abc.TaskStatus[int] | None,
    ) -> ProcessWorkerResult:
        """Do what `ProcessWorker.run` does, with another starter."""
        done: list[FlowRunExecutionResult | None] = []
        async with FlowRunExecutorContext() as context:
            starter = WarmStarter(
                nursery,
                folder,
                configuration.env,
                context.control_channel,
                stream_output=configuration.stream_output,
            )
            context.call_after_exit(starter.close)
            executor = context.create_executor(
                flow_run, starter, propose_submitting=False, hook_runner=starter.hook_runner
            )

            async def execute(*, task_status: anyio.abc.TaskStatus[Any]) -> None:
                done.append(await executor.submit(task_status=task_status))

            async with anyio.create_task_group() as group:
                handle = await group.start(execute)
                if task_status is not None:
                    task_status.started(handle.pid)
        result = done[0] if done else None
        if result is None or result.status_code is None:
            raise RuntimeError("The flow run's process could not be started")
        return ProcessWorkerResult(status_code=result.status_code, identifier=str(result.handle.pid))

    async def setup(self) -> None:
        """Prepare the worker, and load what its first run will need while it looks for one."""
        await super().setup()
        if self._nurseries is not None and self._runs_task_group is not None:
            self._runs_task_group.start_soon(self._nurseries.fit)

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Submit what is due; from the first time on also whenever the server says that something is."""
        look = super().get_and_submit_flow_runs
        if self._listening is None and self._work_pool is not None:
            self._listening = asyncio.create_task(listen_for_runs(self._work_pool.id, look))
        return await look()

    async def teardown(self, *exc_info: Any) -> None:
        """End the worker and its warm process."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
        try:
            await super().teardown(*exc_info)
        finally:
            if self._nurseries is not None:
                await self._nurseries.close()


def can_fork() -> bool:
    """Return whether a process that has loaded much may be forked here; if not, say so in the log."""
    # macOS's system libraries start threads of their own and break in a forked child; Windows has no fork.
    if sys.platform == "linux" and hasattr(os, "pidfd_open"):
        return True
    logger.info("On %s, runs start in fresh processes, as the process type's do", sys.platform)
    return False


@contextmanager
def _folder_of(configuration: ProcessJobConfiguration) -> Iterator[Path]:
    """Give the folder that the configuration names, or one for the block."""
    if configuration.working_dir:
        yield configuration.working_dir.resolve()
        return
    with tempfile.TemporaryDirectory(suffix="prefect") as folder:
        yield Path(folder).resolve()


def _plain_environment() -> dict[str, str]:
    return sanitize_subprocess_env({**os.environ, **worker_settings()})


def _snapshot() -> Snapshot:
    settings = get_current_settings()
    return take_snapshot(ROOT, [settings.profiles_path, settings.logging.config_path or settings.profiles_path])


__all__ = ["MediaFactoryWorker", "can_fork"]
