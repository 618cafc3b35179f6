"""What `doctor` looks at, one finding each: the machine, what is installed, the server, the factory."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, entry_points, requires, version
from pathlib import Path

from deployments.checking import Finding, State, check_factory
from deployments.machine.environment import auth_from
from deployments.machine.ports import is_free
from deployments.machine.server_check import check_server
from deployments.machine.state import MachineState, read_state, state_path
from media_factory.capacity import available_memory_bytes, processors
from media_factory.errors import MediaFactoryError
from media_factory.home import HOME_VARIABLE, default_home
from media_factory.programs import Limits, run_program

_GIB = 1 << 30
_LEAST_DISK_BYTES, _COMFORTABLE_DISK_BYTES = _GIB, 10 * _GIB
# A 1080p film takes about this with a server, a worker and its run beside it.
_COMFORTABLE_MEMORY_BYTES = 2 * _GIB
_LEAST_PYTHON = (3, 11)
# With others Prefect's server breaks (docs/decisions/0001), or its scheduler does (SQLAlchemy 2.1).
_PINNED = ("prefect", "fastapi", "sqlalchemy")
_GROUPS = ("prefect.collections", "media_factory.providers")
_PROGRAM = Limits(timeout_s=30)


async def examine(*, port: int, media_port: int) -> tuple[Finding, ...]:
    """Look at this machine. No vendor is asked.

    Args:
        port: the Prefect server's, as it is meant.
        media_port: the media server's.
    """
    state = read_state(state_path())
    here = (_python, _packages, _entry_points, _fonts, _home, _disk, _memory, _auth)
    findings = [found for look in here for found in await asyncio.to_thread(_looked, look)]
    findings += [await _ffmpeg(), await _gpu()]
    findings += _ports(state, {"--port": port, "--media-port": media_port})
    findings.append(await check_server(_api_url(state)))
    return (*findings, *await _factory())


def _looked(look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Return what one look found; one that fails is a finding too."""
    try:
        return list(look())
    except (MediaFactoryError, OSError) as problem:
        return [_found(look.__name__.strip("_"), "wrong", str(problem))]


def _found(part: str, state: State, what: str) -> Finding:
    return Finding(part=part, state=state, what=what)


def _python() -> Iterable[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _LEAST_PYTHON:
        yield _found("python", "wrong", f"{found}; Media Factory needs 3.11 or newer")
    else:
        yield _found("python", "ok", f"{found}, {processors()} processors")


def _packages() -> Iterable[Finding]:
    from packaging.requirements import Requirement

    try:
        wanted = [Requirement(line) for line in requires("media-factory") or ()]
    except PackageNotFoundError:
        yield _found("packages", "wrong", "media-factory is not installed; `make demo` or `pip install` does that")
        return
    for one in (one for one in wanted if one.name in _PINNED):
        found = version(one.name)
        if one.specifier.contains(found):
            yield _found(one.name, "ok", found)
        else:
            yield _found(
                one.name, "wrong", f"{found} is installed, and only {one.specifier} works; install requirements.lock"
            )


def _entry_points() -> Iterable[Finding]:
    """Load what Prefect's workers and our providers are found by."""
    for group in _GROUPS:
        broken = []
        points = entry_points(group=group)
        for point in points:
            try:
                point.load()
            # Anything may be in somebody else's module, and all of it means that it can't be used.
            except Exception as problem:
                broken.append(f"{point.name} ({type(problem).__name__}: {problem})")
        if broken:
            yield _found(group, "wrong", f"can't be loaded: {'; '.join(broken)}; install it again, or remove it")
        else:
            yield _found(group, "ok", f"{len(points)} entry points load")


def _fonts() -> Iterable[Finding]:
    from media_factory.design.fonts import packaged_faces, system_faces

    ours, theirs = len(packaged_faces()), len(system_faces())
    if not ours:
        yield _found("fonts", "wrong", "our own fonts are not installed; install requirements.lock")
    else:
        yield _found("fonts", "ok", f"{ours} faces of our own, {theirs} of the system")


def _home() -> Iterable[Finding]:
    home = default_home()
    home.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.NamedTemporaryFile(dir=home):
            pass
    except OSError as problem:
        yield _found("home", "wrong", f"{home}: can't be written ({problem.strerror}); set {HOME_VARIABLE} to another")
    else:
        yield _found("home", "ok", f"{home} can be written")


def _disk() -> Iterable[Finding]:
    free = shutil.disk_usage(_nearest(default_home())).free
    text = f"{free / _GIB:.1f} GiB free"
    if free < _LEAST_DISK_BYTES:
        yield _found("disk", "wrong", f"{text}; make room, or set {HOME_VARIABLE} to a larger disk")
    elif free < _COMFORTABLE_DISK_BYTES:
        yield _found("disk", "missing", f"{text}; a nightly batch wants 10 GiB: `media-factory assets retain` lets go")
    else:
        yield _found("disk", "ok", text)


def _nearest(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.exists())


def _memory() -> Iterable[Finding]:
    available = available_memory_bytes()
    if available is None:
        yield _found("memory", "missing", "nothing here says how much is available")
    elif available < _COMFORTABLE_MEMORY_BYTES:
        yield _found(
            "memory", "missing", f"{available / _GIB:.1f} GiB available; films want 2 GiB: end what else runs here"
        )
    else:
        yield _found("memory", "ok", f"{available / _GIB:.1f} GiB available")


def _auth() -> Iterable[Finding]:
    asks, odd = auth_from(os.environ)
    for line in odd:
        yield _found("auth", "wrong", f"{line}; unset it")
    if not odd:
        said = "the API asks for PREFECT_SERVER_API_AUTH_STRING" if asks else "the API of `up` asks for nothing"
        yield _found("auth", "ok" if asks else "off", said)


async def _ffmpeg() -> Finding:
    from media_factory.rendering.ffmpeg import ffmpeg_program

    try:
        done = await run_program([ffmpeg_program(), "-version"], limits=_PROGRAM)
    except (MediaFactoryError, OSError, TimeoutError) as problem:
        return _found("ffmpeg", "wrong", f"can't be run: {problem}; install imageio-ffmpeg")
    if done.code:
        return _found("ffmpeg", "wrong", f"ended with exit code {done.code}; install imageio-ffmpeg again")
    return _found("ffmpeg", "ok", done.output.decode(errors="replace").partition("\n")[0].partition(" Copyright")[0])


async def _gpu() -> Finding:
    program = shutil.which("nvidia-smi")
    if program is None:
        return _found("gpu", "off", "no nvidia-smi here; models run on processors, and `up --no-gpu` makes no pool")
    asked = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        done = await run_program(asked, limits=_PROGRAM)
    except (OSError, TimeoutError) as problem:
        return _found("gpu", "missing", f"nvidia-smi can't be run: {problem}; look at the driver")
    lines = done.output.decode(errors="replace").strip().splitlines()
    if done.code or not lines:
        return _found("gpu", "missing", f"nvidia-smi ended with exit code {done.code}; look at the driver")
    return _found("gpu", "ok", "; ".join(lines))


def _ports(state: MachineState | None, meant: dict[str, int]) -> list[Finding]:
    if state and state.runs:
        return [_found("ports", "ok", f"`up` runs at {state.url} and {state.media_url}")]
    taken = [f"{option} {port}" for option, port in meant.items() if not is_free(port)]
    if taken:
        return [_found("ports", "wrong", f"{' and '.join(taken)}: taken by another program; give `up` another port")]
    return [_found("ports", "ok", f"{' and '.join(str(port) for port in meant.values())} are free")]


def _api_url(state: MachineState | None) -> str | None:
    return os.environ.get("PREFECT_API_URL") or (state.api_url if state and state.runs else None)


async def _factory() -> tuple[Finding, ...]:
    from media_factory.factory import factory_from_environment

    try:
        factory = factory_from_environment()
    except MediaFactoryError as problem:
        return (_found("factory", "wrong", str(problem)),)
    try:
        return await check_factory(factory)
    finally:
        factory.close()


__all__ = ["examine"]
