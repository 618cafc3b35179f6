"""A video: given pictures and clips become a film with moves, transitions, captions and sound."""

from __future__ import annotations

import asyncio
from pathlib import Path

from flows.films import make_film
from media_factory.briefs.model import VideoBrief
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.video import deliver_video
from media_factory.recipes.clip_sounds import heard_clips, placed_sounds
from media_factory.recipes.video import VideoPiece
from media_factory.rendering.footage import take_in_footage
from tasks.clip_sound import take_clip_sound
from tasks.music import take_in_music
from tasks.orchestration import flow
from tasks.run import running
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
    async with running(factory, brief) as here:
        piece = VideoPiece(brief=brief, footage=await take_in_footage(brief.shots, here.store))
        film = piece.film()
        music = await take_in_music(brief.sound, "sound", here)
        clips = heard_clips(piece)
        heard = placed_sounds(clips, await asyncio.gather(*(take_clip_sound(clip.request, here) for clip in clips)))
        asked = piece.mix_request(music, heard) if music or heard else None
        sound = await mix_sound(asked, here) if asked else None
        finished = await make_film(film, brief, sound.mix if sound else None, None, piece.gate(asked), here)
        return await deliver_video(piece, finished, sound, here, out)


__all__ = ["create_video"]
