"""Films: what the look asks of segments and of the mix."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from media_factory.assets import pending_asset
from media_factory.briefs.fields import Aspect
from media_factory.captions.cards import CaptionStyle
from media_factory.design.themes import THEMES
from media_factory.rendering.film import Film, Look, SceneMedia, film_of, mix_request
from media_factory.results import Utterance
from tests.captions.texts import MOON, spoken


def scene(aspect: Aspect = "9:16") -> SceneMedia:
    words = spoken(MOON)
    return SceneMedia(
        text=MOON,
        prompt="moon",
        pictures={aspect: pending_asset("picture", "image/png", width_px=1350, height_px=2400)},
        utterance=Utterance(
            provider="fake:1",
            cost_usd=Decimal(0),
            sound=pending_asset("sound", "audio/wav"),
            duration_s=words[-1].end_s,
            words=words,
            alignment="provider",
        ),
    )


def film(aspect: Aspect = "9:16", **look: Any) -> Film:
    return film_of([scene(aspect)], Look(theme=THEMES["news"], **look), aspect, 1080)


def look_of_captions(made: Film) -> CaptionStyle:
    found = {segment.caption_style for segment in made.segments if segment.captions}
    (style,) = found
    assert style is not None
    return style


def test_the_preset_decides_how_captions_look() -> None:
    assert look_of_captions(film()).highlight == "pill"
    assert look_of_captions(film(captions="pop")).max_words == 4
    assert look_of_captions(film(captions="boxed")).panel is not None


def test_captions_have_one_size_for_the_whole_film() -> None:
    long = "Bundesverfassungsgerichtsentscheidung"
    words = spoken(f"The {long} is here.")
    wide = scene().model_copy(update={"utterance": scene().utterance.model_copy(update={"words": words})})
    made = film_of([scene(), wide], Look(theme=THEMES["news"]), "9:16", 1080)
    assert look_of_captions(made).size_px < look_of_captions(film()).size_px


def test_no_captions_leave_the_picture_clean() -> None:
    assert all(segment.captions == () and segment.caption_style is None for segment in film(captions="none").segments)


@pytest.mark.parametrize(("preset", "lights"), [("karaoke", True), ("pop", True), ("boxed", True), ("plain", False)])
def test_presets_without_a_lit_word_ask_for_a_card_once(preset: str, *, lights: bool) -> None:
    spans = [span for segment in film(captions=preset).segments for span in segment.captions]
    assert any(span.active is not None for span in spans) == lights
    if not lights:
        assert len(spans) < len(spoken(MOON)) / 2


@pytest.mark.parametrize(
    ("destinations", "left", "right"), [((), 120, 780), (("reels",), 65, 1015), (("reels", "tiktok"), 120, 780)]
)
def test_captions_stand_where_the_destinations_leave_room(destinations: tuple[str, ...], left: int, right: int) -> None:
    box = look_of_captions(film(destinations=destinations)).box
    assert (box.x_px, box.x_px + box.width_px) == (left, right)


@pytest.mark.parametrize(
    ("destinations", "loudness"), [((), (-14, -1.5)), (("podcast",), (-16, -1.5)), (("broadcast", "x"), (-23, -1))]
)
def test_the_mix_is_as_loud_as_the_destinations_want(
    destinations: tuple[str, ...], loudness: tuple[float, float]
) -> None:
    request = mix_request([scene()], Look(theme=THEMES["news"], destinations=destinations), None)
    assert (request.loudness_lufs, request.true_peak_dbtp) == loudness
