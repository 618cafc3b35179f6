"""What some tests need of the machine. Elsewhere they are skipped with the reason; in CI a lack is a failure."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacking(reason: str) -> NoReturn:
    """Skip the test that asks, or fail it in CI, where everything is installed."""
    if os.environ.get("CI"):
        pytest.fail(f"CI must have this: {reason}")
    pytest.skip(reason)
