"""Motifs: what a picture can show. Each is a function that paints a canvas with a brush."""

from __future__ import annotations

from media_factory.drawing.brush import Motif
from media_factory.drawing.motifs.air import breath, haze
from media_factory.drawing.motifs.fields import arcs, flow, mesh
from media_factory.drawing.motifs.fire import blades, flames
from media_factory.drawing.motifs.landscapes import hills, peaks
from media_factory.drawing.motifs.lunar import moon, moonscape, starlight
from media_factory.drawing.motifs.markets import blocks, coins, guilloche, threads
from media_factory.drawing.motifs.paper import blobs, panels, tiles
from media_factory.drawing.motifs.places import skyline
from media_factory.drawing.motifs.press import globe, halftone, rays
from media_factory.drawing.motifs.sheets import balance, ring, sheet
from media_factory.drawing.motifs.space import orbits, planet
from media_factory.drawing.motifs.technology import hexes, horizon, network, pulse
from media_factory.drawing.motifs.terrain import contours, strata
from media_factory.drawing.motifs.water import ripples, waves

_ALL: tuple[Motif, ...] = (
    arcs, balance, blades, blobs, blocks, breath, coins, contours, flames, flow, globe, guilloche, halftone,
    haze, hexes, hills, horizon, mesh, moon, moonscape, network, orbits, panels, peaks, planet, pulse, rays,
    ring, ripples, sheet, skyline, starlight, strata, threads, tiles, waves,
)  # fmt: skip

MOTIFS: dict[str, Motif] = {motif.__name__: motif for motif in _ALL}

LIKE_DATA = frozenset({"blocks", "pulse", "threads"})
"""Motifs that could be taken for a chart: they never stand beside real numbers."""

__all__ = ["LIKE_DATA", "MOTIFS"]
