"""Flows that say where they run, fail, or stay: what the worker's tests start."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

from prefect import flow, get_run_logger

_PATIENCE_S = 60


@flow(name="tell", persist_result=False)
def tell(folder: Path, name: str, together_with: str | None = None) -> None:
    """Write down what a run finds; with another one's name, once that one has begun."""
    (folder / f"{name}.begun").touch()
    deadline = time.monotonic() + _PATIENCE_S
    while together_with and not (folder / f"{together_with}.begun").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    import numpy as np

    found = {
        "pid": os.getpid(),
        "session": os.getsid(0),
        "warm": "deployments.worker.nursery" in sys.modules,
        "folder": str(Path.cwd()),
        "mark": os.environ.get("MEDIA_FACTORY_TRIAL_MARK"),
        "stranger": os.environ.get("TRIAL_STRANGER"),
        "random": random.random(),
        "numpy": float(np.random.random()),
        "product": float((np.ones((400, 400)) @ np.ones((400, 400))).sum()),
        "main": sys.modules["__main__"].__spec__.name,
        "threads_before": sorted(thread.name for thread in threading.enumerate()),
    }
    get_run_logger().info("the trial flow was here")
    print("printed by the trial flow", flush=True)
    (folder / f"{name}.json").write_text(json.dumps(found))


@flow(name="fail", persist_result=False)
def fail(message: str) -> None:
    """Raise an error."""
    raise ValueError(message)


@flow(name="linger", persist_result=False)
def linger(folder: Path, name: str, seconds: float) -> None:
    """Start a program that stays, and stay oneself."""
    program = subprocess.Popen(["sleep", "300"])
    (folder / f"{name}.pids").write_text(f"{os.getpid()} {program.pid}")
    time.sleep(seconds)
    program.kill()
    program.wait()
    (folder / f"{name}.done").touch()
