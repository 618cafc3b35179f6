"""Which clips of a video are heard, when, and how their sound comes and goes."""

from __future__ import annotations

from collections.abc import Sequence

from media_factory.briefs.shots import Shot
from media_factory.errors import InputError
from media_factory.model import Model
from media_factory.recipes.video import VideoPiece
from media_factory.rendering.footage import Footage
from media_factory.rendering.model import ClipSound, ClipSoundRequest, PlacedUtterance
from media_factory.timing import frame_at


class HeardClip(Model):
    """What to ask of a clip's sound, and the film's frame at which it begins."""

    request: ClipSoundRequest
    first_frame: int


def heard_clips(piece: VideoPiece) -> tuple[HeardClip, ...]:
    """Return the clips of a video whose own sound is to be heard, in order.

    A clip's sound crosses over to the next one's while their pictures do.

    Raises:
        InputError: a shot is to keep its sound, and has none; or as `VideoPiece.shot_list`.
    """
    found, shots = [], piece.shot_list()
    for index, (shot, footage, placed) in enumerate(zip(piece.brief.shots, piece.footage, shots.shots, strict=True)):
        if _is_heard(shot, footage, alone=piece.brief.sound is None, field=f"shots[{index}].sound"):
            request = ClipSoundRequest(
                clip=footage.image,
                first=frame_at(shot.start_s, shots.rate),
                frames=placed.frames,
                rate=shots.rate,
                fade_in_frames=placed.fade_in_frames,
                fade_out_frames=placed.fade_out_frames,
            )
            found.append(HeardClip(request=request, first_frame=placed.first_frame))
    return tuple(found)


def placed_sounds(clips: Sequence[HeardClip], sounds: Sequence[ClipSound]) -> tuple[PlacedUtterance, ...]:
    """Return where the sounds that were taken from clips begin; those with nothing to hear in them are left out."""
    return tuple(
        PlacedUtterance(sound=found.sound, first_frame=clip.first_frame)
        for clip, found in zip(clips, sounds, strict=True)
        if found.sound
    )


def _is_heard(shot: Shot, footage: Footage, *, alone: bool, field: str) -> bool:
    sounds = footage.clip is not None and footage.clip.sounds
    if shot.sound == "keep" and not sounds:
        raise InputError(f"{field}: there is no sound to keep in {'the clip' if footage.clip else 'a picture'}")
    return sounds and (shot.sound == "keep" or (shot.sound == "auto" and alone))


__all__ = ["HeardClip", "heard_clips", "placed_sounds"]
