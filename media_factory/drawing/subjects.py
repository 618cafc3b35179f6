"""Subjects: which motif suits a prompt."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Motifs, and the words that call for them; a word matches as a whole or with a plural ending.
_SUBJECTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("moon", "moonscape", "starlight"),
        "moon lunar apollo astronaut landing moonwalk armstrong aldrin touchdown crater tranquility",
    ),
    (
        ("planet", "moonscape", "starlight", "orbits"),
        "space spacecraft rocket planet orbit nasa satellite galaxy star cosmos "
        "universe mars venus jupiter saturn comet asteroid telescope solar eclipse astronomer cosmic "
        "spaceship",
    ),
    (
        ("waves", "ripples", "haze", "flow"),
        "sea ocean water wave tide beach coast ship sail river lake rain flood ripple swim fish whale coral "
        "marine drop dive harbour harbor reef surf stream",
    ),
    (
        ("peaks", "hills", "haze", "contours"),
        "mountain hill peak valley summit landscape alps glacier snow ski hike trail desert canyon cliff "
        "ridge everest forest tree field farm meadow countryside harvest park wildlife",
    ),
    (
        ("guilloche", "coins", "contours", "skyline", "flow", "threads", "blocks"),
        "market chart price rate stock share bond bank inflation economy economic mortgage money currency "
        "dollar euro finance financial investor investment trade budget profit revenue sales growth gdp tax "
        "fund percent earnings wage income loan debt interest crypto bitcoin fed",
    ),
    (
        ("skyline", "blocks", "network"),
        "city town urban building street house home housing tower architecture apartment skyline office "
        "traffic neighbourhood neighborhood mayor downtown rent",
    ),
    (
        ("breath", "haze", "ripples", "arcs", "flow"),
        "breath breathe breathing inhale exhale meditation meditate relax rest sleep mindful mindfulness "
        "yoga pause stillness",
    ),
    (
        ("haze", "breath", "hills"),
        "sky wind air cloud horizon sunrise sunset dawn dusk morning weather climate heat summer atmosphere "
        "flight plane bird",
    ),
    (
        ("flames", "blades", "rays"),
        "fire flame burn spark blaze wildfire volcano lava torch ember explosion",
    ),
    (
        ("blades", "rays", "flow", "mesh", "arcs"),
        "energy power fight race sprint workout training strength win victory champion sport football goal "
        "motivation courage",
    ),
    (
        ("network", "horizon", "hexes", "blocks", "skyline"),
        "technology tech computer software data internet network chip digital algorithm robot machine code "
        "cyber cloud server phone app quantum ai model startup neural",
    ),
    (
        ("globe", "network", "contours"),
        "world global globe international country nation election government president minister treaty war "
        "peace border summit united europe africa asia america diplomat parliament vote news",
    ),
    (
        ("pulse", "flow", "arcs", "breath"),
        "heart health hospital doctor medicine medical vaccine virus disease patient pulse blood cancer nurse "
        "drug brain study",
    ),
    (
        ("strata", "contours", "hills"),
        "earth soil ground rock geology fossil mine mining earthquake archaeology layer stone clay sand excavation",
    ),
    (
        ("contours", "globe", "peaks"),
        "map route journey expedition explorer terrain geography survey altitude travel",
    ),
    (
        ("rays", "halftone", "tiles", "arcs"),
        "idea light sun invention history memory celebration music festival birthday jazz radio dawn hope star",
    ),
)

# Words about the picture, not about what it shows.
_ABOUT_THE_PICTURE = re.compile(
    r"\b(?:negative|empty|copy|white|blank|clear|safe|free|open|headline|text) (?:space|area|room)\b"
    r"|\bspace (?:for|to|at|in|around)\b|\bcolou?r field\b"
    r"|\b(?:soft|natural|warm|cool|studio|dramatic|golden|rim|key|volumetric|even|diffuse) (?:light|lighting|sun)\b"
    r"|\bdepth of field\b|\bwide shot\b|\bart\b|\bno (?:text|words|letters|people|logos?)\b",
    re.IGNORECASE,
)
_MOTIFS_OF: dict[str, list[tuple[str, ...]]] = {}
for _motifs, _words in _SUBJECTS:
    for _word in _words.split():
        _MOTIFS_OF.setdefault(_word, []).append(_motifs)


def motifs_for(prompt: str, otherwise: Sequence[str]) -> tuple[str, ...]:
    """Return the motifs that suit a prompt, or others if it names no subject that we know.

    The subject named most often wins; of equals, the one that is named first.

    >>> motifs_for("A calm sea at night, with negative space", ("mesh",))
    ('waves', 'ripples', 'haze', 'flow')
    """
    words = re.findall(r"[a-z]+", _ABOUT_THE_PICTURE.sub(" ", prompt).lower())
    scores: dict[tuple[str, ...], float] = {}
    for place, word in enumerate(words):
        for motifs in _known(word):
            # What a prompt begins with is its subject; what follows is often style.
            scores[motifs] = scores.get(motifs, 0.0) + 1.0 / (1 + place / 24)
    if not scores:
        return tuple(otherwise)
    return max(scores, key=lambda motifs: scores[motifs])


def _known(word: str) -> list[tuple[str, ...]]:
    for form in (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y"):
        if form in _MOTIFS_OF:
            return _MOTIFS_OF[form]
    return []


__all__ = ["motifs_for"]
