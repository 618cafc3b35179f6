from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.worker.wire import (
    MESSAGE_BYTES,
    Order,
    pair,
    pid_in,
    pid_message,
    receive_birth,
    send_birth,
    status_in,
    status_message,
)

linux = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="runs are forked on Linux only")


@given(st.integers(1, 2**31 - 1))
def test_a_message_says_one_thing_and_fits(number: int) -> None:
    assert pid_in(pid_message(number)) == status_in(status_message(number)) == number
    assert status_in(status_message(-number)) == -number
    assert pid_in(status_message(number)) is status_in(pid_message(number)) is None
    assert max(len(pid_message(number)), len(status_message(-number))) <= MESSAGE_BYTES


def test_a_line_that_ends_says_nothing() -> None:
    assert pid_in(b"") is status_in(b"") is None


@linux
def test_an_order_arrives_whole_with_its_files(tmp_path: Path) -> None:
    order = Order(config=tmp_path, folder=tmp_path, environment={"BIG": "x" * 1_000_000, "ODD": "a\nb=ü\udcff"[:5]})
    ours, theirs = pair()
    line, far_end = pair()
    with ours, theirs, far_end, (tmp_path / "printed").open("wb") as printed:
        with line:
            send_birth(ours, order, line, printed.fileno(), printed.fileno())
        birth = receive_birth(theirs)
        assert birth is not None
        assert birth.order() == order
        os.write(birth.output, b"hello")
        birth.line.send(pid_message(7))
        assert pid_in(far_end.recv(MESSAGE_BYTES)) == 7
        birth.close()
        assert far_end.recv(MESSAGE_BYTES) == b""
    assert (tmp_path / "printed").read_bytes() == b"hello"


@linux
def test_a_worker_that_is_gone_sends_no_more(tmp_path: Path) -> None:
    ours, theirs = pair()
    ours.close()
    with theirs:
        assert receive_birth(theirs) is None
