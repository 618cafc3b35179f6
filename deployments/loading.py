"""Loading modules at the start of a program."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage while the block imports modules, nor among them ever after.

    Modules leave no garbage and are never collected: searching them took a tenth of a start (measured).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


__all__ = ["loading"]
