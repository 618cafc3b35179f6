"""The gate that every master passes before it is called passed: what is wrong with a film, as its viewers get it.

What fails blocks a film, what is doubtful degrades it, each with a sentence that says what is wrong and where. The file
itself is read: nothing that an earlier step said about it is taken for granted but the records of its segments, and
those only if the film holds the very same coded pictures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from threading import Event

import numpy as np

from media_factory.errors import RenderError
from media_factory.rendering.inspect_captions import caption_findings, reading_speed_cps, uncovered
from media_factory.rendering.inspect_container import Packing, boxes_of, container_findings, packing_of
from media_factory.rendering.inspect_hdr import hdr_finding
from media_factory.rendering.inspect_model import (
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
from media_factory.rendering.probe import MediaFacts, probe
from media_factory.threads import run_stoppable

Size = tuple[int, int]


async def inspect(request: InspectionRequest, paths: Mapping[str, Path]) -> Inspection:
    """Return whether a master can be published.

    Args:
        request: the master, and what it should be.
        paths: the files of all assets that the request names, by digest.
    """
    master = paths[request.master.digest]
    try:
        facts = await asyncio.to_thread(_facts, master)
        records = [Record.read(paths[asset.digest]) for asset in request.records]
        packing, luma = await run_stoppable(_look, master, request.rate, records)
        heard = await run_stoppable(hear, master) if request.loudness_lufs is not None and facts.audio else None
    except RenderError as problem:
        finding = Finding(check="decodes", verdict="failed", message=f"the master does not play to its end: {problem}")
        return Inspection(status="blocked", findings=(finding,), figures=InspectionFigures(frames=0))
    findings = (
        Finding(check="decodes", verdict="passed", message="pictures and sound decode to the end"),
        *container_findings(request, facts, packing, boxes_of(master)),
        *((await asyncio.to_thread(hdr_finding, master),) if request.colour == "hdr10" else ()),
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


__all__ = ["Inspection", "InspectionRequest", "inspect"]
