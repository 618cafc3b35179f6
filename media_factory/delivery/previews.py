"""Small pictures of a film: a short animated preview, and a sheet of frames for players to show while seeking."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from av.video.stream import VideoStream
from PIL import Image

from media_factory.errors import InputError, RenderError

Size = tuple[int, int]

_TILE_LONG_SIDE_PX = 160
_MOST_TILES = 60
_COLUMNS = 10
_SHEET_QUALITY = 75
_PREVIEW_RATE = 10
_EXCERPTS, _EXCERPT_S = 3, Fraction(1)
_BEST, _WORST = 80, 20
_NARROWEST_PX = 160
_SHRINK = 0.8
# Decoding on is quicker than seeking back to a key frame, up to about the distance between two of them.
_SEEK_BEYOND_S = 2


class Sheet:
    """A drawn sheet, how it is divided, and how long each tile stands for."""

    def __init__(self, image: Image.Image, tile: Size, tiles: int, step_s: Fraction) -> None:
        self.image = image
        self.tile = tile
        self.tiles = tiles
        self.step_s = step_s

    @property
    def columns(self) -> int:
        """Tiles in a row."""
        return min(_COLUMNS, self.tiles)

    def jpeg(self) -> bytes:
        """Return the sheet as JPEG."""
        return _saved(self.image, "JPEG", quality=_SHEET_QUALITY, optimize=True, progressive=True)


def draw_storyboard(film: Path, duration_s: Fraction) -> Sheet:
    """Draw a sheet of frames, one a second, or sixty evenly spaced in a film of over a minute; call it in a thread.

    A tile shows the middle of the time that it stands for. Its long side is 160 px.

    Raises:
        RenderError: the film can't be decoded.
    """
    step_s = max(Fraction(1), duration_s / _MOST_TILES)
    tiles = max(1, -(-duration_s // step_s))
    times = [min(index * step_s + step_s / 2, duration_s - duration_s / 1000) for index in range(tiles)]
    with _opened(film) as source:
        tile = _fitted(source.streams.video[0], _TILE_LONG_SIDE_PX)
        sheet = Image.new("RGB", (tile[0] * min(_COLUMNS, tiles), tile[1] * -(-tiles // _COLUMNS)))
        for index, frame in enumerate(_frames_at(source, times)):
            sheet.paste(_picture(frame, tile), (index % _COLUMNS * tile[0], index // _COLUMNS * tile[1]))
    return Sheet(sheet, tile, tiles, step_s)


def make_preview(film: Path, width_px: int, max_bytes: int) -> tuple[bytes, Size]:
    """Return an animated WebP of about three seconds of a film, and its size; call it in a thread.

    Films of up to nine seconds show their beginning, longer ones a second each from three places. The quality is the
    best that fits; where even the worst doesn't, the picture is smaller. It is never wider than the film.

    Raises:
        InputError: nothing that can be recognised fits into `max_bytes`.
        RenderError: the film can't be decoded.
    """
    with _opened(film) as source:
        stream = source.streams.video[0]
        height_px = round(stream.height * min(width_px, stream.width) / stream.width)
        size = min(width_px, stream.width), max(2, height_px)
        frames = [_picture(frame, size) for frame in _frames_at(source, _preview_times(_length_s(source, film)))]
    while (found := _best_fitting(frames, max_bytes)) is None:
        size = round(frames[0].width * _SHRINK), round(frames[0].height * _SHRINK)
        if min(size) < _NARROWEST_PX // 2:
            raise InputError(f"a preview does not fit into {max_bytes} bytes; allow more")
        frames = [frame.resize(size, Image.Resampling.LANCZOS) for frame in frames]
    return found, frames[0].size


def pictures_at(film: Path, times: Callable[[Fraction], Sequence[Fraction]], long_side_px: int) -> list[Image.Image]:
    """Return the small pictures on screen at times (rising) that are chosen by a film's length; call it in a thread.

    Raises:
        RenderError: the film can't be decoded.
    """
    with _opened(film) as source:
        size = _fitted(source.streams.video[0], long_side_px)
        return [_picture(frame, size) for frame in _frames_at(source, times(_length_s(source, film)))]


def _preview_times(duration_s: Fraction) -> list[Fraction]:
    """Return the times of a preview's frames, ten a second."""
    if duration_s <= _EXCERPTS * _EXCERPT_S * 3:
        starts, each_s = [Fraction(0)], min(duration_s, _EXCERPTS * _EXCERPT_S)
    else:
        # The middle of each third: whatever a film fades in from or out to is at its ends.
        starts = [duration_s * (2 * index + 1) / (2 * _EXCERPTS) - _EXCERPT_S / 2 for index in range(_EXCERPTS)]
        each_s = _EXCERPT_S
    count = max(1, int(each_s * _PREVIEW_RATE))
    return [start + Fraction(frame, _PREVIEW_RATE) for start in starts for frame in range(count)]


def _best_fitting(frames: Sequence[Image.Image], max_bytes: int) -> bytes | None:
    best: bytes | None = None
    low, high = _WORST, _BEST
    while low <= high:
        quality = (low + high) // 2
        data = _saved(
            frames[0],
            "WEBP",
            save_all=True,
            append_images=frames[1:],
            duration=1000 // _PREVIEW_RATE,
            loop=0,
            quality=quality,
            method=4,
        )
        if len(data) <= max_bytes:
            if quality == _BEST or high - low <= 8:
                return data
            best, low = data, quality + 1
        else:
            high = quality - 1
    return best


def _saved(picture: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def _opened(film: Path) -> InputContainer:
    try:
        return av.open(str(film), options={"protocol_whitelist": "file"})
    except (av.FFmpegError, OSError) as exc:
        raise RenderError(f"{film.name} can't be decoded: {exc}") from exc


def _length_s(source: InputContainer, film: Path) -> Fraction:
    stream = source.streams.video[0]
    if not stream.duration or stream.time_base is None:
        raise RenderError(f"{film.name} does not say how long it is")
    return stream.duration * stream.time_base


def _fitted(stream: VideoStream, long_side_px: int) -> Size:
    longest = max(stream.width, stream.height)
    return max(2, round(stream.width * long_side_px / longest)), max(2, round(stream.height * long_side_px / longest))


def _frames_at(source: InputContainer, times: Sequence[Fraction]) -> Iterator[VideoFrame]:
    """Yield the frame on screen at each time; times rise.

    Raises:
        RenderError: a frame can't be decoded.
    """
    stream = source.streams.video[0]
    time_base = stream.time_base or Fraction(1, av.time_base)
    shown: VideoFrame | None = None
    following: VideoFrame | None = None
    decoded = source.decode(stream)
    try:
        for time in times:
            if following is None or time - (following.pts or 0) * time_base > _SEEK_BEYOND_S:
                source.seek(int(time / time_base), stream=stream, backward=True)
                decoded, shown = source.decode(stream), None
                following = next(decoded, None)
            while following is not None and (following.pts or 0) * time_base <= time:
                shown, following = following, next(decoded, None)
            if shown is None:
                raise RenderError(f"there is no frame at {float(time):.2f} s")
            yield shown
    except av.FFmpegError as exc:
        raise RenderError(f"a frame can't be decoded: {exc}") from exc


def _picture(frame: VideoFrame, size: Size) -> Image.Image:
    small = frame.reformat(
        *size,
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.LANCZOS,
    )
    return Image.fromarray(small.to_ndarray())


__all__ = ["Sheet", "draw_storyboard", "make_preview", "pictures_at"]
