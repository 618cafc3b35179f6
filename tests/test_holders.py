"""A holder is gone when its process is, and never before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from media_factory.holders import is_gone, new_holder


def test_a_living_process_is_not_gone_and_no_two_holders_are_alike() -> None:
    first, second = new_holder(), new_holder()
    assert first != second
    assert not is_gone(first)


def test_an_ended_process_is_gone() -> None:
    program = [sys.executable, "-c", "from media_factory.holders import new_holder; print(new_holder())"]
    holder = subprocess.run(program, capture_output=True, text=True, check=True).stdout.strip()
    assert is_gone(holder)


def test_a_process_that_took_the_number_of_an_ended_one_is_somebody_else() -> None:
    host, pid, started, name = new_holder().rsplit(":", 3)
    assert is_gone(f"{host}:{pid}:{int(started) - 1}:{name}")


@pytest.mark.parametrize("holder", ["me", "here:1:a", "elsewhere:999999999:0:abc", ""])
def test_whoever_can_not_be_looked_at_is_not_called_gone(holder: str) -> None:
    assert not is_gone(holder)
