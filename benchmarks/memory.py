"""How much memory making a long story takes: the peak of the whole process tree, and what would grow with length.

A story of drawn gradients and spoken tones is made cold, in a home of its own. Its memory has a part that hangs on the
frame size and rate (pictures, encoders) and a part that hangs on its length (segments, sound, records), so three runs
tell what a ten-minute story at 30 frames a second takes without rendering 18,000 frames: a short one at the full rate,
and a short and a long one at a low rate. `--whole` makes the long one at the full rate instead and measures it.

Each figure is the largest sum of proportional set sizes (shared pages counted once) over the tree, in MiB.

    python -m benchmarks.memory [--json] [--quick] [--whole] [--minutes N]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT_MIB = 1536
FULL_RATE, LOW_RATE = 30, 4
_SENTENCE = "the harbour opened early today and ships came in one after another while the wind went down at last"
_WORDS_A_SCENE, _WORDS_A_MINUTE = 26, 150
_EVERY_S = 0.1


def story_of(minutes: float, rate: int, size: int) -> str:
    """Return a story brief that lasts about so many minutes, as JSON."""
    scenes = max(2, int(minutes * _WORDS_A_MINUTE / _WORDS_A_SCENE))
    words = _SENTENCE.split()
    texts = (
        " ".join(words[(scene + index) % len(words)] for index in range(_WORDS_A_SCENE)).capitalize() + "."
        for scene in range(scenes)
    )
    return json.dumps(
        {
            "kind": "story",
            "title": "A long story",
            "providers": {"image": "fake", "speech": "fake"},
            "rate_wpm": _WORDS_A_MINUTE,
            "rate": rate,
            "size": size,
            "scenes": [{"text": text} for text in texts],
        }
    )


def tree_of(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found, at = [pid], 0
    while at < len(found):
        for children in Path(f"/proc/{found[at]}/task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text().split()]
            except OSError:
                continue  # it ended while we looked
        at += 1
    return found


def size_mib(pid: int) -> float:
    """Return a process's proportional set size in MiB; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def peak_mib(minutes: float, rate: int, size: int) -> float:
    """Make a story in a process of its own and return the peak of its tree."""
    with tempfile.TemporaryDirectory() as folder:
        brief = Path(folder) / "story.json"
        brief.write_text(story_of(minutes, rate, size))
        command = [sys.executable, "-c", "from deployments.cli import main; main()", "make", str(brief), "--direct"]
        environment = os.environ | {"MEDIA_FACTORY_HOME": str(Path(folder) / "home")}
        with (Path(folder) / "said").open("wb") as said:
            process = subprocess.Popen([*command, "--json"], env=environment, stdout=said, stderr=said)
            peak = 0.0
            while process.poll() is None:
                peak = max(peak, sum(map(size_mib, tree_of(process.pid))))
                time.sleep(_EVERY_S)
        if process.returncode:
            raise SystemExit(f"the story was not made:\n{(Path(folder) / 'said').read_text()[-2000:]}")
    return peak


def figures_of(minutes: float, size: int, *, whole: bool) -> dict[str, float]:
    """Return the peaks, and what a story of so many minutes takes."""
    if whole:
        return {"long_story_peak_mib": round(peak_mib(minutes, FULL_RATE, size), 1)}
    short = min(0.5, minutes / 4)
    full_rate, low_rate = peak_mib(short, FULL_RATE, size), peak_mib(short, LOW_RATE, size)
    long = peak_mib(minutes, LOW_RATE, size)
    # What was seen of each frame (576 bytes, and a copy) is all that grows with frames rather than with seconds.
    records = minutes * 60 * (FULL_RATE - LOW_RATE) * 576 * 4 / (1 << 20)
    return {
        "short_full_rate_peak_mib": round(full_rate, 1),
        "short_low_rate_peak_mib": round(low_rate, 1),
        "long_low_rate_peak_mib": round(long, 1),
        "growth_mib_per_minute": round((long - low_rate) / (minutes - short), 2),
        "long_story_peak_mib": round(full_rate + max(0.0, long - low_rate) + records, 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    minutes, size = (1.0, 360) if options.quick else (options.minutes, 1080)
    figures = figures_of(minutes, size, whole=options.whole)
    if options.json:
        print(json.dumps({"figures": figures}))
        return
    for name, value in figures.items():
        print(f"{name:<28}{value:>10.1f}")
    print(f"{'limit_mib':<28}{LIMIT_MIB:>10.1f}")


if __name__ == "__main__":
    main()
