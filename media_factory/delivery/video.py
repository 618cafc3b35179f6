"""Delivering a video of pictures and clips: the film, its poster, its captions, and the page that shows them."""

from __future__ import annotations

from pathlib import Path

from media_factory.captions.sidecars import srt, webvtt
from media_factory.delivery.building import manifest_of
from media_factory.delivery.destinations import film_reasons
from media_factory.delivery.films import FinishedFilm, add_films, are_blocked, reasons_of
from media_factory.delivery.folder import Delivery
from media_factory.delivery.manifest import Manifest, SceneEntry
from media_factory.delivery.provenance.products import video_origins
from media_factory.factory import Factory
from media_factory.recipes.video import VideoPiece
from media_factory.rendering.model import Soundtrack
from media_factory.timing import seconds_of


async def deliver_video(
    piece: VideoPiece, film: FinishedFilm, sound: Soundtrack | None, factory: Factory, folder: Path | None
) -> Manifest:
    """Write a video and everything that belongs to it to a folder, and return its manifest.

    Raises:
        StoreError: the folder can't be written.
    """
    delivery = Delivery(factory, signed=piece.brief.provenance == "c2pa")
    await add_films(delivery, [film])
    if cues := piece.cues():
        await delivery.add_text("captions", "captions.vtt", webvtt(cues, piece.brief.language), "text/vtt")
        await delivery.add_text("captions", "captions.srt", srt(cues), "application/x-subrip")
    scenes = tuple(
        SceneEntry(text=shot.caption, prompt=shot.prompt or "", start_s=start_s, end_s=end_s, words=())
        for shot, (start_s, end_s) in zip(piece.brief.shots, piece.times_s(), strict=True)
        if shot.caption
    )
    duration_s = float(seconds_of(film.master.frames, piece.brief.rate))
    masters = {film.aspect: film.master.video}
    burned_in = piece.brief.captions != "none"
    manifest = manifest_of(
        piece.brief,
        delivery,
        reasons=(
            *piece.reasons,
            *reasons_of([film]),
            *film_reasons(piece.brief, masters, duration_s, sound, burned_in=burned_in, speaks=False),
        ),
        blocked=are_blocked([film]),
        scenes=scenes,
        duration_s=duration_s,
        providers=piece.choices,
    )
    if not delivery.run.planning:
        delivery.origins |= await video_origins(piece, film, sound, factory)
    return await delivery.finish(manifest, folder)


__all__ = ["deliver_video"]
