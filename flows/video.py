"""A video: pictures and clips, given or made from words, become a film with moves, transitions, captions and sound."""

from __future__ import annotations

import asyncio
from pathlib import Path

from flows.films import make_film, make_music
from media_factory.briefs.branding import branded
from media_factory.briefs.model import VideoBrief
from media_factory.calls.market import market_of
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.video import deliver_video
from media_factory.factory import Factory
from media_factory.recipes.clip_sounds import heard_clips, placed_sounds
from media_factory.recipes.shot_making import ShotMaking, footage_of_clip
from media_factory.rendering.footage import Footage, take_in_footage
from media_factory.requests import ClipRequest, ImageRequest
from tasks.clip_sound import take_clip_sound
from tasks.clips import generate_clip
from tasks.fallback import first_made
from tasks.handover import Together, gathered
from tasks.images import generate_image
from tasks.music import take_in_music
from tasks.naming import run_name
from tasks.orchestration import flow
from tasks.publishing import publish_product
from tasks.run import running
from tasks.sound import mix_sound


@flow(name="video", flow_run_name=run_name, persist_result=False)
async def create_video(brief: VideoBrief, factory: str = "default", out: Path | None = None) -> Manifest:
    """Make a video of pictures and clips.

    Args:
        brief: what is seen, in which order, and how one shot follows another.
        factory: name of the saved factory to make it in.
        out: folder for the finished files; the factory's own deliveries if none is given.

    Returns:
        What was delivered, what made it, and what it cost.
    """
    async with running(factory, brief) as here:
        brief = branded(brief, here.brand)
        given = await take_in_footage(brief.shots, here.store)
        making = ShotMaking.of(brief, given, await market_of(here, brief) if brief.needs_makers else None)
        # What can't be rendered is refused before anybody is paid for a part of it.
        foretold = making.piece(making.foretold)
        foretold.film()
        clips = heard_clips(foretold)
        taken = await take_in_music(brief.sound, "sound", here)
        async with (
            gathered(generate_image, here, parties=making.pictures_made) as painters,
            gathered(generate_clip, here, parties=making.clips_made) as filmers,
        ):
            composed, footage = await asyncio.gather(
                make_music(making.music_requests(foretold), here),
                asyncio.gather(*(get_footage(making, index, painters, filmers, here) for index in making.indices)),
            )
        music = taken or composed
        piece = making.piece(footage)
        heard = placed_sounds(clips, await asyncio.gather(*(take_clip_sound(clip.request, here) for clip in clips)))
        asked = piece.mix_request(music, heard) if music or heard else None
        sound = await mix_sound(asked, here) if asked else None
        finished = await make_film(piece.film(), brief, sound.mix if sound else None, None, piece.gate(asked), here)
        delivered = await deliver_video(piece, finished, sound, here, out)
        return await publish_product(delivered, brief, here, out)


async def get_footage(
    making: ShotMaking, index: int, painters: Together[ImageRequest], filmers: Together[ClipRequest], here: Factory
) -> Footage:
    """Return what a shot shows: what is given, a picture that is made, or a clip of either or of words alone."""
    footage = making.given[index]
    if painting := making.image_requests(index):
        picture = await first_made(generate_image, painting, here, scene=index, together=painters)
        footage = Footage(image=picture.image)
    if filming := making.clip_requests(index, footage.image if footage else None):
        footage = footage_of_clip((await first_made(generate_clip, filming, here, scene=index, together=filmers)).clip)
    assert footage is not None  # the brief says what each shot shows
    return footage


__all__ = ["create_video"]
