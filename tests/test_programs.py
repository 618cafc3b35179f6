"""Programs that we start: their ends, their limits, and what they can see."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from media_factory.programs import Limits, run_program


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int, within_s: float = 2) -> bool:
    """Say whether a process goes within so long; one that stays is ended, so that a failing test leaves nothing."""
    until = time.monotonic() + within_s
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    gone = not is_alive(pid)
    if not gone:
        os.kill(pid, signal.SIGKILL)
    return gone


def written_pid(path: Path) -> int | None:
    """Return the process id that a program wrote; None before it did."""
    written = path.read_text() if path.exists() else ""
    return int(written) if written.endswith("\n") else None


def sleeper(path: Path) -> list[str]:
    """Return a program that writes its process id and then sleeps for ten minutes."""
    return ["/bin/sh", "-c", f"echo $$ > {path}; exec sleep 600"]


async def test_a_program_reads_writes_and_ends() -> None:
    finished = await run_program(["/bin/sh", "-c", "cat; echo oops >&2; exit 3"], data=b"hello")
    assert (finished.code, finished.output, finished.errors) == (3, b"hello", "oops\n")


async def test_a_program_that_reads_nothing_may_be_fed_much() -> None:
    assert (await run_program(["/bin/sh", "-c", "exec true"], data=b"x" * (1 << 22))).code == 0


async def test_the_end_of_long_complaints_is_kept() -> None:
    code = "import sys; sys.stderr.write('x' * (1 << 20) + 'last words')"
    finished = await run_program([sys.executable, "-S", "-c", code])
    assert finished.errors.endswith("xlast words")
    assert len(finished.errors) == 1 << 18


async def test_secrets_in_the_environment_are_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sesame")
    finished = await run_program(["/usr/bin/env"], environment={"SAID": "so"})
    assert b"sesame" not in finished.output
    assert b"SAID=so" in finished.output


async def test_a_timeout_kills_the_whole_group(tmp_path: Path) -> None:
    pids = tmp_path / "pid"
    script = f"sleep 600 & echo $! > {pids}; wait"
    with pytest.raises(TimeoutError):
        await run_program(["/bin/sh", "-c", script], limits=Limits(timeout_s=0.5))
    assert wait_until_gone(int(pids.read_text()))


async def test_cancelling_kills_and_waits(tmp_path: Path) -> None:
    running = asyncio.create_task(run_program(sleeper(tmp_path / "pid")))
    async with asyncio.timeout(20):
        while (pid := written_pid(tmp_path / "pid")) is None:  # another process writes it
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not is_alive(pid)


async def test_too_much_output_stops_the_program() -> None:
    with pytest.raises(OSError, match="more than 1000 bytes") as caught:
        await run_program(["/bin/sh", "-c", "exec cat /dev/zero"], limits=Limits(output_bytes=1000))
    assert caught.value.errno == errno.EFBIG


async def test_memory_is_limited() -> None:
    code = "bytearray(1 << 30)"
    finished = await run_program([sys.executable, "-S", "-c", code], limits=Limits(memory_bytes=512 << 20))
    assert finished.code == 1
    assert "MemoryError" in finished.errors


async def test_processor_time_is_limited() -> None:
    finished = await run_program([sys.executable, "-S", "-c", "while True: pass"], limits=Limits(cpu_s=1, timeout_s=60))
    assert finished.code < 0


async def test_a_program_that_is_not_there_ends_with_an_error() -> None:
    assert (await run_program(["/nowhere/at-all"])).code != 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_program_dies_with_us_even_by_kill_9(tmp_path: Path) -> None:
    pids = tmp_path / "pid"
    code = f"""
        import asyncio
        from media_factory.programs import run_program
        asyncio.run(run_program({sleeper(pids)!r}))
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], cwd=Path(__file__).parents[1]) as parent:
        until = time.monotonic() + 20
        while (pid := written_pid(pids)) is None and time.monotonic() < until:
            time.sleep(0.01)
        parent.kill()
    assert pid is not None
    assert wait_until_gone(pid)


def test_the_launcher_starts_nothing_for_a_parent_that_is_gone(tmp_path: Path) -> None:
    launcher = Path(__file__).parents[1] / "media_factory" / "launcher.py"
    somebody_else = str(os.getppid())
    arguments = [somebody_else, str(1 << 34), "60", "/bin/sh", "-c", f"touch {tmp_path}/started"]
    assert subprocess.run([sys.executable, "-I", "-S", str(launcher), *arguments], check=False).returncode == 1
    assert not (tmp_path / "started").exists()
