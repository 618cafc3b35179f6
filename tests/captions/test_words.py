from hypothesis import given
from hypothesis import strategies as st

from media_factory.captions.words import gap, join_words, split_words
from tests.captions.texts import CHINESE, JAPANESE, RATES, THAI


def without_spaces(text: str) -> str:
    return "".join(text.split())


def test_figures_stay_whole_in_languages_without_spaces() -> None:
    assert "3.25%，" in split_words(CHINESE, "zh")
    assert "3.25%" in split_words(THAI, "th")


def test_latin_names_keep_their_space_in_japanese() -> None:
    assert "Media Factory社は" in join_words(split_words(JAPANESE, "ja"), "ja")
    assert gap("金利を", "引き上げ", "ja") == ""


def test_english_words_join_to_the_text_as_written() -> None:
    assert join_words(split_words(RATES), "en") == RATES


@given(
    st.text(st.sampled_from("aé3.,%$-–()日本はที่ให้ \n"), max_size=40),
    st.sampled_from(["en", "de", "ja", "zh", "th", "ko"]),
)
def test_no_character_is_lost_or_moved_in_any_language(text: str, language: str) -> None:
    words = split_words(text, language)
    assert without_spaces(join_words(words, language)) == without_spaces(text)
    assert all(words)
