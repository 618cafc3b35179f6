"""ElevenLabs' speech as it answers: tones for words, the times of the characters that were sent, and the history."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from media_factory.testing.simulator.media import SpokenWord, speech

RATE_HZ = 24_000
TAGGED = frozenset({"eleven_v4", "eleven_v3"})
_USUAL_WPM = 160
_TAG = re.compile(r"\[[^\]]*\]")


def utterance(body: Mapping[str, Any], voice: str, earlier: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what was spoken as an item of the history, with its samples under `pcm`.

    Args:
        body: of the request.
        voice: id of the voice.
        earlier: the history so far.
    """
    sent, model = body["text"], body.get("model_id", "eleven_multilingual_v2")
    tagged = model in TAGGED
    speed = (body.get("voice_settings") or {}).get("speed") or 1.0
    spoken = _TAG.sub("", sent) if tagged else sent
    said = speech(spoken, RATE_HZ, _USUAL_WPM * speed, body.get("language_code") or "en")
    charged = sum(len(one["text"]) for one in earlier)
    timed = characters_of(sent, said.words, tagged=tagged)
    return {
        "history_item_id": f"item{len(earlier):016d}",
        "request_id": hashlib.sha256(f"{len(earlier)} {sent}".encode()).hexdigest()[:20],
        "voice_id": voice,
        "model_id": model,
        "text": sent,
        "date_unix": int(time.time()),
        "character_count_change_from": charged,
        "character_count_change_to": charged + len(sent),
        "content_type": "audio/mpeg",
        "state": "created",
        "source": "TTS",
        "alignments": {"alignment": timed, "normalized_alignment": timed},
        "pcm": said.pcm,
    }


def parts_of(
    item: Mapping[str, Any], words_each: int | None = None, *, times_begin_anew: bool = False
) -> list[dict[str, Any]]:
    """Return an utterance in one part, or in several, of which the last has no characters.

    Args:
        item: of the history.
        words_each: how many words are in a part; all if None.
        times_begin_anew: each part's times count from its own start.
    """
    whole, pcm = item["alignments"]["alignment"], item["pcm"]
    spaces = [at for at, one in enumerate(whole["characters"]) if one.isspace()]
    cuts = [0, *(spaces[words_each - 1 :: words_each] if words_each else ()), len(whole["characters"])]
    parts = []
    for left, right in pairwise(cuts):
        timed = {name: values[left:right] for name, values in whole.items()}
        starts = whole["character_start_times_seconds"]
        begin, end = (2 * round(starts[at] * RATE_HZ) if 0 < at < len(starts) else None for at in (left, right))
        if times_begin_anew and begin:
            for name in ("character_start_times_seconds", "character_end_times_seconds"):
                timed[name] = [round(one - starts[left], 3) for one in timed[name]]
        parts.append(_part(pcm[begin:end], timed))
    return [*parts, _part(b"", None)] if words_each else parts


def characters_of(sent: str, words: Sequence[SpokenWord], *, tagged: bool = False) -> dict[str, list[Any]]:
    """Return when each character that was sent sounds; those of a tag take no time."""
    silent = {at for tag in _TAG.finditer(sent) for at in range(*tag.span())} if tagged else set()
    letters = []
    for word in words:
        count = sum(not one.isspace() for one in word.text)
        step = (word.end_s - word.start_s) / (count or 1)
        letters += [(word.start_s + step * at, word.start_s + step * (at + 1)) for at in range(count)]
    upcoming, now, starts, ends = iter(letters), 0.0, [], []
    for at, character in enumerate(sent):
        span = (now, now) if at in silent or character.isspace() else next(upcoming, (now, now))
        starts.append(round(span[0], 3))
        ends.append(round(span[1], 3))
        now = span[1]
    names = ("characters", "character_start_times_seconds", "character_end_times_seconds")
    return dict(zip(names, (list(sent), starts, ends), strict=True))


def aligned(text: str, duration_s: float) -> dict[str, Any]:
    """Return a forced alignment of a text with a sound of a length: spread over it as it would be spoken."""
    said = speech(text, RATE_HZ)
    scale = duration_s / said.duration_s
    spans = zip(*characters_of(text, said.words).values(), strict=True)
    characters = [{"text": one, "start": start * scale, "end": end * scale} for one, start, end in spans]
    words = [{"text": w.text, "start": w.start_s * scale, "end": w.end_s * scale, "loss": 0.1} for w in said.words]
    return {"characters": characters, "words": words, "loss": 0.1}


def _part(pcm: bytes, timed: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"audio_base64": base64.b64encode(pcm).decode(), "alignment": timed, "normalized_alignment": timed}


__all__ = ["RATE_HZ", "TAGGED", "aligned", "characters_of", "parts_of", "utterance"]
