"""How much one brief may ask for. A larger wish is refused by name; several briefs can share it.

>>> over(231, MAX_TITLE_CHARS, "characters")
'231 characters are too many; at most 200 are allowed'
"""

from __future__ import annotations

MAX_FILE_BYTES = 1 << 20
MAX_VALUES = 5_000
MAX_DEPTH = 30
MAX_TEXT_CHARS = 20_000
MAX_TITLE_CHARS = 200
MAX_PROMPT_CHARS = 4_000
MAX_LINE_CHARS = 200
MAX_LABEL_CHARS = 40
MAX_LOCATION_CHARS = 2_000
MAX_SCENES = 60
MAX_POINTS = 20
MAX_GUIDELINES = 12
MAX_DURATION_S = 600
MAX_SHOT_S = 120
MIN_SIDE_PX = 64
MAX_SIDE_PX = 8_192
MIN_VIDEO_SIDE_PX = 360
MAX_VIDEO_SIDE_PX = 4_320


def over(found: float, limit: float, unit: str) -> str:
    """Return the refusal of more than the limit, such as "231 characters are too many; at most 200 are allowed"."""
    return f"{found:,.10g} {unit} are too many; at most {limit:,} are allowed"


__all__ = [
    "MAX_DEPTH",
    "MAX_DURATION_S",
    "MAX_FILE_BYTES",
    "MAX_GUIDELINES",
    "MAX_LABEL_CHARS",
    "MAX_LINE_CHARS",
    "MAX_LOCATION_CHARS",
    "MAX_POINTS",
    "MAX_PROMPT_CHARS",
    "MAX_SCENES",
    "MAX_SHOT_S",
    "MAX_SIDE_PX",
    "MAX_TEXT_CHARS",
    "MAX_TITLE_CHARS",
    "MAX_VALUES",
    "MAX_VIDEO_SIDE_PX",
    "MIN_SIDE_PX",
    "MIN_VIDEO_SIDE_PX",
    "over",
]
