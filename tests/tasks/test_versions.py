"""The versions of all stages are part of what a product is."""

from __future__ import annotations

import subprocess
import sys

from tasks.images import generate_image
from tasks.versions import stage_versions

SAY = "from tasks.versions import stage_versions; print(sorted(stage_versions().items()))"


def test_every_stage_is_there_with_its_version() -> None:
    assert stage_versions()["generate-image"] == generate_image.stage.version
    assert {"write-prompt", "synthesize-speech", "render-segment", "join-master"} <= set(stage_versions())


def test_it_is_the_same_in_a_program_that_imported_nothing_else() -> None:
    said = subprocess.run([sys.executable, "-c", SAY], capture_output=True, text=True, check=True).stdout
    assert said.strip() == str(sorted(stage_versions().items()))
