"""The DASH manifest of a stream (ISO/IEC 23009-1): the very segments that the HLS playlists name, for other players.

Static, and by the live profile: segments of unequal lengths, each named by its number, their times in a timeline.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from xml.etree import ElementTree as Xml

from media_factory.delivery.playlists import CAPTIONS_NAME, INIT_NAME, Rendition

MEDIA_TYPE = "application/dash+xml"
MANIFEST_NAME = "manifest.mpd"
# How segments are called, in a template's own words; `streams` names them by this pattern's numbers.
SEGMENT_NAME = "$Number%04d$.m4s"
_PROFILES = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019"
_SCHEMA = "urn:mpeg:dash:schema:mpd:2011"
_ROLE = "urn:mpeg:dash:role:2011"
_SWITCHING = "urn:mpeg:dash:adaptation-set-switching:2016"
_CHANNELS = "urn:mpeg:mpegB:cicp:ChannelConfiguration"


def dash_manifest(pictures: Sequence[Rendition], sound: Rendition | None, language: str, captions: str | None) -> str:
    """Return the manifest that names a stream's segments.

    Args:
        pictures: the variants, largest first; those of one codec can be switched between, and the codecs, too.
        sound: the one sound rendition.
        language: BCP 47 tag of sound and captions.
        captions: the folder of the captions' file.
    """
    language = re.sub(r"[^A-Za-z0-9-]", "", language)
    lasts_s = sum((part.duration_s for part in pictures[0].segments), Fraction(0))
    longest_s = max(part.duration_s for rendition in pictures for part in rendition.segments)
    root = Xml.Element(
        "MPD",
        {
            "xmlns": _SCHEMA,
            "profiles": _PROFILES,
            "type": "static",
            "mediaPresentationDuration": _period(lasts_s),
            "maxSegmentDuration": _period(longest_s),
            "minBufferTime": _period(longest_s),
        },
    )
    period = Xml.SubElement(root, "Period", {"id": "0", "start": "PT0S"})
    families = [list(group) for _, group in groupby(pictures, key=_family)]
    for number, family in enumerate(families):
        others = [str(other) for other in range(len(families)) if other != number]
        _add_pictures(period, family, number, others)
    if sound:
        _add_sound(period, sound, len(families), language)
    if captions is not None:
        _add_captions(period, captions, len(families) + 1, language)
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def _family(rendition: Rendition) -> str:
    return rendition.description.codec.partition(".")[0]


def _add_pictures(period: Xml.Element, family: Sequence[Rendition], number: int, others: Sequence[str]) -> None:
    largest = family[0].description
    shape = Fraction(largest.width_px or 1, largest.height_px or 1)
    said = {"par": f"{shape.numerator}:{shape.denominator}"} if _are_alike(family, shape) else {}
    found = _add_set(period, number, "video", said)
    if others:
        Xml.SubElement(found, "SupplementalProperty", {"schemeIdUri": _SWITCHING, "value": ",".join(others)})
    Xml.SubElement(found, "Role", {"schemeIdUri": _ROLE, "value": "main"})
    for rendition in family:
        description = rendition.description
        rate = description.rate or Fraction(0)
        size = {"width": str(description.width_px), "height": str(description.height_px), "sar": "1:1"}
        _add_track(found, rendition, {**size, "frameRate": str(rate)})


def _are_alike(family: Sequence[Rendition], shape: Fraction) -> bool:
    sizes = [(one.description.width_px, one.description.height_px) for one in family]
    return all(width and height and Fraction(width, height) == shape for width, height in sizes)


def _add_sound(period: Xml.Element, sound: Rendition, number: int, language: str) -> None:
    found = _add_set(period, number, "audio", {"lang": language})
    Xml.SubElement(found, "Role", {"schemeIdUri": _ROLE, "value": "main"})
    track = _add_track(found, sound, {})
    channels = {"schemeIdUri": _CHANNELS, "value": str(sound.description.channels)}
    track.insert(0, Xml.Element("AudioChannelConfiguration", channels))


def _add_captions(period: Xml.Element, folder: str, number: int, language: str) -> None:
    said = {"id": str(number), "contentType": "text", "mimeType": "text/vtt", "lang": language}
    found = Xml.SubElement(period, "AdaptationSet", said)
    Xml.SubElement(found, "Role", {"schemeIdUri": _ROLE, "value": "caption"})
    track = Xml.SubElement(found, "Representation", {"id": folder, "bandwidth": "1000"})
    Xml.SubElement(track, "BaseURL").text = f"{folder}/{CAPTIONS_NAME}"


def _add_set(period: Xml.Element, number: int, kind: str, said: dict[str, str]) -> Xml.Element:
    fixed = {"id": str(number), "contentType": kind, "mimeType": f"{kind}/mp4"}
    return Xml.SubElement(period, "AdaptationSet", {**fixed, "segmentAlignment": "true", "startWithSAP": "1", **said})


def _add_track(found: Xml.Element, rendition: Rendition, said: dict[str, str]) -> Xml.Element:
    own = {"id": rendition.folder, "codecs": rendition.description.codec, "bandwidth": str(rendition.peak_bps)}
    track = Xml.SubElement(found, "Representation", {**own, **said})
    timescale = math.lcm(*(part.duration_s.denominator for part in rendition.segments))
    template = Xml.SubElement(
        track,
        "SegmentTemplate",
        {
            "timescale": str(timescale),
            "initialization": f"{rendition.folder}/{INIT_NAME}",
            "media": f"{rendition.folder}/{SEGMENT_NAME}",
            "startNumber": "1",
        },
    )
    timeline = Xml.SubElement(template, "SegmentTimeline")
    at = 0
    for length, run in groupby(int(part.duration_s * timescale) for part in rendition.segments):
        count = sum(1 for _ in run)
        repeated = {"r": str(count - 1)} if count > 1 else {}
        Xml.SubElement(timeline, "S", {"t": str(at), "d": str(length), **repeated})
        at += length * count
    return track


def _period(seconds: Fraction) -> str:
    """Return a time as XML Schema has it, to the millisecond, never shorter."""
    return f"PT{math.ceil(seconds * 1000) / 1000:.3f}S"


__all__ = ["MANIFEST_NAME", "MEDIA_TYPE", "SEGMENT_NAME", "dash_manifest"]
