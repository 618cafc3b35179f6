"""A film, whatever it tells: its segments, its master, the gate, and what is made beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from flows.extras import make_film_extras
from media_factory.assets import Asset
from media_factory.briefs.base import FilmedBrief
from media_factory.delivery.extras_model import FilmParts
from media_factory.delivery.films import FinishedFilm
from media_factory.factory import Factory
from media_factory.rendering.film import Film
from media_factory.rendering.hardware import to_encode_again
from media_factory.rendering.inspect_hdr import hdr_inspection
from media_factory.rendering.inspect_model import Inspection, InspectionRequest
from media_factory.rendering.model import Hdr, HdrRequest, JoinRequest, Master, Segment, SegmentRequest
from media_factory.requests import SoundRequest
from tasks.fallback import first_made
from tasks.hdr import make_hdr
from tasks.inspection import inspect_master
from tasks.masters import join_master
from tasks.posters import make_poster
from tasks.segments import render_segment
from tasks.sounds import generate_sound

Gate = Callable[[Master, Sequence[Segment]], InspectionRequest]


async def make_film(
    film: Film, brief: FilmedBrief, sound: Asset | None, captions: Asset | None, gate: Gate, here: Factory
) -> FinishedFilm:
    """Render a film, join it with its sound, inspect it, and make what the brief asks for beside it.

    Args:
        film: what to render.
        brief: says which extras, and whether HDR10.
        sound: the film's sound track, or None.
        captions: WebVTT for streams, or None.
        gate: says what to ask of the inspection.
        here: the factory.
    """
    poster, (segments, reasons) = await asyncio.gather(
        make_poster(film.poster, here), render_segments(film.segments, here)
    )
    master = await join_master(JoinRequest(segments=segments, sound=sound, rate=film.rate), here)
    parts = FilmParts(film=film, segments=segments, master=master, captions=captions, language=brief.language)
    asked = gate(master, segments)
    inspection, extras, (hdr, hdr_seen) = await asyncio.gather(
        inspect_master(asked, here),
        make_film_extras(brief.extras, parts, here),
        make_hdr_if_asked(brief, master, asked, here),
    )
    return FinishedFilm(
        aspect=film.aspect,
        master=master,
        poster=poster.image,
        poster_placeholder=poster.placeholder,
        inspection=inspection,
        extras=extras,
        hdr=hdr,
        hdr_inspection=hdr_seen,
        reasons=(*film.reasons, *reasons),
    )


async def make_music(chain: Sequence[SoundRequest], here: Factory) -> Asset | None:
    """Have a film's music made by the first of those asked who can; None if nobody is to be asked."""
    return (await first_made(generate_sound, chain, here)).sound if chain else None


async def render_segments(
    requests: Sequence[SegmentRequest], here: Factory
) -> tuple[tuple[Segment, ...], tuple[str, ...]]:
    """Render segments, all of them by one encoder, and say why if that is not the one that was asked for."""
    segments = await asyncio.gather(*(render_segment(request, here) for request in requests))
    reasons = tuple(dict.fromkeys(reason for segment in segments for reason in segment.reasons))
    again = to_encode_again(requests, segments)
    if again:
        segments = await asyncio.gather(*(render_segment(request, here) for request in again))
    return tuple(segments), reasons


async def make_hdr_if_asked(
    brief: FilmedBrief, master: Master, asked: InspectionRequest, here: Factory
) -> tuple[Hdr | None, Inspection | None]:
    """Make a film's HDR10 rendition where the brief asks for it, and inspect it as the film is."""
    if not brief.hdr:
        return None, None
    hdr = await make_hdr(HdrRequest(master=master.video, quality=brief.quality), here)
    return hdr, await inspect_master(hdr_inspection(asked, hdr), here)


__all__ = ["make_film", "make_music"]
