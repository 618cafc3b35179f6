"""Fonts: those that come from the registry with us, then the system's, chosen by the glyphs that a text needs.

A face covers a text when its character map has every character that leaves ink. The asked family comes first; then
families of ours; then the system's fonts, where scripts such as Arabic, Devanagari or Chinese live. If none covers a
word, it is refused by name: an empty box never reaches a picture.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

import uharfbuzz as hb
from PIL import ImageFont, features

from media_factory.errors import GlyphsMissing

SYSTEM_FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.fonts").expanduser(),
    Path("~/.local/share/fonts").expanduser(),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
FALLBACK_FAMILIES = ("Roboto", "Manrope", "Source Sans Pro", "Source Serif Pro")
# Noto and DejaVu cover most scripts with one hand; try them before whatever else is installed.
PREFERRED_SYSTEM_FAMILIES = ("Noto Sans", "DejaVu Sans")
# Where a face says how heavy it is (OpenType 1.9.1, OS/2: usWeightClass).
_WEIGHT_CLASS = slice(4, 6)
HAN_FACES = {"ja": "JP", "ko": "KR", "zh-Hant": "TC", "zh-TW": "TC", "zh-HK": "HK"}


@dataclass(frozen=True, order=True)
class Face:
    """One font face: a file, an index in it, its family and its weight (100 to 900)."""

    family: str
    weight: int
    path: Path
    index: int = 0


def _read_face(face: hb.Face, path: Path, index: int) -> Face | None:
    tables = set(face.table_tags)
    family = face.get_name(16) or face.get_name(1)
    style = (face.get_name(17) or face.get_name(2) or "").lower()
    if (
        not family
        or "italic" in style
        or "oblique" in style
        or "fvar" in tables
        or "OS/2" not in tables
        or not tables & {"glyf", "CFF "}
    ):
        return None
    return Face(family, int.from_bytes(face.reference_table("OS/2").data[_WEIGHT_CLASS], "big"), path, index)


def _faces_of(path: Path) -> list[Face]:
    """Return the upright, static faces of a font file; none if it can't be read."""
    try:
        blob = hb.Blob.from_file_path(path)
    except (hb.HarfBuzzError, OSError):
        return []
    found = [_read_face(hb.Face(blob, index), path, index) for index in range(hb.Face(blob).count)]
    return [face for face in found if face]


@cache
def packaged_faces() -> tuple[Face, ...]:
    """Return the faces of the font packages beside us (entry point groups `fonts_ttf`, then `fonts_otf`)."""
    faces: dict[tuple[str, int], Face] = {}
    for group in ("fonts_ttf", "fonts_otf"):
        for entry in sorted(entry_points(group=group), key=lambda e: e.name):
            for name in sorted(str(path) for path in entry.load().values()):
                for face in _faces_of(Path(name)):
                    faces.setdefault((face.family, face.weight), face)
    return tuple(sorted(faces.values()))


@cache
def system_faces() -> tuple[Face, ...]:
    """Return the faces that are installed on this machine, preferred families first."""
    paths = {p for folder in SYSTEM_FONT_FOLDERS if folder.is_dir() for p in folder.rglob("*.[to]t[fc]")}
    faces = [face for path in sorted(paths) for face in _faces_of(path)]

    def rank(face: Face) -> tuple[int, Face]:
        order = [i for i, family in enumerate(PREFERRED_SYSTEM_FAMILIES) if face.family.startswith(family)]
        return (order[0] if order else len(PREFERRED_SYSTEM_FAMILIES), face)

    return tuple(sorted(faces, key=rank))


def nearest(faces: tuple[Face, ...], family: str, weight: int) -> Face | None:
    """Return the family's face whose weight is nearest (the bolder of two equals), or None."""
    found = [face for face in faces if face.family == family]
    return min(found, key=lambda face: (abs(face.weight - weight), -face.weight)) if found else None


@cache
def characters_of(face: Face) -> frozenset[int]:
    """Return the code points that a face has glyphs for."""
    return frozenset(hb.Face(hb.Blob.from_file_path(face.path), face.index).unicodes)


def inked(text: str) -> frozenset[int]:
    """Return the code points of a text that must have a glyph: all but spaces, controls and joiners."""
    return frozenset(ord(c) for c in text if unicodedata.category(c) not in ("Zs", "Zl", "Zp", "Cc", "Cf", "Mn"))


def covers(face: Face, text: str) -> bool:
    """Say whether a face has every glyph that a text needs."""
    return inked(text) <= characters_of(face)


@cache
def face_for(text: str, family: str, weight: int, language: str = "en") -> Face:
    """Return the face that should draw a text: the asked family if it can, else the first that can.

    Args:
        text: one word, or a line in one script.
        family: the wished family, such as "Manrope".
        weight: 100 to 900.
        language: BCP 47 tag; it chooses among Chinese, Japanese and Korean glyph shapes.

    Raises:
        GlyphsMissing: no installed font has all the glyphs; the message names the characters.
    """
    for wished in (family, *FALLBACK_FAMILIES):
        face = nearest(packaged_faces(), wished, weight)
        if face and covers(face, text):
            return face
    able = [face for face in system_faces() if covers(face, text)]
    region = HAN_FACES.get(language, HAN_FACES.get(language.split("-")[0], "SC"))
    regional = [face for face in able if face.family.endswith(f" {region}")]
    for candidates in (regional, able):
        if candidates:
            best = nearest(tuple(candidates), candidates[0].family, weight)
            if best:
                return best
    lacking = sorted(inked(text) - set().union(*(characters_of(face) for face in packaged_faces())))
    shown = " ".join(f"{chr(c)!r} (U+{c:04X})" for c in lacking[:5]) or repr(text)
    raise GlyphsMissing(
        f"no installed font can draw {text!r}: {shown} missing; "
        f"install one that has them, such as fonts-noto-core or fonts-noto-cjk"
    )


@cache
def load(face: Face, size_px: int) -> ImageFont.FreeTypeFont:
    """Return a Pillow font for a face at a size, with full shaping where the text layout library is there.

    Raises:
        GlyphsMissing: Pillow here cannot shape text (Raqm or FriBiDi is missing).
    """
    if not features.check("raqm") or not features.check("fribidi"):
        raise GlyphsMissing("text can't be shaped: Pillow found no FriBiDi; install the system package libfribidi0")
    return ImageFont.truetype(str(face.path), size_px, index=face.index, layout_engine=ImageFont.Layout.RAQM)


__all__ = [
    "FALLBACK_FAMILIES",
    "Face",
    "characters_of",
    "covers",
    "face_for",
    "inked",
    "load",
    "nearest",
    "packaged_faces",
    "system_faces",
]
