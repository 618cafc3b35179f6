"""MoviePy 2 doing the reference job, in an environment of its own (its Pillow is older than ours)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image

from benchmarks.measure import Cost, run_measured
from benchmarks.rendering.reference import Prepared
from media_factory.captions.cards import CaptionSpan, CaptionStyle
from media_factory.rendering.film import Film, film_timeline
from media_factory.rendering.sprites import caption_sprite

_SCRIPT = Path(__file__).with_name("moviepy_peer.py")


def moviepy_python() -> str | None:
    """Return the interpreter of MoviePy's environment, which uv makes from the script's own list; None without uv."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        return None
    made = subprocess.run([uv, "sync", "--quiet", "--script", str(_SCRIPT)], check=False, capture_output=True)
    if made.returncode:
        return None
    found = subprocess.run([uv, "python", "find", "--script", str(_SCRIPT)], capture_output=True, text=True, check=True)
    return found.stdout.strip()


def make_with_moviepy(python: str, prepared: Prepared, film: Film, folder: Path, preset: str) -> tuple[Cost, Path]:
    """Have MoviePy make a film in a folder, and return what that cost and the film.

    Raises:
        RuntimeError: it ended with an error.
    """
    folder.mkdir()
    job, target = folder / "peer.json", folder / "moviepy.mp4"
    job.write_text(json.dumps(_described(prepared, film, folder, preset)))
    return run_measured([python, str(_SCRIPT), str(job), str(target)])[0], target


def _described(prepared: Prepared, film: Film, folder: Path, preset: str) -> dict[str, object]:
    timeline = film_timeline(prepared.scenes, prepared.story.look)
    fps = float(timeline.rate)
    cameras = {segment.shots[-1].image.digest: segment.shots[-1].camera for segment in film.segments}
    shots: list[dict[str, object]] = []
    speech: list[dict[str, object]] = []
    for scene, shot in zip(prepared.scenes, timeline.shots, strict=True):
        picture = scene.pictures[film.aspect]
        camera = cameras[picture.digest]
        zooms = (camera.start.zoom, camera.end.zoom)
        shots.append(
            {
                "image": str(prepared.files[picture.digest]),
                "start_s": shot.first_frame / fps,
                "duration_s": shot.frames / fps,
                "start_zoom": zooms[0],
                "end_zoom": zooms[1],
                "largest_zoom": max(zooms),
            }
        )
        sound = prepared.files[scene.utterance.sound.digest]
        speech.append({"sound": str(sound), "start_s": shot.film_speech_frame / fps})
    return {
        "size": [film.width_px, film.height_px],
        "fps": fps,
        "fade_s": timeline.shots[0].fade_out_frames / fps,
        "duration_s": timeline.frames / fps,
        "preset": preset,
        "crf": 20,
        "shots": shots,
        "speech": speech,
        "music": str(prepared.music),
        "captions": _captions(film, folder, fps),
    }


def _captions(film: Film, folder: Path, fps: float) -> list[dict[str, object]]:
    captions: list[dict[str, object]] = []
    first_frame = 0
    for segment in film.segments:
        for span in segment.captions:
            assert segment.caption_style is not None
            image = folder / f"caption-{len(captions)}.png"
            x_px, y_px = _draw_caption(span, segment.caption_style, image)
            start_s, duration_s = (first_frame + span.first) / fps, (span.end - span.first) / fps
            captions.append(
                {"image": str(image), "start_s": start_s, "duration_s": duration_s, "x_px": x_px, "y_px": y_px}
            )
        first_frame += segment.frames
    return captions


def _draw_caption(span: CaptionSpan, style: CaptionStyle, target: Path) -> tuple[int, int]:
    """Write a caption's luma and coverage as a picture, and return where it stands."""
    sprite = caption_sprite(span.lines, span.active, style)
    cover = Image.fromarray(255 - sprite.inv_y)
    luma = Image.fromarray(sprite.y)
    Image.merge("RGBA", (luma, luma, luma, cover)).save(target)
    return sprite.x_px, sprite.y_px


__all__ = ["make_with_moviepy", "moviepy_python"]
