"""Delivering films: masters, posters, HDR10, what was made beside them, and what the gate says of them."""

from __future__ import annotations

from collections.abc import Sequence

from media_factory.assets import Asset
from media_factory.briefs.fields import Aspect
from media_factory.delivery.extras import add_film_extras
from media_factory.delivery.extras_model import FilmExtras
from media_factory.delivery.folder import Delivery
from media_factory.delivery.manifest import Output
from media_factory.model import Model
from media_factory.rendering.inspect_model import Inspection
from media_factory.rendering.model import Hdr, Master
from media_factory.results import Placeholder


class FinishedFilm(Model):
    """A film of one aspect with all that belongs to it; `reasons` say what went otherwise than asked."""

    aspect: Aspect
    master: Master
    poster: Asset
    poster_placeholder: Placeholder | None = None
    inspection: Inspection
    extras: FilmExtras
    hdr: Hdr | None = None
    hdr_inspection: Inspection | None = None
    reasons: tuple[str, ...] = ()


async def add_films(delivery: Delivery, films: Sequence[FinishedFilm]) -> None:
    """Add films and what was made beside them; the first film's still is `poster.jpg`."""
    for film in films:
        path = f"video-{suffix_of(film.aspect)}.mp4"
        delivery.add(Output(role="video", aspect=film.aspect, path=path, asset=film.master.video))
    for film in films:
        if film.hdr:
            path = f"video-{suffix_of(film.aspect)}-hdr10.mp4"
            delivery.add(Output(role="video-hdr10", aspect=film.aspect, path=path, asset=film.hdr.video))
    for index, film in enumerate(films):
        path = "poster.jpg" if index == 0 else f"poster-{suffix_of(film.aspect)}.jpg"
        placeholder = film.poster_placeholder
        delivery.add(Output(role="poster", aspect=film.aspect, path=path, asset=film.poster, placeholder=placeholder))
    await add_film_extras(delivery, [film.extras for film in films])


def reasons_of(films: Sequence[FinishedFilm]) -> tuple[str, ...]:
    """Return why films are less than asked: what the gate found and what rendering fell back on, each once."""
    found = [reason for film in films for reason in (*film.inspection.reasons, *_hdr_reasons(film), *film.reasons)]
    return tuple(dict.fromkeys(found))


def _hdr_reasons(film: FinishedFilm) -> list[str]:
    """Return what the gate found in the HDR10 rendition alone."""
    found = film.hdr_inspection.reasons if film.hdr_inspection else ()
    return [f"HDR10: {reason}" for reason in found if reason not in film.inspection.reasons]


def are_blocked(films: Sequence[FinishedFilm]) -> bool:
    """Return whether the gate holds one of the films back."""
    gates = (gate for film in films for gate in (film.inspection, film.hdr_inspection))
    return any(gate.status == "blocked" for gate in gates if gate)


def suffix_of(aspect: Aspect) -> str:
    """Return an aspect as file names have it: 9x16."""
    return aspect.replace(":", "x")


__all__ = ["FinishedFilm", "add_films", "are_blocked", "reasons_of", "suffix_of"]
