"""The gate that every master passes before it is called passed: what is wrong with a film, as its viewers get it.

What fails blocks a film, what is doubtful degrades it, each with a sentence that says what is wrong and where. The file
itself is read: nothing that an earlier step said about it is taken for granted but the records of its segments, and
those only if the film holds the very same coded pictures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from threading import Event

import numpy as np

from media_factory.assets import Asset
from media_factory.captions.cueing import phrase_cues
from media_factory.errors import FfmpegFailed, RenderError
from media_factory.rendering.inspect_captions import caption_findings, reading_speed_cps, uncovered
from media_factory.rendering.inspect_container import Packing, boxes_of, container_findings, packing_of
from media_factory.rendering.inspect_model import (
    CaptionText,
    Finding,
    Inspection,
    InspectionFigures,
    InspectionRequest,
    status_of,
)
from media_factory.rendering.inspect_picture import (
    black_spans,
    flashes_per_second,
    longest_s,
    picture_findings,
    still_spans,
)
from media_factory.rendering.inspect_record import Luma, Record, look_at
from media_factory.rendering.inspect_sound import Heard, hear, silent_speech, sound_findings
from media_factory.rendering.model import Master, MixRequest, Segment
from media_factory.rendering.probe import MediaFacts, probe
from media_factory.threads import run_stoppable
from media_factory.timing import Word, seconds_of

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


async def inspect(request: InspectionRequest, paths: Mapping[str, Path]) -> Inspection:
    """Return whether a master can be published.

    Args:
        request: the master, and what it should be.
        paths: the files of all assets that the request names, by digest.

    Raises:
        FfmpegFailed: ffmpeg can't be started.
    """
    master = paths[request.master.digest]
    try:
        facts = await asyncio.to_thread(_facts, master)
        records = [Record.read(paths[asset.digest]) for asset in request.records]
        packing, luma = await run_stoppable(_look, master, request.rate, records)
        heard = await _hear(request, facts, master)
    except RenderError as problem:
        finding = Finding(check="decodes", verdict="failed", message=f"the master does not play to its end: {problem}")
        return Inspection(status="blocked", findings=(finding,), figures=InspectionFigures(frames=0))
    findings = (
        Finding(check="decodes", verdict="passed", message="pictures and sound decode to the end"),
        *container_findings(request, facts, packing, boxes_of(master)),
        *picture_findings(luma, request.rate, request.longest_still_s),
        *(sound_findings(request, heard) if heard else ()),
        *caption_findings(request),
    )
    return Inspection(status=status_of(findings), findings=findings, figures=_figures(request, packing, luma, heard))


def _facts(master: Path) -> MediaFacts:
    facts = probe(master)
    if not facts.video:
        raise RenderError("there are no pictures in it")
    return facts


def _look(stop: Event, master: Path, rate: Fraction, records: Sequence[Record]) -> tuple[Packing, Luma]:
    """Return how a film is packed and what is seen in it; it is decoded unless the records are of its very pictures."""
    packing = packing_of(master, rate, records)
    if packing.matches:
        return packing, np.concatenate([record.luma for record in records])
    return packing, look_at(master, thoroughly=True, stop=stop).luma


async def _hear(request: InspectionRequest, facts: MediaFacts, master: Path) -> Heard | None:
    if request.loudness_lufs is None or not facts.audio:
        return None
    try:
        return await hear(master, float(seconds_of(request.frames, request.rate)))
    except FfmpegFailed as exc:
        raise RenderError(f"its sound does not decode: {exc}") from exc


def _figures(request: InspectionRequest, packing: Packing, luma: Luma, heard: Heard | None) -> InspectionFigures:
    words = [word for spoken in request.speech for word in spoken]
    silent = silent_speech(request.speech, heard.silences) if heard else []
    apart = None if packing.audio_end_s is None else packing.audio_end_s - packing.video_end_s
    return InspectionFigures(
        frames=packing.frames,
        rate=packing.rate,
        av_end_difference_s=None if apart is None else round(float(apart), 6),
        black_s=longest_s(black_spans(luma), request.rate),
        still_s=longest_s(still_spans(luma, request.rate), request.rate),
        most_flashes=float(flashes_per_second(luma, request.rate).max()),
        silent_speech_s=round(silent[0][1] - silent[0][0], 3) if silent else 0.0,
        loudness_lufs=heard.loudness.integrated_lufs if heard else None,
        true_peak_dbtp=heard.loudness.true_peak_dbtp if heard else None,
        covered_words=1 - len(uncovered(words, request.cues)) / len(words) if words else None,
        fastest_cue_cps=max((reading_speed_cps(cue, request.language) for cue in request.cues), default=None),
    )


__all__ = ["Inspection", "InspectionRequest", "inspect", "inspection_request", "records_of"]
