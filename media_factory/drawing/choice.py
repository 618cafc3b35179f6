"""Choice: which motif a picture shows, by its theme's character, its words and its seed."""

from __future__ import annotations

from media_factory.drawing.looks import Look
from media_factory.drawing.motifs import LIKE_DATA
from media_factory.drawing.subjects import motifs_for

_FIRST = "blobs breath flames guilloche halftone moon network peaks planet pulse sheet skyline strata threads waves"
_SECOND = "coins flow globe hills horizon moonscape panels rays ring ripples"
_THIRD = "arcs balance blades blocks contours haze hexes mesh orbits starlight tiles"

TURNS = tuple(frozenset(names.split()) for names in (_FIRST, _SECOND, _THIRD))
"""Every motif belongs to one of three turns. A seed says whose turn it is, so three seeds in a row show three motifs,
whatever their prompts are: the scenes of a story have such seeds."""


def motif_for(prompt: str, seed: int, look: Look, *, measured: bool = False) -> str:
    """Return the motif for a picture: one that suits the prompt, if it has its turn and fits the theme.

    Where none does, a motif of the theme itself has its turn.

    Args:
        prompt: what the picture is about.
        seed: neighbours give other motifs.
        look: the theme's.
        measured: real numbers are shown, so nothing that looks like data may stand beside them.
    """
    turn, later = TURNS[seed % len(TURNS)], seed // len(TURNS)
    fitting = {*look.motifs, *look.suited}
    for names in (motifs_for(prompt, ()), look.motifs):
        having = [name for name in names if name in turn and name in fitting and not (measured and name in LIKE_DATA)]
        if having:
            return having[later % len(having)]
    return look.motifs[0]


__all__ = ["TURNS", "motif_for"]
