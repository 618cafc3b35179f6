"""From the fork to the flow: a child becomes what `python -m prefect.engine` would have been.

Prefect's own workspace supervisor prepares the run (pull steps, environment); only its last step, which replaces the
process by a fresh interpreter, is left out where this one will do. Where it will not, the replacement happens.
"""

from __future__ import annotations

import contextlib
import logging
import os
import runpy
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from deployments.worker.rules import differing_names, misplaced_module
from deployments.worker.wire import Order

_ENGINE = "prefect.engine"
_SUPERVISOR = "prefect.runner._workspace_supervisor"
_PATH = "PYTHONPATH"


@dataclass(frozen=True)
class Surroundings:
    """What a nursery was started with."""

    environment: Mapping[str, str]
    path: tuple[str, ...]
    lent: Path | None
    """A folder that is on the path only because the worker's packages are in it."""
    set_by_imports: Mapping[str, str] = field(default_factory=dict)
    """Variables that libraries set when they are imported (OpenCV does), which a child would not see set again."""

    @classmethod
    def here(cls, root: Path) -> Surroundings:
        """Return this process's, and put the root on the path if it is not there."""
        path = tuple(sys.path)
        lent = None if str(root) in path else root
        if lent:
            sys.path.insert(0, str(root))
        return cls(environment=dict(os.environ), path=path, lent=lent)

    def after_imports(self) -> Surroundings:
        """Return these, with what imports have set in the meantime."""
        changed = {name: value for name, value in os.environ.items() if self.environment.get(name) != value}
        return replace(self, set_by_imports=changed)


@dataclass(frozen=True)
class Runtime:
    """Where Prefect's supervisor wants the engine to run, and how."""

    command: list[str]
    folder: Path
    environment: dict[str, str]


def live(order: Order, surroundings: Surroundings) -> None:
    """Run a flow run to its end in this process, or in the fresh one that it becomes.

    Raises:
        SystemExit: the flow run ended; the code is what `python -m prefect.engine` would give.
    """
    os.environ.clear()
    os.environ.update(order.environment)
    os.chdir(order.folder)
    if names := differing_names(order.environment, surroundings.environment):
        _become([sys.executable, "-m", _SUPERVISOR, str(order.config)], f"it sets {', '.join(names)}")
    os.environ.update(surroundings.set_by_imports)
    given = dict(os.environ)
    _reseed()
    runtime = _prepared(order)
    if reason := reason_to_start_afresh(runtime, given, surroundings):
        os.environ.clear()
        os.environ.update(runtime.environment)
        os.chdir(runtime.folder)
        _become(runtime.command, reason)
    _enter(runtime, surroundings)
    # A fresh `python -m` finds the engine not yet imported, and so must `runpy`.
    sys.modules.pop(_ENGINE, None)
    runpy.run_module(_ENGINE, run_name="__main__", alter_sys=True)


def reason_to_start_afresh(runtime: Runtime, given: Mapping[str, str], surroundings: Surroundings) -> str | None:
    """Return why the prepared run can't go on in this process; None if it can.

    Args:
        runtime: what the pull steps came to.
        given: the environment before them.
        surroundings: what the nursery was started with.
    """
    if runtime.command != [sys.executable, "-m", _ENGINE]:
        return f"its command is {runtime.command[0]!r}"
    before, after = ({**one, _PATH: ""} for one in (given, runtime.environment))
    if names := differing_names(after, before):
        return f"its pull steps set {', '.join(names)}"
    folders = _folders_first(runtime)
    if surroundings.lent and surroundings.lent not in folders:
        return f"its code is not that in {surroundings.lent}"
    known = {Path(entry) for entry in surroundings.path}
    new = [folder for at, folder in enumerate(folders) if at == 0 or folder not in known]
    if name := misplaced_module(new, sys.modules):
        return f"{runtime.folder} brings its own {name!r}"
    return None


def _prepared(order: Order) -> Runtime:
    """Let Prefect's supervisor do all but its last step."""
    from prefect.runner import _workspace_supervisor as supervisor

    prepared: list[Runtime] = []

    async def keep(command: list[str], *, cwd: Path, environment: dict[str, str]) -> int:
        prepared.append(Runtime(command, cwd, environment))
        return 0

    # Prefect leaves no other way in; the test that starts a run in this process holds it to the installed version.
    supervisor._launch_engine = keep
    code = supervisor.main([str(order.config)])
    if not prepared:
        raise SystemExit(code)
    return prepared[0]


def _enter(runtime: Runtime, surroundings: Surroundings) -> None:
    os.environ.clear()
    os.environ.update(runtime.environment)
    os.chdir(runtime.folder)
    first = [str(folder) for folder in _folders_first(runtime)]
    sys.path[:] = dict.fromkeys([*first, *surroundings.path])
    sys.argv[:] = [_ENGINE]


def _folders_first(runtime: Runtime) -> list[Path]:
    named = [Path(entry) for entry in runtime.environment.get(_PATH, "").split(os.pathsep) if entry]
    return list(dict.fromkeys([runtime.folder, *named]))


def _reseed() -> None:
    """Give this process random numbers of its own; `random` sees to itself at a fork."""
    with contextlib.suppress(ImportError):
        import numpy as np

        np.random.seed()


def _become(command: list[str], reason: str) -> None:
    logging.getLogger("prefect.worker.media-factory").info("This run starts in a fresh process: %s", reason)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execvpe(command[0], command, os.environ)  # noqa: S606


__all__ = ["Runtime", "Surroundings", "live", "reason_to_start_afresh"]
