"""Stopping work in threads."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from media_factory.threads import run_stoppable


def test_a_loop_that_is_torn_down_waits_for_the_work_before_its_folder_goes(tmp_path: Path) -> None:
    begun, ended = threading.Event(), threading.Event()

    def write_until_stopped(stop: threading.Event) -> None:
        begun.set()
        stop.wait(10)
        (tmp_path / "last").write_text("still there")
        ended.set()

    async def work() -> None:
        try:
            await run_stoppable(write_until_stopped)
        finally:
            assert ended.is_set()

    class Torn(SystemExit):
        """Ends the loop from outside, as a signal does; of other exceptions asyncio makes log lines."""

    async def main() -> None:
        asyncio.ensure_future(work())  # noqa: RUF006 - the loop ends before it does
        while not begun.is_set():
            await asyncio.sleep(0.01)
        asyncio.get_running_loop().call_soon(_raise, Torn)
        await asyncio.sleep(10)

    with pytest.raises(Torn):
        asyncio.run(main())
    assert (tmp_path / "last").exists()


def _raise(kind: type[BaseException]) -> None:
    raise kind
