"""ShotMaking: what of a video has to be made before it can be rendered, by whom, and what each of them is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from media_factory.assets import Asset, pending_asset
from media_factory.briefs.fields import frame_size
from media_factory.briefs.model import VideoBrief
from media_factory.briefs.shots import Shot
from media_factory.calls.selection import Choice, Market, Need, choose, shortfalls
from media_factory.errors import InputError
from media_factory.model import Model, digest_of
from media_factory.recipes.music import Composing
from media_factory.recipes.video import VideoPiece
from media_factory.rendering.clips import ClipFacts
from media_factory.rendering.film import picture_size
from media_factory.rendering.footage import Footage
from media_factory.requests import ClipRequest, ImageRequest, SoundRequest
from media_factory.timing import seconds_of

_SEEDS_PER_VIDEO = 1000
# The longest that a request can ask for.
_LONGEST_CLIP_S = 60.0
# For less than this, nobody sees that a picture is held.
_HELD_UNSEEN_S = 0.5


class ShotMaking(Model):
    """A video brief, what its shots point at, and who makes the rest. `given` has None where a shot points at nothing.

    Those who film words and those who set stills in motion are chosen apart: not everybody can do both.
    """

    brief: VideoBrief
    given: tuple[Footage | None, ...]
    painter: Choice | None = None
    filmer: Choice | None = None
    animator: Choice | None = None
    composing: Composing | None = None

    @classmethod
    def of(cls, brief: VideoBrief, given: Sequence[Footage], market: Market | None) -> ShotMaking:
        """Work out who makes what.

        Args:
            brief: the brief.
            given: what the shots hold that point at something, in order.
            market: who can be asked; None where the brief has nothing made (`needs_makers`).

        Raises:
            InputError: a named provider does not exist or can't make it, or nobody can; or a clip is given where a
                picture is to be set in motion.
            NotReached: nobody can work here.
        """
        found = iter(given)
        placed = tuple(next(found) if shot.image is not None else None for shot in brief.shots)
        for index, (shot, footage) in enumerate(zip(brief.shots, placed, strict=True)):
            if shot.motion != "still" and footage is not None and footage.clip is not None:
                raise InputError(f"shots[{index}].motion: the file is a clip; pictures are set in motion")
        if market is None:
            return cls(brief=brief, given=placed)
        painted, filmed, animated = (
            [shot for shot in brief.shots if is_so(shot)] for is_so in (_is_painted, _is_filmed, _is_animated)
        )
        return cls(
            brief=brief,
            given=placed,
            painter=choose(market, _painting(brief, painted)) if painted else None,
            filmer=choose(market, _filming(brief, filmed)) if filmed else None,
            animator=choose(market, _filming(brief, animated, from_still=True)) if animated else None,
            composing=Composing.of(brief.sound, brief, market),
        )

    def image_requests(self, index: int) -> tuple[ImageRequest, ...]:
        """Return what to ask for a shot's picture: the chosen painter, then whoever may stand in; none if none is made.

        A picture that is set in motion has the frame's size; one that the camera moves over is larger.
        """
        shot = self.brief.shots[index]
        if self.painter is None or not _is_painted(shot):
            return ()
        width_px, height_px = _painted_size(self.brief, shot)
        return tuple(
            ImageRequest(
                provider=painter,
                prompt=shot.prompt or "",
                width_px=width_px,
                height_px=height_px,
                seed=self._seed(index),
                theme=self.brief.theme,
                palette=self.brief.palette,
                language=self.brief.language,
            )
            for painter in self.painter.references
        )

    def clip_requests(self, index: int, still: Asset | None) -> tuple[ClipRequest, ...]:
        """Return what to ask for a shot's clip: the chosen one, then whoever may stand in; none if none is made.

        Args:
            index: of the shot.
            still: the picture that is set in motion, or None where words are filmed.
        """
        shot = self.brief.shots[index]
        choice = self.filmer if _is_filmed(shot) else self.animator
        if choice is None or shot.filmed_s is None:
            return ()
        width_px, height_px = frame_size(self.brief.aspect, self.brief.size)
        return tuple(
            ClipRequest(
                provider=reference,
                prompt=shot.prompt or "",
                width_px=width_px,
                height_px=height_px,
                duration_s=min(_LONGEST_CLIP_S, shot.filmed_s),
                seed=self._seed(index),
                image=still,
            )
            for reference in choice.references
        )

    def music_requests(self, piece: VideoPiece) -> tuple[SoundRequest, ...]:
        """Return what to ask for the music: the chosen composer, then whoever may stand in; none if none is made."""
        return self.composing.requests(seconds_of(piece.shot_list().frames, self.brief.rate)) if self.composing else ()

    def piece(self, footage: Sequence[Footage]) -> VideoPiece:
        """Return the video of what its shots hold."""
        return VideoPiece(
            brief=self.brief, footage=tuple(footage), choices=self.choices, reasons=self._reasons(footage)
        )

    @property
    def foretold(self) -> tuple[Footage, ...]:
        """What the shots will hold, with stand-ins for what is not made yet."""
        return tuple(
            given if given and shot.prompt is None else self._stand_in(shot)
            for shot, given in zip(self.brief.shots, self.given, strict=True)
        )

    @property
    def indices(self) -> range:
        """The places of the shots, from 0."""
        return range(len(self.brief.shots))

    @property
    def pictures_made(self) -> int:
        """How many shots have a picture made."""
        return sum(bool(self.image_requests(index)) for index in self.indices)

    @property
    def clips_made(self) -> int:
        """How many shots have a clip made."""
        return sum(bool(self.clip_requests(index, None)) for index in self.indices)

    @property
    def choices(self) -> dict[str, Choice]:
        """Who makes what, by modality; a second one for clips is named after what they are made from."""
        found = {
            "image": self.painter,
            "clip": self.filmer or self.animator,
            "clip-from-still": self.animator if self.filmer else None,
            "sound": self.composing.composer if self.composing else None,
        }
        return {modality: choice for modality, choice in found.items() if choice}

    def _reasons(self, footage: Sequence[Footage]) -> tuple[str, ...]:
        what = {"image": "pictures", "clip": "clips", "clip-from-still": "clips of stills", "sound": "music"}
        chosen = shortfalls(**{what[modality]: choice for modality, choice in self.choices.items()})
        return (*chosen, *_held(self.brief.shots, footage))

    def _stand_in(self, shot: Shot) -> Footage:
        key = digest_of(shot)
        if shot.filmed_s is None:
            width_px, height_px = _painted_size(self.brief, shot)
            return Footage(image=pending_asset(key, "image/png", width_px=width_px, height_px=height_px))
        width_px, height_px = frame_size(self.brief.aspect, self.brief.size)
        clip = pending_asset(key, "video/mp4", width_px=width_px, height_px=height_px, duration_s=shot.filmed_s)
        return footage_of_clip(clip)

    def _seed(self, index: int) -> int:
        return self.brief.seed * _SEEDS_PER_VIDEO + index


def footage_of_clip(clip: Asset) -> Footage:
    """Return a made clip as footage. It is silent, whatever its vendor put into it."""
    facts = ClipFacts(
        width_px=clip.width_px or 1,
        height_px=clip.height_px or 1,
        duration_s=clip.duration_s or 1,
        media_type=clip.media_type,
        loops=False,
    )
    return Footage(image=clip, clip=facts)


def _is_painted(shot: Shot) -> bool:
    return shot.prompt is not None and shot.image is None and shot.motion != "clip"


def _is_filmed(shot: Shot) -> bool:
    return shot.motion == "clip" and shot.image is None


def _is_animated(shot: Shot) -> bool:
    return shot.motion != "still" and not _is_filmed(shot)


def _painted_size(brief: VideoBrief, shot: Shot) -> tuple[int, int]:
    make = picture_size if shot.motion == "still" else frame_size
    return make(brief.aspect, brief.size)


def _painting(brief: VideoBrief, shots: Sequence[Shot]) -> Need:
    return Need(
        modality="image",
        language=brief.language,
        text_chars=_longest_chars(shots),
        sizes=tuple(dict.fromkeys(_painted_size(brief, shot) for shot in shots)),
        named=brief.providers.image,
    )


def _filming(brief: VideoBrief, shots: Sequence[Shot], *, from_still: bool = False) -> Need:
    return Need(
        modality="clip",
        language=brief.language,
        text_chars=_longest_chars(shots),
        sizes=(frame_size(brief.aspect, brief.size),),
        duration_s=max(shot.filmed_s or 0 for shot in shots),
        from_still=from_still,
        named=brief.providers.clip,
    )


def _longest_chars(shots: Sequence[Shot]) -> int:
    return max(len(shot.prompt or "") for shot in shots)


def _held(shots: Sequence[Shot], footage: Sequence[Footage]) -> Iterator[str]:
    """Yield a reason for each made clip that ends before its shot does: its last picture is held."""
    for index, (shot, found) in enumerate(zip(shots, footage, strict=True)):
        if shot.filmed_s is None or found.clip is None:
            continue
        held_s = shot.filmed_s - found.clip.duration_s
        if held_s > _HELD_UNSEEN_S:
            yield f"shots[{index}]: the clip lasts {found.clip.duration_s:.1f} s; its end is held for {held_s:.1f} s"


__all__ = ["ShotMaking", "footage_of_clip"]
