"""Texts, words in time and styles that the caption tests share."""

from __future__ import annotations

from hypothesis import strategies as st

from media_factory.briefs.fields import Destination
from media_factory.captions.alignment import proportional
from media_factory.captions.cards import CaptionStyle
from media_factory.captions.style import BurnedIn, caption_style_for
from media_factory.design.themes import THEMES
from media_factory.timing import Word

MOON = (
    "On July 20, 1969, Apollo 11 landed on the Moon. Neil Armstrong became the first person to step onto the lunar "
    "surface, with Buzz Aldrin joining him 19 minutes later."
)
RATES = (
    "The central bank held its key rate at 3.25% today. For a $300,000 mortgage, that keeps the payment about $60 "
    'higher a month, says Dr. Smith of the U.S. Treasury: "No change – yet."'
)
ARABIC = "أعلن البنك المركزي أن سعر الفائدة سيبقى عند 3.25% هذا العام، وقال: (لا تغيير)."
HEBREW = 'הבנק המרכזי הותיר את הריבית על 3.25% היום, אמר ד"ר Smith מ-Apple.'
JAPANESE = "日本銀行は金利を3.25%に引き上げ、Media Factory社は「様子を見る」と述べた。市場は静かだった。"
CHINESE = "美联储将利率提高到3.25%，OpenStreetMap 数据显示“增长”。专家（张三）认为，市场会稳定。"
THAI = "ธนาคารกลางขึ้นดอกเบี้ย 3.25% เป็นครั้งแรกในรอบสองปี"


def spoken(text: str, language: str = "en", words_per_s: float = 2.7) -> tuple[Word, ...]:
    """Return a text's words in time, at an even pace."""
    return proportional(text, language, max(0.2, len(text) / 5.5 / words_per_s))


HINDI = "केंद्रीय बैंक ने ब्याज दर 3.25% पर स्थिर रखी है, और अध्यक्ष ने कहा: कोई बदलाव नहीं।"


def style(
    width_px: int = 1080,
    height_px: int = 1920,
    language: str = "en",
    theme: str = "news",
    preset: BurnedIn = "karaoke",
    destinations: tuple[Destination, ...] = (),
) -> CaptionStyle:
    """Return the captions' look on a frame."""
    return caption_style_for(THEMES[theme], width_px, height_px, language, preset, destinations)  # type: ignore[index]


LATIN = st.characters(min_codepoint=33, max_codepoint=0x17E, categories=("Lu", "Ll", "Nd", "P", "Sc"))
TOKENS = st.text(LATIN, min_size=1, max_size=14)


@st.composite
def timed_words(draw: st.DrawFn, max_size: int = 40, shortest_s: float = 0.0) -> tuple[Word, ...]:
    """Draw words as a provider may time them: some at once, some with silence in between."""
    words: list[Word] = []
    now = 0.0
    for text in draw(st.lists(TOKENS, min_size=1, max_size=max_size)):
        now += draw(st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.29, 0.3, 0.6, 2.0]))
        end = now + max(shortest_s, draw(st.sampled_from([0.0, 0.05, 0.2, 0.35, 0.8, 3.0])))
        words.append(Word(text=text, start_s=round(now, 4), end_s=round(end, 4)))
        now = end
    return tuple(words)
