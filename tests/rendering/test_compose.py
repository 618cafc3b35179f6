from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from media_factory.assets import Asset
from media_factory.captions.cards import CaptionSpan
from media_factory.errors import InputError
from media_factory.rendering.compose import Composer, empty_planes, warp_into
from media_factory.rendering.model import Camera, SegmentRequest, Window
from media_factory.rendering.motion import NamedMove, named_camera, window_at, window_rect
from media_factory.rendering.planes import BT709, PlaneCache, Planes, planes_of_rgb
from media_factory.rendering.transitions import fade_share
from tests.rendering.films import CAPTION_STYLE, PAN, PUSH, SIZE, STILL, Gallery, card, psnr_db, segment


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    return Gallery(tmp_path)


def drawn(request: SegmentRequest, gallery: Gallery, frame: int) -> Planes:
    out = empty_planes((request.width_px, request.height_px))
    Composer(request, gallery.paths, PlaneCache()).draw(frame, out)
    return out


def test_a_window_of_the_whole_picture_at_its_own_size_copies_its_luma() -> None:
    source = planes_of_rgb(np.asarray(card(1, (64, 96))))
    out = empty_planes((64, 96))
    warp_into(out, source, (0, 0, 64, 96))
    assert np.array_equal(out[0], source[0])


def test_an_eight_pixel_step_moves_luma_by_eight_and_chroma_by_four() -> None:
    source = planes_of_rgb(np.asarray(card(1, (128, 128))))
    here, there = empty_planes((64, 64)), empty_planes((64, 64))
    warp_into(here, source, (8, 16, 64, 64))
    warp_into(there, source, (16, 24, 64, 64))
    assert np.array_equal(there[0][:-8, :-8], here[0][8:, 8:])
    for before, after in zip(here[1:], there[1:], strict=True):
        assert np.array_equal(after[:-4, :-4], before[4:, 4:])


@pytest.mark.parametrize(("axis", "siting"), [(1, 0.0), (0, 0.5)], ids=["across", "down"])
def test_chroma_stands_level_with_the_left_luma_sample_and_between_two_rows(axis: int, siting: float) -> None:
    # A ramp: the source's chroma sample c stands between the luma samples 2c and 2c + 1, and holds 8c.
    ramp = np.moveaxis(np.broadcast_to(8 * np.arange(32, dtype=np.uint8), (32, 32)), 1, axis).copy()
    out, left = empty_planes((64, 64)), 0.75
    warp_into(out, (np.zeros((64, 64), np.uint8), ramp, ramp), (left, left, 32, 32))
    along = np.take(out[1], 16, axis=1 - axis).astype(float)
    luma_places = left + (2 * np.arange(32) + siting + 0.5) * 32 / 64 - 0.5
    expected = 8 * (luma_places - 0.5) / 2
    assert np.abs(along - expected)[2:-2].max() <= 0.5


def ideal_luma(rgb: Image.Image, window: Window) -> NDArray[np.float32]:
    """Return what a perfect lens would show: floating-point Lanczos from the picture itself."""
    luma = np.asarray(rgb, np.float32) @ BT709[0, :3] + BT709[0, 3]
    left, top, width, height = window_rect(window, *rgb.size, *SIZE)
    box = (left, top, left + width, top + height)
    return np.asarray(Image.fromarray(luma).resize(SIZE, Image.Resampling.LANCZOS, box=box))


def shift_px(ideal: NDArray[np.float32], seen: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how far one picture is from the other in pixels, across and down, by least squares on its slopes."""
    down, across = np.gradient(ideal.astype(np.float64))
    slopes = np.stack([across[8:-8, 8:-8].ravel(), down[8:-8, 8:-8].ravel()], axis=1)
    difference = (seen.astype(np.float64) - ideal)[8:-8, 8:-8].ravel()
    return np.linalg.lstsq(slopes, difference, rcond=None)[0]


def test_the_measure_of_smoothness_finds_a_tenth_of_a_pixel() -> None:
    picture = card(3, (432, 768))
    here, there = (ideal_luma(picture, Window(zoom=1.05, x=0.5 + move / 432)) for move in (0, 0.2))
    across, down = shift_px(here, np.rint(there).astype(np.uint8))
    assert 0.1 < across < 0.16  # thin lines make it say more than there is, never less
    assert abs(down) < 0.01


@pytest.mark.parametrize("camera", [PUSH, PAN, Camera(start=PUSH.end, end=PUSH.start)], ids=["push", "pan", "pull"])
def test_moves_are_smooth_to_a_fiftieth_of_a_pixel(camera: Camera, gallery: Gallery) -> None:
    picture, frames = card(3, (432, 768)), 24
    request = segment((gallery.hang(picture), camera, 60, 150), frames=frames)
    composer, out = Composer(request, gallery.paths), empty_planes(SIZE)
    shifts, quality = [], []
    for frame in range(frames):
        composer.draw(frame, out)
        ideal = ideal_luma(picture, window_at(camera, 60 + frame, 150))
        shifts.append(shift_px(ideal, out[0]))
        quality.append(psnr_db(out[0], np.clip(np.rint(ideal), 0, 255).astype(np.uint8)))
    jitter_px = np.sqrt((np.diff(np.array(shifts), axis=0) ** 2).mean(axis=0)).max()
    assert jitter_px <= 0.02
    assert np.abs(np.mean(shifts, axis=0)).max() <= 0.03
    assert min(quality) > 40


@pytest.mark.parametrize(
    ("move", "way"),
    [("pan-left", (1, 0)), ("pan-right", (-1, 0)), ("tilt-up", (0, 1)), ("tilt-down", (0, -1)), ("still", (0, 0))],
)
def test_what_is_seen_moves_against_the_way_that_the_camera_turns(
    move: NamedMove, way: tuple[int, int], gallery: Gallery
) -> None:
    camera = named_camera(move, zoom_per_s=0.02, duration_s=2, image=(432, 768), frame=SIZE)
    request = segment((gallery.hang(card(3, (432, 768))), camera, 0, 60), frames=60)
    first, last = (drawn(request, gallery, frame)[0].astype(np.float32) for frame in (0, 59))
    moved, _ = cv2.phaseCorrelate(first, last, cv2.createHanningWindow(SIZE, cv2.CV_32F))
    wanted = (way[0] * 0.07 * SIZE[0], way[1] * 0.07 * SIZE[1])
    assert moved == pytest.approx(wanted, abs=0.7)


def test_a_flat_picture_keeps_its_colour(gallery: Gallery) -> None:
    for plane, code in zip(
        drawn(segment((gallery.flat("#ff0000"), PUSH, 0, 9), frames=9), gallery, 4), (63, 102, 240), strict=True
    ):
        assert (plane == code).all()


def test_a_wide_picture_fills_a_tall_frame_without_being_stretched(gallery: Gallery) -> None:
    wide = Image.new("RGB", (800, 400), "black")
    wide.paste("white", (350, 150, 450, 250))
    y, _, _ = drawn(segment((gallery.hang(wide), STILL, 0, 1), frames=1), gallery, 0)
    rows, columns = np.nonzero(y > 125)
    assert abs((rows.max() - rows.min()) - (columns.max() - columns.min())) <= 1
    assert columns.max() - columns.min() + 1 == pytest.approx(100 * 384 / 400, abs=1.5)


def test_a_cross_fade_goes_by_even_steps_from_the_first_picture_to_the_second(gallery: Gallery) -> None:
    black, white, frames = gallery.flat("black"), gallery.flat("white"), 9
    request = segment((black, STILL, 20, 29), (white, STILL, 0, 40), frames=frames)
    levels = [int(drawn(request, gallery, frame)[0][100, 100]) for frame in range(frames)]
    assert levels == [round(16 + 219 * (frame + 1) / (frames + 1)) for frame in range(frames)]
    assert [fade_share(frame, 3) for frame in range(3)] == [0.25, 0.5, 0.75]


def test_captions_show_on_exactly_their_frames_and_only_in_their_box(gallery: Gallery) -> None:
    plain = segment((gallery.card(1), PUSH, 0, 12), frames=12)
    spans = (
        CaptionSpan(first=3, end=6, lines=(("Rates", "rose"),), active=0),
        CaptionSpan(first=6, end=9, lines=(("Rates", "rose"),), active=1),
    )
    captioned = plain.model_copy(update={"captions": spans, "caption_style": CAPTION_STYLE})
    box, seen = CAPTION_STYLE.box, []
    for frame in range(12):
        changed = drawn(plain, gallery, frame)[0] != drawn(captioned, gallery, frame)[0]
        seen.append(bool(changed.any()))
        changed[box.y_px : box.y_px + box.height_px, box.x_px : box.x_px + box.width_px] = False
        assert not changed.any()
    assert seen == [3 <= frame < 9 for frame in range(12)]


def test_the_lit_word_changes_on_its_frame(gallery: Gallery) -> None:
    spans = tuple(CaptionSpan(first=at, end=at + 1, lines=(("Rates", "rose"),), active=at) for at in range(2))
    request = segment((gallery.flat("#203040"), STILL, 0, 2), frames=2)
    request = request.model_copy(update={"captions": spans, "caption_style": CAPTION_STYLE})
    assert not np.array_equal(drawn(request, gallery, 0)[1], drawn(request, gallery, 1)[1])


def test_frames_may_be_drawn_in_any_order(gallery: Gallery) -> None:
    request = segment((gallery.card(1), PUSH, 5, 50), (gallery.card(2), PAN, 0, 60), frames=20)
    composer, out = Composer(request, gallery.paths), empty_planes(SIZE)
    composer.draw(13, out)
    first = [plane.copy() for plane in out]
    composer.draw(2, out)
    composer.draw(13, out)
    assert all(np.array_equal(before, after) for before, after in zip(first, out, strict=True))


def test_what_cannot_be_drawn_is_refused(gallery: Gallery) -> None:
    image = gallery.flat("black")
    unknown = Asset(digest="sha256:" + "0" * 64, media_type="image/png", size_bytes=1)
    span = CaptionSpan(first=0, end=1, lines=(("word",),))
    fine = segment((image, STILL, 0, 2), frames=2)
    for request, problem in (
        (segment((image, STILL, 0, 2), frames=2, size=(217, 384)), "even"),
        (segment((image, STILL, 1, 2), frames=2), "shot of 2"),
        (segment((unknown, STILL, 0, 2), frames=2), "no picture at hand"),
        (fine.model_copy(update={"captions": (span,)}), "caption_style"),
    ):
        with pytest.raises(InputError, match=problem):
            Composer(request, gallery.paths)
    with pytest.raises(InputError, match="frame 2"):
        Composer(fine, gallery.paths).draw(2, empty_planes(SIZE))
