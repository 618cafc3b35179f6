"""A theme's type inside a page: its faces, cut down to the characters that the page shows."""

from __future__ import annotations

import base64
import io
from functools import lru_cache

import uharfbuzz as hb
from fontTools.ttLib.sfnt import SFNTReader, SFNTWriter

from media_factory.design.fonts import Face, characters_of, nearest, packaged_faces
from media_factory.design.themes import Theme
from media_factory.model import Model

_BOLD = 700
_FIGURES_OF_ONE_WIDTH, _FONTFORGE_TIMES = (int.from_bytes(tag, "big") for tag in (b"tnum", b"FFTM"))
# Family, style, licence and where to read it.
_KEPT_NAMES = (1, 2, 13, 14)
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
    asked = hb.SubsetInput()
    asked.unicode_set.update(characters)
    asked.layout_feature_tag_set.add(_FIGURES_OF_ONE_WIDTH)
    asked.drop_table_tag_set.add(_FONTFORGE_TIMES)
    asked.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    asked.name_id_set.clear()
    asked.name_id_set.update(_KEPT_NAMES)
    whole = hb.Face(hb.Blob.from_file_path(str(face.path)), face.index)
    # Table by table, as they are: saving a whole font would load what each of them means, which takes 0.1 s.
    part = SFNTReader(io.BytesIO(hb.subset(whole, asked).blob.data))
    packed = io.BytesIO()
    writer = SFNTWriter(packed, len(part.tables), part.sfntVersion, flavor="woff")
    for tag in part.tables:
        writer[tag] = part[tag]
    writer.close()
    return base64.b64encode(packed.getvalue()).decode()


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
