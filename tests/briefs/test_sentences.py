from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.briefs.sentences import join_sentences, split_sentences

PIECES = st.sampled_from(
    [
        "Dr.",
        "U.S.",
        "5 p.m.",
        "3.25%",
        "“We",
        "won.”",
        "he",
        "said",
        "Monday",
        "e.g.",
        "No.",
        "5",
        "(see",
        "p.",
        "9)",
        "…",
        "!",
        "?",
        "$300,000",
        "iPhone",
        "J.",
        "R.",
        "Low",
        "end.",
        "«Ja.»",
        "。",
        "你好。",
        "「はい。」と",
        "ไทย",
        "مرحبا؟",
        "नमस्ते।",
        "∯",
        "ȸ",
        "\n\n",
    ]
)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ("Dr. Low met Mr. J. R. Hart in the U.S. Senate.", "They spoke.")),
        ("en", ("It rose to 3.25%.", "A $300,000 loan costs more.")),
        ("en", ("He left at 5 p.m. Monday.", "At 6 a.m. she came.", "It was 5 a.m. EST.")),
        ("en", ("“We came. We saw.”", "Then he left.")),
        ("en", ("“Why?” she asked.", "Nobody knew.")),
        ("en", ("No.", "He stayed.", "No. 5 lives, see Fig. 3 and approx. 40 more.")),
        ("en", ("Use tools, e.g. hammers.", "iPhone sales rose.")),
        ("en", ("I like it...", "Really?!", "Yes.")),
        ("de", ("Am 5. Mai kam er.", "Dr. Müller sprach über 3,5 Mio. Euro.")),
        ("fr", ("Elle dit : « Bonjour. »", "Puis elle partit.")),
        ("zh", ("央行维持利率在3.25%。", "市场呢？", "“很好。”", "他说。")),
        ("ja", ("彼は「終わりました。」と言った。", "次は京都です。")),
        ("ar", ("أبقى البنك الفائدة عند 3.25%.", "هل سيخفض؟", "نعم.")),
        ("hi", ("केंद्रीय बैंक ने दर 3.25% रखी।", "बाज़ार गिरे।")),
        ("th", ("ธนาคารกลางคงอัตราดอกเบี้ย", "ตลาดคาดว่าจะลดลง 3.25% ในปีนี้")),
        ("ko", ("한국은행은 금리를 3.25%로 유지했다.", "시장은 하락했다.")),
    ],
)
def test_a_sentence_ends_where_a_reader_ends_it(language: str, sentences: tuple[str, ...]) -> None:
    assert split_sentences(join_sentences(sentences), language) == sentences


def test_the_script_of_a_text_decides_where_its_language_tag_is_wrong() -> None:
    assert split_sentences("你好。再见。", "en") == ("你好。", "再见。")


def test_a_text_without_words_has_no_sentences() -> None:
    assert split_sentences(" \n ") == ()


def test_characters_that_the_library_uses_itself_do_not_get_lost() -> None:
    assert split_sentences("The ∯ mark. The ȸ mark. Done.") == ("The ∯ mark.", "The ȸ mark.", "Done.")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(PIECES | st.text(max_size=8), max_size=25).map(" ".join),
    st.sampled_from(["en", "de", "fr", "ja", "zh", "th", "ar", "hi", "ru", "sw"]),
)
def test_every_character_survives_in_order(text: str, language: str) -> None:
    sentences = split_sentences(text, language)
    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(sentence == " ".join(sentence.split()) != "" for sentence in sentences)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.from_regex(r"[A-Za-z.,!?%$0-9]{1,8}", fullmatch=True), max_size=25))
def test_no_word_of_a_spaced_language_is_cut(pieces: list[str]) -> None:
    latin = [piece for piece in pieces if piece.isascii()]
    sentences = split_sentences(" ".join(latin), "en")
    assert [word for sentence in sentences for word in sentence.split()] == " ".join(latin).split()
