"""Pictures carry their words whole, legible and where nothing covers them, and come out the same every time."""

import hashlib
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_factory.design.colour import contrast
from media_factory.design.themes import THEMES
from media_factory.drawing import canvas as canvas_module
from media_factory.drawing.areas import ZOOM, safe_areas
from media_factory.drawing.motifs import LIKE_DATA
from media_factory.drawing.picture import Picture, draw_picture
from media_factory.errors import GlyphsMissing, InvalidRequest
from media_factory.requests import Card, DataPoint, ImageRequest, Layout

POINTS = tuple(
    DataPoint(label=label, value=value, shown=f"{value}%")
    for label, value in (("2021", 4.7), ("2022", 8.0), ("2023", 4.1), ("2024", 2.9), ("2025", 2.4))
)
CARDS: dict[str, Card] = {
    "title": Card(
        layout="title",
        kicker="Apollo 11",
        headline="Two people walked on the Moon while the world watched",
        deck="The lunar module touched down with 25 seconds of fuel left.",
    ),
    "long": Card(
        layout="title",
        kicker="Housing",
        headline="Central bank holds interest rates at 3.25% as mortgage lenders warn that first-time buyers face a "
        "difficult year",
    ),
    "quote": Card(
        layout="quote",
        headline="Because it is there. Everest is the highest mountain in the world, and no man has reached its "
        "summit. Its existence is a challenge to us all who climb.",
        attribution="George Mallory, 1923",
    ),
    "figure": Card(layout="figure", kicker="Loans", figure="$300,000", figure_label="borrowed over 30 years"),
    "chart": Card(
        layout="chart", kicker="Prices", headline="Prices rise more slowly", points=POINTS, attribution="BLS"
    ),
    "list": Card(layout="list", headline="Box breathing", items=("Breathe in", "Hold", "Breathe out slowly", "Hold")),
}
PHONE, WIDE, SQUARE, FEED = (540, 960), (960, 540), (600, 600), (560, 700)
PROMPTS = ("the Moon", "a stormy sea", "the market", "mountains", "fire", "city", "network", "idea", "soil", "world")
SHAPES = pytest.mark.parametrize("size", [PHONE, WIDE, SQUARE, FEED], ids=["9:16", "16:9", "1:1", "4:5"])
EACH_CARD = pytest.mark.parametrize("name", CARDS)


def asked(size: tuple[int, int] = PHONE, prompt: str = "the Moon", theme: str = "news", **more: object) -> ImageRequest:
    width, height = size
    fields = {"provider": "artboard:cards-1", "prompt": prompt, "width_px": width, "height_px": height, "theme": theme}
    return ImageRequest.model_validate({**fields, **more})


def pixels(picture: Picture) -> np.ndarray:
    return np.asarray(picture.image, np.float32)


def written(request: ImageRequest) -> tuple[np.ndarray, Picture]:
    """Return which pixels the letters touch, and the picture without them."""
    bare = draw_picture(request, lettered=False)
    return np.abs(pixels(draw_picture(request)) - pixels(bare)).max(axis=2) > 8, bare


@SHAPES
@EACH_CARD
def test_letters_stay_in_the_safe_area_even_when_the_renderer_zooms_in(name: str, size: tuple[int, int]) -> None:
    touched, _ = written(asked(size, card=CARDS[name]))
    ys, xs = np.nonzero(touched)
    assert len(xs) > 500
    for zoom in (1.0, ZOOM):
        across, down = (xs + 0.5 - size[0] / 2) * zoom + size[0] / 2, (ys + 0.5 - size[1] / 2) * zoom + size[1] / 2
        inside = np.zeros(len(xs), bool)
        for area in safe_areas(*size):
            slack = 2
            fits_across = (across > area.left - slack) & (across < area.right + slack)
            inside |= fits_across & (down > area.top - slack) & (down < area.bottom + slack)
        assert inside.all()


@EACH_CARD
@pytest.mark.parametrize("theme", THEMES)
def test_every_text_can_be_read_against_what_lies_behind_it(name: str, theme: str) -> None:
    place = sorted(THEMES).index(theme) + list(CARDS).index(name)
    size = (PHONE, WIDE, SQUARE, FEED)[place % 4]
    picture = draw_picture(asked(size, PROMPTS[place % len(PROMPTS)], theme, card=CARDS[name]), lettered=False)
    behind = pixels(picture) / 255
    assert picture.texts
    for placed in picture.texts:
        box = placed.box
        patch = behind[int(box.top) : int(box.bottom) + 1, int(box.left) : int(box.right) + 1]
        assert np.quantile(contrast(placed.colour, patch), 0.01) >= 4.5, (placed.role, placed.text)


@SHAPES
@EACH_CARD
def test_all_words_of_the_main_text_are_there_and_inside_the_picture(name: str, size: tuple[int, int]) -> None:
    card = CARDS[name]
    texts = draw_picture(asked(size, card=card)).texts
    shown = " ".join(placed.text for placed in texts)
    for wanted in (card.figure or card.headline, *card.items):
        assert wanted is not None
        assert wanted in shown
    for placed in texts:
        assert placed.box.left >= 0
        assert placed.box.right <= size[0]
        assert placed.paragraph.size_px >= round(29 * min(size) / 1080)


def test_the_same_request_gives_the_same_pixels() -> None:
    request = asked(card=CARDS["title"], seed=7)
    assert draw_picture(request).image.tobytes() == draw_picture(request).image.tobytes()


def test_a_fresh_process_with_another_hash_seed_gives_the_same_pixels() -> None:
    request = asked((216, 384), "a calm sea", "water", card=CARDS["title"], seed=7)
    program = (
        "import hashlib, sys; from media_factory.drawing.picture import draw_picture;"
        "from media_factory.requests import ImageRequest;"
        "request = ImageRequest.model_validate_json(sys.argv[1]);"
        "print(hashlib.sha256(draw_picture(request).image.tobytes()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, request.model_dump_json()],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONHASHSEED": "12345"},
    )
    assert done.stdout.strip() == hashlib.sha256(draw_picture(request).image.tobytes()).hexdigest()


def test_another_seed_or_prompt_gives_another_picture() -> None:
    first = pixels(draw_picture(asked(seed=1, card=Card(layout="art"))))
    for other in (
        asked(seed=2, card=Card(layout="art")),
        asked(prompt="the Moon rises", seed=1, card=Card(layout="art")),
    ):
        assert np.abs(first - pixels(draw_picture(other))).mean() > 1


def test_layouts_differ_visibly() -> None:
    everything = CARDS["title"].model_copy(
        update={"figure": "3.25%", "points": POINTS, "items": ("One", "Two", "Three"), "attribution": "Somebody"}
    )
    layouts: tuple[Layout, ...] = ("title", "quote", "figure", "chart", "list", "art")
    pictures = {
        layout: pixels(draw_picture(asked(card=everything.model_copy(update={"layout": layout})))) for layout in layouts
    }
    for one, other in combinations(layouts, 2):
        assert (np.abs(pictures[one] - pictures[other]).max(axis=2) > 16).mean() > 0.04, (one, other)


def test_themes_differ_visibly() -> None:
    pictures = {theme: pixels(draw_picture(asked((270, 480), "something", theme))) for theme in THEMES}
    for one, other in combinations(THEMES, 2):
        assert (np.abs(pictures[one] - pictures[other]).max(axis=2) > 8).mean() > 0.3, (one, other)


def test_no_motif_looks_like_a_chart_beside_real_numbers() -> None:
    chart = CARDS["figure"]
    plain = {
        draw_picture(asked((270, 480), "market prices", "finance", seed=seed, card=chart)).motif for seed in range(8)
    }
    assert not plain & LIKE_DATA
    titled = {
        draw_picture(asked((270, 480), "market prices", "finance", seed=seed, card=CARDS["title"])).motif
        for seed in range(16)
    }
    assert titled & LIKE_DATA


def test_a_brand_palette_replaces_the_colours_and_stays_legible() -> None:
    # Grey on grey: unreadable if it were taken as it is.
    palette = ("#777777", "#808080", "#8a8a8a", "#858585", "#7a6f60", "#6f7a80")
    picture = draw_picture(asked(palette=palette, card=CARDS["title"]), lettered=False)
    behind = pixels(picture) / 255
    for placed in picture.texts:
        box = placed.box
        patch = behind[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
        assert np.quantile(contrast(placed.colour, patch), 0.05) >= 4.5 or placed.role == "kicker"


def test_a_plain_prompt_with_a_number_becomes_a_figure() -> None:
    roles = {placed.role for placed in draw_picture(asked(prompt="Mortgage rates fall to 3.25%")).texts}
    assert {"figure", "label"} <= roles


def test_arabic_stands_on_the_right() -> None:
    card = Card(layout="title", headline="خرج الناس ليروا القمر فوق المدينة")
    picture = draw_picture(asked(card=card, language="ar"))
    (headline,) = picture.texts
    assert headline.align == "right"
    assert headline.box.right == pytest.approx(max(area.right for area in safe_areas(*PHONE)), rel=0.06)


@SHAPES
def test_a_headline_with_a_monster_of_a_word_is_still_shown(size: tuple[int, int]) -> None:
    headline = "Das Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz ist aufgehoben"
    (placed,) = draw_picture(asked(size, card=Card(layout="title", headline=headline), language="de")).texts
    assert placed.text.replace("- ", "") == headline


@SHAPES
def test_a_very_long_headline_gets_smaller_but_stays_whole(size: tuple[int, int]) -> None:
    headline = " ".join(["Rates fell again while prices rose"] * 9)
    (placed,) = draw_picture(asked(size, card=Card(layout="title", headline=headline))).texts
    assert placed.text == headline


def test_glyphs_that_nobody_has_are_refused_by_name() -> None:
    with pytest.raises(GlyphsMissing, match=r"U\+10FFFD"):
        draw_picture(asked(card=Card(layout="title", headline="Look \U0010fffd here")))


@pytest.mark.parametrize("fields", [{"theme": "baroque"}, {"palette": ("#000000",)}, {"palette": ("black",) * 6}])
def test_themes_and_palettes_that_are_none_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        draw_picture(asked(**fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(64, 64), (64, 1024), (1024, 64), (100, 180)])
def test_very_small_pictures_are_art_without_words(size: tuple[int, int]) -> None:
    picture = draw_picture(asked(size, card=CARDS["title"]))
    assert picture.image.size == size
    assert picture.texts == ()


def test_very_large_pictures_are_enlarged_and_their_words_set_at_full_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas_module, "MAX_PIXELS", 130_000)
    touched, bare = written(asked(card=CARDS["title"]))
    assert bare.image.size == PHONE
    assert touched.any()
    for placed in bare.texts:
        assert any(area.holds(placed.box, slack=2) for area in safe_areas(*PHONE))


VOCABULARY = (
    "Rates 3.25% $300,000 the of überaus Ελλάδα Москва القمر Weltraumbahnhofsvorsteher a – I “quoted” Trần £1.2bn"
)
WORDS = st.lists(st.sampled_from(VOCABULARY.split()), max_size=18).map(" ".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    size=st.tuples(st.integers(64, 640), st.integers(64, 640)),
    layout=st.sampled_from(["title", "quote", "figure", "chart", "list", "art"]),
    theme=st.sampled_from(sorted(THEMES)),
    texts=st.tuples(WORDS, WORDS, WORDS, WORDS),
    values=st.lists(st.floats(-1e9, 1e9), max_size=12),
    seed=st.integers(0, 2**40),
)
def test_anything_that_is_asked_for_is_drawn_at_its_size(
    size: tuple[int, int],
    layout: Layout,
    theme: str,
    texts: tuple[str, str, str, str],
    values: list[float],
    seed: int,
) -> None:
    card = Card(
        layout=layout,
        kicker=texts[0],
        headline=texts[1],
        deck=texts[2],
        figure=texts[3][:12],
        items=tuple(texts),
        points=tuple(DataPoint(label=f"Mark {i}", value=value, shown=f"{value:.3g}") for i, value in enumerate(values)),
        attribution=texts[0],
    )
    picture = draw_picture(asked(size, texts[3] or "x", theme, card=card, seed=seed))
    assert picture.image.size == size
    assert picture.image.mode == "RGB"
    for placed in picture.texts:
        assert any(area.holds(placed.box, slack=2) for area in safe_areas(*size)), placed.role
