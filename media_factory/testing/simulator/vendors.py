"""Every vendor that the simulator speaks for."""

from __future__ import annotations

from media_factory.testing.simulator.vendor import Vendor

VENDORS: tuple[type[Vendor], ...] = ()

__all__ = ["VENDORS"]
