"""Which part of a storyboard's sheet shows which time of the film."""

from __future__ import annotations

from fractions import Fraction

from media_factory.delivery.extras_model import Storyboard


def storyboard_vtt(storyboard: Storyboard, sheet: str) -> str:
    """Return WebVTT that says which part of the sheet shows which time; `sheet` is its path from the text's own."""
    cues = ["WEBVTT"]
    for index in range(storyboard.tiles):
        start = index * storyboard.step_s
        end = min(start + storyboard.step_s, storyboard.duration_s)
        x = index % storyboard.columns * storyboard.tile_width_px
        y = index // storyboard.columns * storyboard.tile_height_px
        where = f"{sheet}#xywh={x},{y},{storyboard.tile_width_px},{storyboard.tile_height_px}"
        cues.append(f"{_clock(start)} --> {_clock(end)}\n{where}")
    return "\n\n".join(cues) + "\n"


def _clock(time: Fraction) -> str:
    seconds, milliseconds = divmod(round(time * 1000), 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{milliseconds:03d}"


__all__ = ["storyboard_vtt"]
