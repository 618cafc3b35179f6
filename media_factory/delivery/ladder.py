"""The ladder of a stream: which smaller sizes stand below a master, and where its segments are cut."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from media_factory.delivery.extras_model import Rung
from media_factory.errors import RenderError

# Short side and most kbit/s. Up to 540: Apple's authoring specification 1.25; above: about half of it, which is what
# films of stills need. The lowest rung is the one that the specification wants for phones (at most 192 kbit/s).
_ROWS = ((234, 145), (360, 365), (540, 1100), (720, 2500), (1080, 6000), (1440, 10_000), (2160, 18_000))
# A rung nearer to the master than this saves too little to be worth its encoding.
_LARGEST_SHARE = Fraction(5, 6)
TARGET_S = Fraction(6)
# Players round a segment's length to whole seconds and hold it against the target: 6.5 would be 7.
_LONGEST_S = 6.45


def rungs_below(width_px: int, height_px: int) -> tuple[Rung, ...]:
    """Return the sizes below a master's, largest first: of its shape to the nearest even pixel, never larger."""
    short = min(width_px, height_px)
    rungs = []
    for side, kbit in reversed(_ROWS):
        if side <= short * _LARGEST_SHARE:
            share = Fraction(side, short)
            rungs.append(
                Rung(width_px=_even(width_px * share), height_px=_even(height_px * share), max_bitrate_bps=kbit * 1000)
            )
    return tuple(rungs)


def _even(length: Fraction) -> int:
    return max(2, round(length / 2) * 2)


def cuts(keys: Sequence[Fraction], end: Fraction) -> tuple[int, ...]:
    """Return which key frames begin a segment: the choice whose lengths are, together, nearest to six seconds.

    No segment is longer than 6.45 s unless the key frames leave no other choice.

    Args:
        keys: times of the key frames, rising, the first at 0.
        end: the film's end.

    Raises:
        RenderError: the film does not begin with a key frame.
    """
    if not keys or keys[0] != 0:
        raise RenderError("a stream's film must begin with a key frame")
    times, target_s = [float(time) for time in (*keys, end)], float(TARGET_S)
    # Least squares over all ways to reach each time; the last row is the film's end.
    costs, came_from = [0.0], [0]
    for here in range(1, len(times)):
        best, chosen = float("inf"), here - 1
        for before in range(here - 1, -1, -1):
            length = times[here] - times[before]
            if length > _LONGEST_S and before < here - 1:
                break
            cost = costs[before] + (length - target_s) ** 2
            if cost < best:
                best, chosen = cost, before
        costs.append(best)
        came_from.append(chosen)
    found, at = [], len(times) - 1
    while at > 0:
        at = came_from[at]
        found.append(at)
    return tuple(reversed(found))


__all__ = ["TARGET_S", "cuts", "rungs_below"]
