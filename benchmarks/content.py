"""What the content rules cost, in milliseconds per 1,000 characters, beside one regular expression per phrase.

Texts are everyday English, English with look-alikes and figures in it, and German with accents. The reference searches
the lower-cased text for every phrase of the built-in rules between word boundaries: what a word list does, without
seeing through any way of writing. `--json` prints one object {"figures": {name: number}}.

    python -m benchmarks.content [--json]
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable

from media_factory.content.judging import judge
from media_factory.content.rulebook import built_in
from media_factory.policy import ContentPolicy

_POLICY = ContentPolicy()
_TEXTS = {
    "english": "Forty vessels wait offshore while terminals expect the queue to clear by Sunday, and rates rose. ",
    "german": "Über vierzig Schiffe müssen draußen warten; die Häfen rechnen bis Sonntag mit fünf weiteren Zügen. ",
    "odd": "F0rty vеssels w@it offshore while term1nals expect the queue to cleeeear by Sunday and r*tes rose. ",
}
_CHARS, _ROUNDS = 10_000, 7


def naive() -> Callable[[str], bool]:
    """Return the reference: every phrase is searched for by itself."""
    phrases = {one for rule in built_in() for listed in (rule.phrases, rule.unless, *rule.together) for one in listed}
    patterns = [
        re.compile(rf"\b{re.escape(one.removesuffix('*'))}" + ("" if one.endswith("*") else r"\b")) for one in phrases
    ]

    def search(text: str) -> bool:
        lower = text.lower()
        return len([1 for pattern in patterns if pattern.search(lower)]) > 0

    return search


def ms_per_1000(work: Callable[[str], object], text: str) -> float:
    """Return the least CPU time of some rounds, in milliseconds per 1,000 characters."""
    work(text)
    best = float("inf")
    for _ in range(_ROUNDS):
        began = time.thread_time()
        work(text)
        best = min(best, time.thread_time() - began)
    return best * 1000 / (len(text) / 1000)


def figures() -> dict[str, float]:
    """Return every figure by name."""
    found = {}
    reference = naive()
    for name, sentence in _TEXTS.items():
        text = (sentence * (_CHARS // len(sentence) + 1))[:_CHARS]
        found[f"rules_{name}_ms"] = round(ms_per_1000(lambda one: judge(one, _POLICY), text), 3)
        found[f"naive_{name}_ms"] = round(ms_per_1000(reference, text), 3)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    measured = figures()
    if parser.parse_args().json:
        print(json.dumps({"figures": measured}))
        return
    for name, value in measured.items():
        print(f"{name:20s} {value:8.3f} per 1,000 characters")


if __name__ == "__main__":
    main()
