"""A video: given pictures and clips become a film with moves, transitions, captions and sound."""

from __future__ import annotations

import asyncio
from pathlib import Path

from media_factory.assets import Asset
from media_factory.briefs.model import VideoBrief
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.video import deliver_video
from media_factory.factory import Factory
from media_factory.recipes.video import VideoPiece
from media_factory.rendering.footage import take_in_footage
from media_factory.rendering.model import JoinRequest
from media_factory.rendering.music import take_in_music
from tasks.masters import join_master
from tasks.orchestration import flow
from tasks.posters import make_poster
from tasks.run import running
from tasks.segments import render_segment
from tasks.sound import mix_sound


@flow(name="video", flow_run_name="video: {brief.title}", persist_result=False)
async def create_video(brief: VideoBrief, factory: str = "default", out: Path | None = None) -> Manifest:
    """Make a video of given pictures and clips.

    Args:
        brief: what is seen, in which order, and how one shot follows another.
        factory: name of the saved factory to make it in.
        out: folder for the finished files; the factory's own deliveries if none is given.

    Returns:
        What was delivered, what made it, and what it cost.
    """
    async with running(factory) as here:
        piece = VideoPiece(brief=brief, footage=await take_in_footage(brief.shots, here.store))
        film = piece.film()
        music = await take_in_music(brief.sound, "sound", here.store)
        sound, poster, segments = await asyncio.gather(
            make_sound(piece, music, here),
            make_poster(film.poster, here),
            asyncio.gather(*(render_segment(segment, here) for segment in film.segments)),
        )
        master = await join_master(JoinRequest(segments=tuple(segments), sound=sound, rate=film.rate), here)
        return await deliver_video(piece, master, poster, here, out)


async def make_sound(piece: VideoPiece, music: Asset | None, here: Factory) -> Asset | None:
    """Have the given sound fitted to the film; a film without one is silent."""
    return (await mix_sound(piece.mix_request(music), here)).mix if music else None


__all__ = ["create_video"]
