"""What a start loads, and how."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from deployments.loading import loading

_HEAVY = ("av", "cv2", "ffmpeg", "fsspec", "markdown_it", "prefect", "pysbd", "rich")


def test_garbage_is_looked_for_again_after_loading() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(RuntimeError), loading():
        raise RuntimeError
    assert gc.isenabled()


@pytest.mark.parametrize("flow", ["image", "narration", "story"])
def test_a_direct_flow_that_makes_nothing_loads_no_codec(flow: str) -> None:
    asked = (
        "import sys; from tasks.orchestration import go_direct; go_direct(); import deployments.making, "
        f"flows.{flow}; print(*[name for name in {_HEAVY} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []
