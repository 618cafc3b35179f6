"""What is asked of the gate for a film."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from media_factory.assets import Asset
from media_factory.captions.cueing import phrase_cues
from media_factory.rendering.inspect_model import CaptionText, InspectionRequest
from media_factory.rendering.model import Master, MixRequest, Segment
from media_factory.timing import Word

Size = tuple[int, int]


def inspection_request(
    master: Master,
    segments: Sequence[Segment],
    *,
    size: Size,
    rate: Fraction,
    mix: MixRequest | None,
    words: Iterable[Sequence[Word]] = (),
    language: str = "en",
    burned_in: bool = False,
    longest_still_s: float | None = 5.0,
) -> InspectionRequest:
    """Return what to ask of the gate for a film.

    Args:
        master: the film.
        segments: what it was joined from, in order.
        size: width and height that were asked for, in pixels.
        rate: frames per second that were asked for.
        mix: what was asked of the mixer; None for a film without sound.
        words: each utterance's words, in seconds of the film.
        language: of the words.
        burned_in: whether the words stand on the picture.
        longest_still_s: how long the picture may stand still; None for as long as it likes.
    """
    speech = tuple(tuple(spoken) for spoken in words)
    cues = [cue for spoken in speech for cue in phrase_cues(spoken, language)]
    return InspectionRequest(
        master=master.video,
        records=records_of(segments),
        frames=sum(segment.frames for segment in segments),
        rate=rate,
        width_px=size[0],
        height_px=size[1],
        # Silence has no loudness to reach: a film in which nothing sounds is asked for none.
        loudness_lufs=mix.loudness_lufs if mix and (mix.utterances or mix.music) else None,
        true_peak_dbtp=mix.true_peak_dbtp if mix else -1.0,
        speech=speech,
        cues=tuple(CaptionText(start_s=cue.start_s, end_s=cue.end_s, text="\n".join(cue.lines)) for cue in cues),
        burned_in=burned_in,
        language=language,
        longest_still_s=longest_still_s,
    )


def records_of(segments: Sequence[Segment]) -> tuple[Asset, ...]:
    """Return the records of all segments; none if one of them was not looked at."""
    records = [segment.record for segment in segments if segment.record]
    return tuple(records) if len(records) == len(segments) else ()


__all__ = ["inspection_request", "records_of"]
