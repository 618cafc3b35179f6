"""The program that looks into files which strangers bring: it decodes them to their end and says what they are.

Run as `python -I examiner.py FILE LIMITS`, where LIMITS is the JSON of `examining.Bounds`. It prints `{"facts": {...}}`
or `{"refused": "why"}`. It is a process of its own so that a file which fills the memory, or breaks a decoder, takes
nothing with it; nothing here imports ours.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
# No playlist and no container that names other files.
_CONTAINERS = {"aac": "audio/aac", "flac": "audio/flac", "matroska": "", "mov": "", "mp3": "audio/mpeg",
               "ogg": "audio/ogg", "wav": "audio/wav"}  # fmt: skip
_HEAD_BYTES = 4096
_UNKNOWN_LENGTH = 0xFFFFFF00  # and more, in the header of a sound that was streamed
_SLACK_S, _SLACK_SHARE = 0.5, 0.02


class Refused(Exception):
    """The file is not one that we take."""


def examine(path: Path, bounds: dict[str, Any]) -> dict[str, Any]:
    """Return media type, size and length of a file that decodes to its end.

    Raises:
        Refused: it does not, or it is larger than the bounds.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(_SIGNATURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return _picture(path, bounds)
    if head[:4] == b"RIFF" and _UNKNOWN_LENGTH > int.from_bytes(head[4:8], "little") > path.stat().st_size:
        raise Refused("it is cut short")  # which libav takes for a shorter sound
    return _film_or_sound(path, head, bounds)


def _picture(path: Path, bounds: dict[str, Any]) -> dict[str, Any]:
    from PIL import Image, UnidentifiedImageError

    for name in ("Gif", "Jpeg", "Mpo", "Png", "WebP"):  # those alone: some of the others run programs
        import_module(f"PIL.{name}ImagePlugin")
    # A JPEG with several pictures in it is opened as JPEG and then calls itself MPO.
    formats = tuple(name for name in _PICTURES if name != "MPO")
    if path.stat().st_size > bounds["picture_bytes"]:
        raise Refused(f"a picture may have {bounds['picture_bytes'] // 1_000_000} MB")
    Image.MAX_IMAGE_PIXELS = None  # ours are checked below, before anything is decoded
    try:
        with Image.open(path, formats=formats) as picture:
            kind, (width, height) = _PICTURES[picture.format or ""], picture.size
            _check_size(width, height, bounds)
            frames = getattr(picture, "n_frames", 1)
            if frames * width * height > max(bounds["animation_pixels"], bounds["pixels"]):
                raise Refused(f"an animation may have {bounds['animation_pixels'] // 10**6} megapixels in all")
            for frame in range(frames):
                picture.seek(frame)
                picture.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError) as problem:
        raise Refused(f"it does not decode ({_told(problem)})") from None
    return {"media_type": kind, "width_px": width, "height_px": height}


def _check_size(width: int, height: int, bounds: dict[str, Any]) -> None:
    if max(width, height) > bounds["side_px"] or width * height > bounds["pixels"]:
        raise Refused(
            f"{width}x{height} pixels are too many: at most {bounds['side_px']} a side and "
            f"{bounds['pixels'] // 10**6} megapixels"
        )


def _film_or_sound(path: Path, head: bytes, bounds: dict[str, Any]) -> dict[str, Any]:
    import av
    import av.error
    import av.logging

    av.logging.set_level(av.logging.PANIC)
    options = {"protocol_whitelist": "file", "format_whitelist": ",".join(_CONTAINERS)}
    try:
        with av.open(f"file:{path.absolute()}", options=options) as container:
            films = [one for one in container.streams.video if not _is_cover(one)]
            _check_header(container, films, bounds)
            length_s = _decode(container, films, bounds)
            _check_whole(container, length_s)
            facts: dict[str, Any] = {"media_type": _media_type(container, head, bool(films)), "duration_s": length_s}
            if films:
                facts |= {"width_px": films[0].width, "height_px": films[0].height}
            return facts
    except (av.error.FFmpegError, OSError, ValueError) as problem:
        raise Refused(f"it is no picture, film or sound that we read, or it is damaged ({_told(problem)})") from None


def _is_cover(stream: Any) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _check_header(container: Any, films: list[Any], bounds: dict[str, Any]) -> None:
    if len(container.streams) > bounds["streams"]:
        raise Refused(f"it has {len(container.streams)} streams; {bounds['streams']} are the most")
    if not films and not container.streams.audio:
        raise Refused("there is neither picture nor sound in it")
    if (container.duration or 0) / 1_000_000 > bounds["duration_s"]:
        raise Refused(f"it is longer than {bounds['duration_s'] / 60:g} minutes")
    for film in films:
        _check_size(film.width, film.height, bounds)
        if film.average_rate and film.average_rate > bounds["rate"] + 0.01:
            raise Refused(f"it shows {float(film.average_rate):g} pictures a second; {bounds['rate']} are the most")


def _decode(container: Any, films: list[Any], bounds: dict[str, Any]) -> float:
    """Decode everything that is seen or heard, and return how long it lasts, in seconds."""
    wanted = [*films, *container.streams.audio]
    for stream in wanted:
        stream.codec_context.thread_count = 1
        stream.codec_context.options = {"err_detect": "explode"}
    lasting, frames = dict.fromkeys((one.index for one in wanted), 0.0), 0
    for packet in container.demux(wanted):
        for frame in packet.decode():
            index = packet.stream.index
            if packet.stream.type == "audio":
                lasting[index] += frame.samples / frame.sample_rate
            else:
                _check_size(frame.width, frame.height, bounds)
                frames += 1
                shown_s = 1 / float(packet.stream.average_rate or bounds["rate"])
                lasting[index] = max(lasting[index], (frame.time or 0.0) + shown_s)
            if lasting[index] > bounds["duration_s"] + 1:
                raise Refused(f"it is longer than {bounds['duration_s'] / 60:g} minutes")
            if frames > len(films) * bounds["rate"] * (bounds["duration_s"] + 1):
                raise Refused("it has more pictures than a film of its length may have")
    if any(not lasting[one.index] for one in wanted):
        raise Refused("one of its streams holds nothing")
    return round(max(lasting.values()), 6)


def _check_whole(container: Any, length_s: float) -> None:
    # MP3 and AAC have no length in their header; what is said of them is a guess by the bit rate.
    said_s = (container.duration or 0) / 1_000_000 if container.format.name not in ("mp3", "aac") else 0.0
    if length_s < said_s - max(_SLACK_S, said_s * _SLACK_SHARE):
        raise Refused(f"it is cut short or damaged: {length_s:g} s of {said_s:g} s decode")


def _media_type(container: Any, head: bytes, film: bool) -> str:
    kind = next(name for name in _CONTAINERS if name in container.format.name.split(","))
    if kind == "mov":
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4" if film else "audio/mp4"
    if kind == "matroska":
        return ("video/" if film else "audio/") + ("webm" if b"webm" in head[:64] else "x-matroska")
    return "video/ogg" if kind == "ogg" and film else _CONTAINERS[kind]


def _told(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or (str(problem) if "/" not in str(problem) else type(problem).__name__)


def main(arguments: list[str]) -> None:
    """Examine the file that the arguments name."""
    try:
        answer: dict[str, Any] = {"facts": examine(Path(arguments[0]), json.loads(arguments[1]))}
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    except MemoryError:
        answer = {"refused": "decoding it takes more memory than it may"}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
