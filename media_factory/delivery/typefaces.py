"""A theme's type inside a page: its faces, cut down to the characters that the page shows."""

from __future__ import annotations

import base64
import io
from functools import lru_cache

from media_factory.design.fonts import Face, characters_of, nearest, packaged_faces
from media_factory.design.themes import Theme
from media_factory.model import Model

_BOLD = 700
# What pages say by themselves; the reader's own fonts draw what a face lacks.
_ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "–—×·…±“”‘’°→←"


class EmbeddedFace(Model):
    """A face inside a page; `data` is a WOFF file in base64."""

    family: str
    weight: int
    data: str


@lru_cache(maxsize=64)
def _cut(face: Face, characters: frozenset[int]) -> str:
    """Return a face with these characters alone as base64 of a WOFF file."""
    from fontTools import subset  # takes a third of a second, and a page that is there already needs none of it

    options = subset.Options(flavor="woff", hinting=False, notdef_outline=True, name_IDs=[1, 2, 13, 14])
    options.layout_features = [*options.layout_features, "tnum"]
    options.drop_tables = [*options.drop_tables, "DSIG", "FFTM"]
    with subset.load_font(str(face.path), options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=characters)
        cutter.subset(font)
        cut = io.BytesIO()
        subset.save_font(font, cut, options)
    return base64.b64encode(cut.getvalue()).decode()


def embedded_faces(theme: Theme, text: str) -> tuple[EmbeddedFace, ...]:
    """Return a theme's title, body and bold body faces with the glyphs that a text needs, by family and weight.

    The same theme and characters give the same faces. A family that is not installed gives none.
    """
    wanted = frozenset(map(ord, _ALWAYS + text))
    title, body = theme.title, theme.body
    styles = {(title.family, title.weight), (body.family, body.weight), (body.family, _BOLD)}
    found = {nearest(packaged_faces(), family, weight) for family, weight in styles}
    return tuple(
        EmbeddedFace(family=face.family, weight=face.weight, data=_cut(face, wanted & characters_of(face)))
        for face in sorted(face for face in found if face)
    )


__all__ = ["EmbeddedFace", "embedded_faces"]
