"""PQ: what HDR code values mean (SMPTE ST 2084), for whoever looks at HDR pictures as at SDR ones. Pure."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from media_factory.rendering.light import REFERENCE_WHITE_CDM2

# SMPTE ST 2084, 5.2.
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_PEAK_CDM2 = 10_000
_SDR_GAMMA = 2.4


def light_of_pq(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the light of PQ signals of 0 to 1, in cd/m2."""
    root = np.asarray(signal, np.float64) ** (1 / _M2)
    return np.asarray((np.maximum(root - _C1, 0) / (_C2 - _C3 * root)) ** (1 / _M1) * _PEAK_CDM2, np.float64)


@cache
def sdr_codes() -> NDArray[np.uint8]:
    """Return, for each 10-bit limited-range PQ code, the 8-bit SDR code of the same light with white at 203 cd/m2.

    What is brighter than that white is 235.
    """
    signal = np.clip((np.arange(1024) - 64) / 876, 0, 1)
    shares = np.clip(light_of_pq(signal) / REFERENCE_WHITE_CDM2, 0, 1) ** (1 / _SDR_GAMMA)
    return np.asarray(np.rint(16 + 219 * shares), np.uint8)


__all__ = ["light_of_pq", "sdr_codes"]
