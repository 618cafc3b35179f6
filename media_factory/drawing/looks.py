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

    `motifs` are painted when the prompt names no subject. `kicker` is the device beside the small label above a
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


LOOKS: dict[ThemeName, Look] = {
    "realistic": Look(("hills", "peaks", "haze"), ("vignette",), "rule", 0, -0.012),
    "professional": Look(("panels", "network", "contours"), (), "line", 8, -0.02, ornament="hairlines"),
    "illustration": Look(("blobs", "hills", "rays"), ("paper",), "tag", 26, 0.0, 0.96),
    "abstract": Look(("mesh", "flow", "arcs"), (), "plain", 0, -0.03),
    "minimalist": Look(("sheet",), (), "plain", 0, -0.025, 0.92),
    "futuristic": Look(("horizon", "network", "orbits"), ("scan",), "brackets", 0, -0.005, ornament="corners"),
    "infographic": Look(("tiles", "panels", "rays"), (), "tag", 8, -0.025),
    "vintage": Look(("halftone", "rays", "peaks"), ("paper", "screen"), "line", 0, -0.005, ornament="frame"),
    "news": Look(("globe", "skyline", "arcs"), (), "tag", 0, -0.025),
    "finance": Look(("guilloche", "coins", "threads", "blocks"), (), "rule", 4, -0.02),
    "air": Look(("breath", "haze"), (), "plain", 0, -0.015),
    "water": Look(("ripples", "waves"), ("vignette",), "plain", 0, -0.01, 1.04),
    "earth": Look(("strata", "contours", "hills"), ("paper",), "rule", 0, -0.01),
    "fire": Look(("flames", "blades"), ("vignette",), "tag", 0, -0.03, 1.04),
}

__all__ = ["LOOKS", "Kicker", "Look", "Ornament", "Texture"]
