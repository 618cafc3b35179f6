"""How long it takes from an API call until a flow runs: our worker type against Prefect's process worker.

On one Prefect server, in turns: a deployment of the image flow on a work pool of either type is triggered, and the
states that the API keeps are read: from before the call to the flow's Running, and to the Running of its first stage.
The picture is drawn (`artboard`), each time another one. Medians over the turns, in seconds; a ratio is a median over
pairs. Both workers look for runs every second, as `media-factory up` has them do.

    python -m benchmarks.trigger [--json] [--quick] [--turns N]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from tests.deployments.worker.api import Api, first, moment, until
from tests.prefect_server import CHECKOUT, prefect_server

TYPES = ("media-factory", "process")
AIM_S, LIMIT_S = 1.0, 3.0
_ENTRYPOINT = "flows/image.py:create_image"


def one_trigger(api: Api, deployment: str, headline: str) -> tuple[float, float]:
    """Return the seconds from a call to Running, and to the first stage's Running."""
    began = time.time()
    brief = {"kind": "image", "headline": headline, "providers": {"image": "artboard"}}
    run = api.start(deployment, brief=brief)
    ended = api.wait(run)
    assert ended["type"] == "COMPLETED", f"the run did not complete: {ended['message']}"
    running = first([state["timestamp"] for state in api.states(run) if state["name"] == "Running"])
    # Task runs reach the server as events, some time after the run itself.
    stage = until(lambda: [one["start_time"] for one in api.task_runs(run) if one["start_time"]])
    return running - began, min(map(moment, stage)) - began


def figures_of(turns: int) -> dict[str, float]:
    """Trigger both in turns, after one run of each that is not counted, and return medians."""
    taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in TYPES}
    with tempfile.TemporaryDirectory() as folder, prefect_server(Path(folder)) as server:
        api = Api(server.api_url)
        with server.worker(TYPES[0], TYPES[0]), server.worker(TYPES[1], TYPES[1]):
            deployments = {kind: api.deploy(kind, _ENTRYPOINT, kind, str(CHECKOUT)) for kind in TYPES}
            for turn in range(turns + 1):
                for kind in TYPES:
                    took = one_trigger(api, deployments[kind], f"Harbour reopens, edition {turn} of {kind}")
                    if turn:
                        taken[kind].append(took)
    ours, plain = (list(zip(*taken[kind], strict=True)) for kind in TYPES)
    pairs = zip(ours[1], plain[1], strict=True)
    return {
        "trigger_to_running_s": statistics.median(ours[0]),
        "trigger_to_running_process_s": statistics.median(plain[0]),
        "trigger_to_first_stage_s": statistics.median(ours[1]),
        "trigger_to_first_stage_process_s": statistics.median(plain[1]),
        "first_stage_over_process": statistics.median(one / other for one, other in pairs),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="two turns")
    parser.add_argument("--turns", type=int, default=7)
    options = parser.parse_args()
    figures = {name: round(value, 3) for name, value in figures_of(2 if options.quick else options.turns).items()}
    if options.json:
        print(json.dumps({"figures": figures}))
        return
    for name, value in figures.items():
        print(f"{name:<36}{value:>8.3f}")
    print(f"{'aim_s':<36}{AIM_S:>8.3f}\n{'limit_s':<36}{LIMIT_S:>8.3f}")


if __name__ == "__main__":
    main()
