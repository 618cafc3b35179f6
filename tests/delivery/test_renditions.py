from __future__ import annotations

import base64
import io
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import thumbhash
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media_factory.delivery.extras_model import WIDTHS
from media_factory.delivery.renditions import make_renditions, opened_picture, widths_for
from media_factory.drawing.placeholders import placeholder_of
from media_factory.errors import InputError, RenderError
from tests.rendering.films import card


@given(width=st.integers(1, 9000), asked=st.lists(st.integers(16, 4000), min_size=1, max_size=8))
def test_no_picture_is_enlarged_and_none_is_left_without_a_size(width: int, asked: list[int]) -> None:
    found = widths_for(width, asked)
    assert found
    assert list(found) == sorted(set(found))
    assert max(found) == min(width, max(asked))
    assert set(found) <= {*asked, width}


def test_widths_of_a_picture_below_the_widest_end_with_its_own() -> None:
    assert widths_for(1350, WIDTHS) == (320, 480, 640, 960, 1280, 1350)
    assert widths_for(4000, WIDTHS) == WIDTHS
    assert widths_for(200, WIDTHS) == (200,)


@pytest.mark.parametrize("lettered", [True, False])
def test_every_format_opens_in_every_width_and_shows_the_picture(lettered: bool) -> None:
    picture = card(3, (500, 888))
    made = list(make_renditions(picture, (320, 480, 960), ("avif", "webp", "jpeg"), lettered=lettered))
    assert [(one.form, one.width_px) for one in made] == [
        (form, width) for form in ("avif", "webp", "jpeg") for width in (320, 480, 500)
    ]
    for one in made:
        with Image.open(io.BytesIO(one.data)) as read:
            assert (read.format, read.size) == (one.form.upper(), (one.width_px, one.height_px))
            assert abs(one.width_px / one.height_px - 500 / 888) < 0.002
            assert not read.getexif()
            small = picture.resize(read.size, Image.Resampling.LANCZOS)
            shown = np.asarray(read.convert("RGB"), np.float64)
        assert 10 * np.log10(255**2 / np.mean((shown - np.asarray(small)) ** 2)) > 27


def test_type_keeps_its_colour_edges_where_the_format_can() -> None:
    picture = Image.new("RGB", (320, 320), "#102030")
    picture.paste("#ff2020", (101, 0, 102, 320))
    [sharp] = make_renditions(picture, (320,), ("avif",), lettered=True)
    [soft] = make_renditions(picture, (320,), ("avif",), lettered=False)
    errors = []
    for one in (sharp, soft):
        shown = np.asarray(Image.open(io.BytesIO(one.data)).convert("RGB"), np.float64)
        errors.append(float(np.abs(shown - np.asarray(picture))[:, 98:105].mean()))
    assert errors[0] < errors[1] / 2


def test_transparent_pictures_stay_so_where_the_format_can_and_are_white_in_jpeg(tmp_path: Path) -> None:
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    picture = opened_picture(tmp_path / "clear.png")
    made = {one.form: one for one in make_renditions(picture, (64,), ("avif", "webp", "jpeg"), lettered=True)}
    for form in ("avif", "webp"):
        assert Image.open(io.BytesIO(made[form].data)).convert("RGBA").getpixel((9, 9))[3] == 0
    assert Image.open(io.BytesIO(made["jpeg"].data)).getpixel((9, 9)) == (255, 255, 255)


def test_a_turned_photograph_is_upright_and_says_nothing_of_its_camera(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    Image.new("RGB", (80, 40), "red").save(tmp_path / "turned.jpg", exif=exif)
    picture = opened_picture(tmp_path / "turned.jpg")
    assert picture.size == (40, 80)
    [one] = make_renditions(picture, (40,), ("jpeg",), lettered=False)
    assert b"a camera" not in one.data


def test_what_is_no_picture_or_far_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("words")
    with pytest.raises(InputError, match=r"words\.png is no picture"):
        opened_picture(tmp_path / "words.png")
    Image.new("1", (30_000, 3_000)).save(tmp_path / "vast.png")
    with pytest.raises(InputError, match=r"vast\.png"):
        opened_picture(tmp_path / "vast.png")


def test_work_that_nobody_waits_for_ends() -> None:
    stop = Event()
    stop.set()
    with pytest.raises(RenderError, match="stopped"):
        list(make_renditions(card(1, (100, 100)), (50,), ("jpeg",), lettered=True, stop=stop))


def test_a_placeholder_is_tiny_and_has_the_picture_s_colour_and_shape() -> None:
    picture = Image.new("RGB", (1080, 1920), "#203040")
    found = placeholder_of(picture)
    assert found.colour == "#203040"
    data = list(base64.b64decode(found.thumbhash))
    assert len(data) <= 35
    assert thumbhash.thumb_hash_to_approximate_aspect_ratio(data) == pytest.approx(1080 / 1920, rel=0.15)
    red, green, blue, alpha = thumbhash.thumb_hash_to_average_rgba(data)
    assert (red * 255, green * 255, blue * 255, alpha) == pytest.approx((0x20, 0x30, 0x40, 1), abs=6)


def test_a_placeholder_of_a_clear_picture_is_white() -> None:
    assert placeholder_of(Image.new("RGBA", (10, 10), (255, 0, 0, 0))).colour == "#ffffff"
