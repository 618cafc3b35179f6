"""The hand that kills: runs the program of `stories` over and over, and ends it at seeded times."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from media_factory.books.books import Books
from media_factory.books.ledger import Intent
from media_factory.books.tables import intents, receipts
from media_factory.testing.simulator import Simulator

_MOST_STARTS = 60
_PATIENCE_S = 120.0


@dataclass
class Chaos:
    """What a run under kills left."""

    books: Books
    kills: int = 0
    starts: int = 0
    errors: list[str] = field(default_factory=list)

    def intents(self) -> list[Intent]:
        """Return every call that the books know."""
        with self.books.engine.connect() as connection:
            keys = connection.execute(sa.select(intents.c.key).distinct()).scalars().all()
        return [intent for key in keys for intent in self.books.ledger.intents_of(key)]

    def listed(self) -> list[Intent]:
        """Return the calls that may have been paid for nothing."""
        return [
            one
            for one in self.intents()
            if one.state in ("open", "in_doubt") or (one.state == "failed" and one.charged_usd != 0)
        ]

    def outputs(self) -> str:
        """Return a digest of all that was made: every key with the digests of its assets."""
        with self.books.engine.connect() as connection:
            rows = connection.execute(sa.select(receipts.c.key, receipts.c.result).order_by(receipts.c.key)).all()
        found = [(key, sorted(_digests(json.loads(result)))) for key, result in rows]
        return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def run_until_done(
    simulator: Simulator,
    home: Path,
    names: dict[str, str],
    stories: int,
    kills: int,
    seed: int,
    environment: dict[str, str],
) -> Chaos:
    """Run the program until all stories are made, killing it so many times on the way."""
    chance = random.Random(seed)
    chaos = Chaos(Books(f"sqlite:///{home / 'books.db'}"))
    command = [sys.executable, "-m", "tests.chaos.stories", json.dumps(names), str(stories)]
    variables = os.environ | environment | {"MEDIA_FACTORY_HOME": str(home)}
    while chaos.starts < _MOST_STARTS:
        seen, billed = len(simulator.billing.by_key), len(simulator.billing.charges)
        chaos.starts += 1
        with subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True) as program:
            if chaos.kills < kills:
                _wait_for_traffic(program, simulator, seen)
                # Not a race that is hidden: when it dies is what the seed decides.
                time.sleep(chance.uniform(0.02, 0.6))
                if program.poll() is None:
                    program.kill()
                    chaos.kills += 1
            _, said = program.communicate(timeout=_PATIENCE_S)
        chaos.errors.append(said)
        if program.returncode == 0:
            return chaos
        if program.returncode > 0 and len(simulator.billing.charges) == billed:
            break
    raise AssertionError(f"not done after {chaos.starts} starts: {chaos.errors[-1]}")


def _wait_for_traffic(program: subprocess.Popen[str], simulator: Simulator, seen: int) -> None:
    until = time.monotonic() + _PATIENCE_S
    while program.poll() is None and len(simulator.billing.by_key) == seen and time.monotonic() < until:
        time.sleep(0.01)


def _digests(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["digest"]] if "digest" in value else []
        return own + [digest for one in value.values() for digest in _digests(one)]
    if isinstance(value, list):
        return [digest for one in value for digest in _digests(one)]
    return []
