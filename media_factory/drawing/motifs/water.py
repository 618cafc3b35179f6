"""Water: layered waves, and ripples of drops on a still surface."""

from __future__ import annotations

import numpy as np

from media_factory.design.colour import Floats, mix
from media_factory.drawing.brush import Brush
from media_factory.drawing.canvas import Canvas, smoothstep
from media_factory.drawing.noise import curve


def waves(canvas: Canvas, brush: Brush) -> None:
    """Paint waves behind waves, with light on their crests and depth below."""
    width, height, inks = canvas.width, canvas.height, brush.inks
    start = brush.focus_y - 0.12
    far = brush.tint(inks.cool, 0.34)
    canvas.sky(
        [(0, inks.background), (start * 0.5, inks.background), (start + 0.05, brush.tint(inks.cool, 0.22)), (1, far)]
    )
    canvas.glow(width * brush.between(0.3, 0.8), height * start, width * 0.45, mix(inks.warm, inks.gleam, 0.3), 0.42)
    count = 8
    deep = mix(inks.deep, inks.cool, 0.16) if inks.dark else mix(inks.cool, inks.ink, 0.35)
    for layer in range(count):
        near = layer / (count - 1)
        base = height * (start + (1.02 - start) * near**1.15)
        swing = canvas.u * (5 + 57 * near)
        bend = curve(brush.rng, width, 1.6 * width / min(width, height) + 1.2 * (1 - near), 2, 0.35)
        crest = (base + swing * bend).astype(np.float32)
        colour = mix(mix(far, inks.cool, 0.55), deep, near**0.8)
        canvas.below(crest, mix(colour, inks.gleam, 0.06), mix(colour, deep, 0.75), fade=0.11)
        _foam(canvas, crest, brush, strength=0.55 - 0.3 * near)


def _foam(canvas: Canvas, crest: Floats, brush: Brush, strength: float) -> None:
    """Draw a thin bright line along a crest, broken by chance."""
    top, end = max(0, int(crest.min()) - 4), min(canvas.height, int(crest.max() + 14 * canvas.u) + 4)
    if end <= top:
        return
    depth = (canvas.ys[top:end] - crest[None, :]) / np.float32(canvas.u)
    soft = np.where(depth < 0, np.exp(-(depth**2) / 1.2), np.exp(-np.maximum(depth, 0) / 4.0))
    broken = smoothstep(-0.5, 0.6, curve(brush.rng, canvas.width, 7, 2))
    canvas.blend((soft * broken[None, :] * strength).astype(np.float32), brush.inks.gleam, top=top)


def ripples(canvas: Canvas, brush: Brush) -> None:
    """Paint rings that spread from a few drops over still water, seen aslant."""
    width, height, inks = canvas.width, canvas.height, brush.inks
    shore = max(0.05, brush.focus_y - 0.26)
    deep = mix(inks.deep, inks.cool, 0.12) if inks.dark else brush.tint(inks.cool, 0.30)
    canvas.sky(
        [
            (0, inks.background),
            (shore, inks.background),
            (min(0.97, brush.focus_y), brush.tint(inks.cool, 0.26)),
            (1, deep),
        ]
    )
    cx, cy = brush.centre(canvas)
    canvas.glow(cx, cy, width * 0.55, mix(inks.cool, inks.gleam, 0.15), 0.30)
    drops = [(cx, cy, 1.0)]
    for _ in range(2):
        at = cx + width * brush.between(-0.42, 0.42), cy + height * brush.between(-0.10, 0.24)
        drops = [*drops, (*at, brush.between(0.35, 0.65))]
    swell = np.zeros((height, width), np.float32)
    length, reach = canvas.u * brush.between(84, 110), canvas.u * 680
    for x, y, strength in drops:
        aslant = (canvas.ys - np.float32(y)) * np.float32(2.5)
        away = np.hypot(canvas.xs - np.float32(x), aslant)
        swell += strength * np.sin(away * np.float32(2 * np.pi / length)) * np.exp(-away / np.float32(reach * strength))
    # Rings fade towards the words.
    swell *= smoothstep(height * shore, height * (shore + 0.22), canvas.ys)
    canvas.blend(smoothstep(0.05, 0.95, swell) * np.float32(0.75), mix(inks.cool, inks.gleam, 0.55))
    canvas.blend(
        smoothstep(0.05, 0.95, -swell) * np.float32(0.45), inks.deep if inks.dark else mix(inks.cool, inks.ink, 0.2)
    )


__all__ = ["ripples", "waves"]
