# /// script
# requires-python = ">=3.11"
# dependencies = ["moviepy==2.2.1"]
# ///
"""The reference job as MoviePy does it: `python moviepy_peer.py peer.json target.mp4`, in an environment of its own.

It is given what ours is given (stills, placed speech, music, captions in time) and spared what ours does besides
(receipts, checks, loudness, page). Stills are scaled once to the size that the camera needs, and each caption state is
one picture, which is the cheapest way that MoviePy has.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np
from moviepy import AudioFileClip, CompositeAudioClip, CompositeVideoClip, ImageClip, afx, vfx
from PIL import Image


def still(shot: dict, size: tuple[int, int], fade_s: float):
    """Return a picture that grows from one zoom to another, fading in."""
    width, height = (math.ceil(side * shot["largest_zoom"]) for side in size)
    picture = np.asarray(Image.open(shot["image"]).convert("RGB").resize((width, height), Image.Resampling.LANCZOS))
    clip = ImageClip(picture).with_duration(shot["duration_s"])
    start, end = (size[0] * zoom / width for zoom in (shot["start_zoom"], shot["end_zoom"]))
    moving = clip.resized(lambda t: start + (end - start) * t / shot["duration_s"]).with_position("center")
    effects = [vfx.CrossFadeIn(fade_s)] if shot["start_s"] else []
    return moving.with_start(shot["start_s"]).with_effects(effects)


def main(job_path: str, target: str) -> None:
    """Make the film."""
    job = json.loads(Path(job_path).read_text())
    size = tuple(job["size"])
    layers = [still(shot, size, job["fade_s"]) for shot in job["shots"]]
    for caption in job["captions"]:
        clip = ImageClip(caption["image"]).with_start(caption["start_s"]).with_duration(caption["duration_s"])
        layers.append(clip.with_position((caption["x_px"], caption["y_px"])))
    speech = [AudioFileClip(one["sound"]).with_start(one["start_s"]) for one in job["speech"]]
    looped = AudioFileClip(job["music"]).with_effects([afx.AudioLoop(duration=job["duration_s"])])
    music = looped.with_effects([afx.MultiplyVolume(0.15)])
    film = CompositeVideoClip(layers, size=size).with_duration(job["duration_s"])
    film = film.with_audio(CompositeAudioClip([*speech, music]).with_duration(job["duration_s"]))
    film.write_videofile(
        target,
        fps=job["fps"],
        codec="libx264",
        preset=job["preset"],
        audio_codec="aac",
        threads=2,
        ffmpeg_params=["-crf", str(job["crf"]), "-pix_fmt", "yuv420p"],
        logger=None,
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
