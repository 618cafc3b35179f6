"""Programs that we start: one way, so that none of them outlives us, hangs, or sees what it should not.

Every program runs in a session of its own, without a shell, with a clean environment, with limits, and dies when we
do. Cancelling the await kills the program's whole group and waits for its end.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launcher.py")
_CHUNK_BYTES = 1 << 16
# Secrets live in environment variables: a program that reads strangers' files is given none of them.
_PASSED_ON = (
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONPATH",
    "TMPDIR",
    "XDG_CACHE_HOME",
)


@dataclass(frozen=True)
class Limits:
    """What a program may take: wall-clock and CPU seconds, address space, and bytes on its standard output."""

    timeout_s: float = 600
    cpu_s: int = 7200
    memory_bytes: int = 16 << 30
    output_bytes: int = 1 << 30


@dataclass(frozen=True)
class Finished:
    """How a program ended. A negative code is the signal that killed it; `errors` are its last 256 KiB of stderr."""

    code: int
    output: bytes
    errors: str


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", **extra}


async def _read(stream: asyncio.StreamReader, limit_bytes: int) -> bytes:
    read = bytearray()
    while chunk := await stream.read(_CHUNK_BYTES):
        read += chunk
        if len(read) > limit_bytes:
            raise OSError(errno.EFBIG, f"the program wrote more than {limit_bytes} bytes")
    return bytes(read)


async def _read_tail(stream: asyncio.StreamReader, keep_bytes: int = 1 << 18) -> str:
    tail = bytearray()
    while chunk := await stream.read(_CHUNK_BYTES):
        tail += chunk
        del tail[:-keep_bytes]
    return tail.decode(errors="replace")


async def _feed(stream: asyncio.StreamWriter, data: bytes) -> None:
    try:
        stream.write(data)
        await stream.drain()
    except (BrokenPipeError, ConnectionResetError):
        pass  # it ended without reading; its exit code says why
    finally:
        stream.close()


async def _converse(process: asyncio.subprocess.Process, data: bytes, limits: Limits) -> Finished:
    assert process.stdin and process.stdout and process.stderr
    async with asyncio.timeout(limits.timeout_s), asyncio.TaskGroup() as group:
        group.create_task(_feed(process.stdin, data))
        output = group.create_task(_read(process.stdout, limits.output_bytes))
        errors = group.create_task(_read_tail(process.stderr))
        code = group.create_task(process.wait())
    return Finished(code.result(), output.result(), errors.result())


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the program's group if it still runs, and wait until it is gone."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()  # what still stands in the pipes would keep them open


async def run_program(
    arguments: Sequence[str],
    *,
    data: bytes = b"",
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Finished:
    """Run a program to its end and return what it left.

    Args:
        arguments: the program's absolute path, then its arguments.
        data: what it reads on standard input.
        folder: its working folder; ours if none.
        environment: variables beside the few that are passed on.
        limits: what it may take.

    Raises:
        TimeoutError: it ran longer than `limits.timeout_s`, and was killed.
        OSError: it could not be started, or it wrote more than `limits.output_bytes`, and was killed.
    """
    limits = limits or Limits()
    launch = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), str(limits.memory_bytes), str(limits.cpu_s)]
    process = await asyncio.create_subprocess_exec(
        *launch,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env=_environment(environment or {}),
        start_new_session=True,
    )
    try:
        return await _converse(process, data, limits)
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        await _end(process)


__all__ = ["Finished", "Limits", "run_program"]
