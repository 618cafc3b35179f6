"""What a second run costs: the same story made twice, and once more after one scene's text was changed.

The reference is the first run. CPU seconds are user + system of the process and all its children; ratios are medians
over the rounds. `--json` prints one object {"figures": {name: number}}; `--quick` uses a small story and one round.

    python -m benchmarks.story [--json] [--quick] [--rounds N]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import run_measured

STORY = Path(__file__).parent.parent / "examples" / "rates.yaml"
QUICK = """
kind: story
title: A port reopens
providers: {speech: fake}
size: 360
scenes:
  - text: The port reopened this morning after a storm.
  - text: Forty vessels are waiting offshore.
"""


def cpu_and_wall_s(brief: Path, home: Path, *options: str) -> tuple[float, float]:
    """Make a brief in a process of its own and return its CPU and wall seconds."""
    command = [sys.executable, "-c", "from deployments.cli import main; main()", "make", str(brief), "--json", *options]
    cost, _ = run_measured(command, environment={"MEDIA_FACTORY_HOME": str(home)})
    return cost.cpu_s, cost.wall_s


def edited(text: str, quick: bool) -> str:
    """Return the story with one word of one scene changed."""
    old, new = ("Forty vessels", "Fifty vessels") if quick else ("today", "again today")
    assert old in text, f"the story has no {old!r} to change"
    return text.replace(old, new, 1)


def one_round(quick: bool) -> dict[str, float]:
    """Make the story cold, again, and after an edit, in a fresh home, and return ratios and seconds."""
    with tempfile.TemporaryDirectory() as folder:
        brief, home = Path(folder) / "story.yaml", Path(folder) / "home"
        brief.write_text(QUICK if quick else STORY.read_text())
        cpu_and_wall_s(brief, Path(folder) / "other-home", "--direct")  # compiles the modules, as installers do
        cold_cpu_s, cold_wall_s = cpu_and_wall_s(brief, home, "--direct")
        again_cpu_s, again_wall_s = cpu_and_wall_s(brief, home, "--direct")
        brief.write_text(edited(brief.read_text(), quick))
        edit_cpu_s, edit_wall_s = cpu_and_wall_s(brief, home, "--direct")
    return {
        "cold_cpu_s": cold_cpu_s,
        "cold_wall_s": cold_wall_s,
        "unchanged_over_cold_cpu": again_cpu_s / cold_cpu_s,
        "unchanged_over_cold_wall": again_wall_s / cold_wall_s,
        "scene_edit_over_cold_cpu": edit_cpu_s / cold_cpu_s,
        "scene_edit_over_cold_wall": edit_wall_s / cold_wall_s,
    }


def main() -> None:
    """Run the rounds and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rounds = [one_round(options.quick) for _ in range(1 if options.quick else options.rounds)]
    figures = {name: round(statistics.median(r[name] for r in rounds), 4) for name in rounds[0]}
    if options.json:
        print(json.dumps({"figures": figures}))
        return
    for name, value in figures.items():
        print(f"{name:<28}{value:>10.3f}")


if __name__ == "__main__":
    main()
