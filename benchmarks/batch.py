"""What a batch costs: 300 rows of six instant stages, ours against one Prefect task per stage, and 1,000 warm stories.

Both run against one real Prefect server on SQLite, which is started for it. CPU seconds are user and system of the
client, after its start-up and twenty rows, so that all is loaded, until all is sent; and of the server with all its
processes, until it has digested every task run, less what it takes when nobody asks it for anything. The naive version
uses Prefect's own result cache and sixteen items at once. Cold: nothing is made yet. Warm: all is made. `warm_1000_s`
is the wall time of a flow run over 1,000 stories that are all made, beside the start of the program. `rss_growth_mib`
is how much the memory of a program grows over 10,000 rows, each one task run, above what it had after twenty.

    python -m benchmarks.batch [--json] [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.batching.metering import Meter, Used
from tests.prefect_server import prefect_server

_ITEMS, _STAGES, _STORIES, _ROWS, _WARM_UP = 300, 6, 1000, 10_000, 20
Work = Callable[[Path, int, str], Awaitable[None]]
_SETTINGS = {
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
    # A server that digests a backlog on a busy machine answers late.
    "PREFECT_API_REQUEST_TIMEOUT": "600",
    "MEDIA_FACTORY_WORKERS": "2",
}


def measure(meter: Meter, folder: Path, *, quick: bool) -> dict[str, float]:
    """Return all figures."""
    items, stories, rows = (30, 100, 200) if quick else (_ITEMS, _STORIES, _ROWS)
    meter.find_idle()
    naive_cold = _run(meter, "naive", folder, items)
    naive_warm = _run(meter, "naive", folder, items)
    cold = _run(meter, "ours", folder, items)
    warm = _run(meter, "ours", folder, items, made=True)
    _run(meter, "stories", folder, stories)
    warm_stories = _run(meter, "stories", folder, stories, made=True)
    memory = _run(meter, "short", folder, rows)
    return {
        "cold_over_naive_cpu": cold.cpu_s / naive_cold.cpu_s,
        "warm_over_naive_cpu": warm.cpu_s / naive_warm.cpu_s,
        "warm_over_naive_cold_cpu": warm.cpu_s / naive_cold.cpu_s,
        "warm_1000_s": warm_stories.work_s,
        "rss_growth_mib": memory.peak_growth_mib,
        **_parts("naive_cold", naive_cold),
        **_parts("naive_warm", naive_warm),
        **_parts("cold", cold),
        **_parts("warm", warm),
        "rows_per_s": rows / memory.work_s,
    }


def _run(meter: Meter, program: str, folder: Path, rows: int, name: str = "Row", *, made: bool = False) -> Used:
    runs = 0 if made else rows * _STAGES if program == "naive" else rows
    return meter.run(program, str(folder), str(rows), name, task_runs=runs)


def _parts(name: str, used: Used) -> dict[str, float]:
    return {f"{name}_client_cpu_s": used.client_s, f"{name}_server_cpu_s": used.server_s, f"{name}_s": used.work_s}


async def run_program(program: str, folder: Path, rows: int, name: str) -> float:
    """Be one of the programs that are measured: work a little, say so, and do the whole work once that is wanted.

    Returns:
        How long the whole work took, in seconds.
    """
    work = _naive() if program == "naive" else _batch(program)
    await work(folder, _WARM_UP, "Warm-up")
    print(json.dumps({"cpu_s": time.process_time()}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began = time.monotonic()
    await work(folder, rows, name)
    return time.monotonic() - began


def _send_the_rest() -> None:
    """Send the server what is left to be sent, as the end of a program does; that counts as well."""
    from prefect.events.worker import EventsWorker

    EventsWorker.drain_all()


def _naive() -> Work:
    from benchmarks.batching.naive import naive

    async def work(_folder: Path, rows: int, name: str) -> None:
        await naive(name, rows)

    return work


def _batch(program: str) -> Work:
    from benchmarks.batching.ours import ours, short, write_manifest, write_stories
    from media_factory.briefs.batch import BatchBrief

    flow = short if program == "short" else ours
    write = write_stories if program == "stories" else write_manifest

    async def work(folder: Path, rows: int, name: str) -> None:
        result = await flow(BatchBrief(manifest=str(write(folder / f"{program} {name}.jsonl", rows, name))))
        assert result.totals.rows == rows, result.summary

    return work


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--program", nargs=4, metavar=("NAME", "FOLDER", "ROWS", "TITLES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.program:
        program, folder, rows, name = options.program
        work_s = asyncio.run(run_program(program, Path(folder), int(rows), name))
        _send_the_rest()
        print(json.dumps({"cpu_s": time.process_time(), "work_s": work_s}), flush=True)
        return
    with tempfile.TemporaryDirectory() as folder, prefect_server(Path(folder) / "server", **_SETTINGS) as server:
        figures = measure(Meter(server), Path(folder), quick=options.quick)
    figures = {name: round(value, 4) for name, value in figures.items()}
    if options.json:
        print(json.dumps({"figures": figures}))
        return
    for name, value in figures.items():
        print(f"{name:<28}{value:>10.4f}")


if __name__ == "__main__":
    main()
