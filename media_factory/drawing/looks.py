"""Looks: what sets one theme's pictures apart from another's, besides colours and fonts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from media_factory.design.themes import ThemeName

Texture = Literal["paper", "vignette", "scan", "screen"]
Ornament = Literal["corners", "hairlines", "frame"]
Kicker = Literal["tag", "rule", "line", "plain", "brackets"]


@dataclass(frozen=True)
class Look:
    """How a theme's pictures are made.

    `motifs` are painted when the prompt names no subject; those in `suited` only when it does. No other motif is of the
    theme's character. `kicker` is the device beside the small label above a
    headline; `radius_u` rounds corners; `title_tracking_em` sets titles tighter or wider, `title_scale` sizes them;
    `ornament` is drawn at the edges.
    """

    motifs: tuple[str, ...]
    textures: tuple[Texture, ...] = ()
    kicker: Kicker = "rule"
    radius_u: float = 0
    title_tracking_em: float = -0.02
    title_scale: float = 1.0
    ornament: Ornament | None = None
    suited: tuple[str, ...] = ()


_LAND: tuple[str, ...] = ("peaks", "hills", "haze", "waves", "ripples", "strata")
_SPACE: tuple[str, ...] = ("moon", "moonscape", "planet", "starlight")
_DRAWN: tuple[str, ...] = ("globe", "network", "contours", "coins", "skyline", "pulse", "breath", "orbits")

LOOKS: dict[ThemeName, Look] = {
    "realistic": Look(
        ("hills", "peaks", "haze", "waves", "ripples", "starlight"),
        ("vignette",),
        "rule",
        0,
        -0.012,
        suited=(*_SPACE, "strata", "skyline", "flames", "coins", "contours", "network"),
    ),
    "professional": Look(
        ("panels", "network", "contours", "flow", "threads", "blocks"),
        (),
        "line",
        8,
        -0.02,
        ornament="hairlines",
        suited=(*_LAND, *_DRAWN, "moon", "moonscape", "planet", "guilloche", "flames", "arcs"),
    ),
    "illustration": Look(
        ("blobs", "hills", "tiles", "peaks", "rays", "haze"),
        ("paper",),
        "tag",
        26,
        0.0,
        0.96,
        suited=(*_LAND, *_DRAWN, "moon", "moonscape", "planet", "halftone", "flames", "blades"),
    ),
    "abstract": Look(
        ("mesh", "flow", "threads", "arcs", "ripples", "guilloche"),
        (),
        "plain",
        0,
        -0.03,
        suited=(*_LAND, *_SPACE, "breath", "contours", "network", "orbits", "blades", "flames", "blocks"),
    ),
    "minimalist": Look(("sheet", "ring", "balance"), (), "plain", 0, -0.025, 0.92, suited=("breath", "hills", "haze")),
    "futuristic": Look(
        ("horizon", "network", "orbits", "globe", "hexes", "planet"),
        ("scan",),
        "brackets",
        0,
        -0.005,
        ornament="corners",
        suited=(*_SPACE, "threads", "blocks", "pulse", "skyline", "contours", "waves", "ripples", "peaks", "flow"),
    ),
    "infographic": Look(
        ("tiles", "panels", "network", "globe", "halftone", "contours"),
        (),
        "tag",
        8,
        -0.025,
        suited=(*_DRAWN, "hills", "peaks", "waves", "moon", "planet", "strata", "rays", "flames", "blocks"),
    ),
    "vintage": Look(
        ("halftone", "rays", "contours", "peaks", "hills", "orbits"),
        ("paper", "screen"),
        "line",
        0,
        -0.005,
        ornament="frame",
        suited=(*_LAND, "moon", "moonscape", "planet", "guilloche", "coins", "skyline", "globe", "flames", "breath"),
    ),
    "news": Look(
        ("globe", "network", "contours", "skyline", "flow", "arcs", "threads"),
        (),
        "tag",
        0,
        -0.025,
        suited=(*_LAND, *_SPACE, *_DRAWN, "guilloche", "flames", "blades", "blocks", "rays"),
    ),
    "finance": Look(
        ("guilloche", "coins", "contours", "threads", "flow", "blocks", "skyline"),
        (),
        "rule",
        4,
        -0.02,
        suited=(*_DRAWN, "hills", "peaks", "haze", "waves", "planet", "moon", "arcs"),
    ),
    "air": Look(
        ("breath", "haze", "ripples", "hills", "arcs", "flow"),
        (),
        "plain",
        0,
        -0.015,
        suited=("peaks", "waves", "moon"),
    ),
    "water": Look(
        ("ripples", "waves", "haze", "flow", "mesh"),
        ("vignette",),
        "plain",
        0,
        -0.01,
        1.04,
        suited=("breath", "moon", "starlight", "hills"),
    ),
    "earth": Look(
        ("strata", "contours", "hills", "peaks", "haze"),
        ("paper",),
        "rule",
        0,
        -0.01,
        suited=("waves", "ripples", "moon"),
    ),
    "fire": Look(
        ("flames", "blades", "rays", "mesh", "flow"),
        ("vignette",),
        "tag",
        0,
        -0.03,
        1.04,
        suited=("peaks", "skyline", "hills", "pulse", "planet"),
    ),
}

__all__ = ["LOOKS", "Kicker", "Look", "Ornament", "Texture"]
