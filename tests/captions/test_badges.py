"""Badges: a few words that fit into a corner, whatever the frame and the language."""

from __future__ import annotations

import pytest

from media_factory.briefs.fields import Aspect, frame_size
from media_factory.captions.badges import badge_for
from media_factory.captions.measure import edge_px, line_width_px
from media_factory.captions.safe_areas import safe_box
from media_factory.design.themes import THEMES
from media_factory.errors import InputError


@pytest.mark.parametrize("aspect", ["9:16", "16:9", "1:1", "4:5"])
@pytest.mark.parametrize("side", [360, 1080, 2160])
@pytest.mark.parametrize(
    ("text", "language"), [("AI-generated", "en"), ("من إنتاج الذكاء الاصطناعي", "ar"), ("AI生成", "ja")]
)
def test_a_badge_fits_on_one_line_at_the_top_of_what_platforms_leave_free(
    aspect: Aspect, side: int, text: str, language: str
) -> None:
    size = frame_size(aspect, side)
    badge = badge_for(text, THEMES["news"], size, language)
    assert badge is not None
    (line,) = badge.lines
    box, safe = badge.style.box, safe_box((), *size)
    assert line_width_px(line, badge.style) <= box.width_px - 2 * edge_px(badge.style)
    assert (box.x_px, box.y_px, box.width_px) == (safe.x_px, safe.y_px, safe.width_px)
    assert box.height_px < 0.12 * size[1]
    assert badge.style.align == ("right" if language == "ar" else "left")


def test_no_words_are_no_badge() -> None:
    assert badge_for("", THEMES["news"], (1080, 1920), "en") is None


def test_words_that_do_not_fit_are_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"label: 40 characters do not fit into a picture 64 px wide"):
        badge_for("w" * 40, THEMES["news"], (64, 64), "en")
