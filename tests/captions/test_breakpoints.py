import pytest

from media_factory.captions.breakpoints import (
    CLAUSE,
    CONJUNCTION,
    FORBIDDEN,
    KINSOKU,
    PLAIN,
    PREPOSITION,
    SENTENCE,
    break_costs,
)
from media_factory.captions.words import split_words


def cost_at(marked: str, language: str = "en") -> float:
    """Return what a break costs where a text has a bar."""
    left, right = (split_words(part, language) for part in marked.split("|"))
    return break_costs((*left, *right), language)[len(left) - 1]


@pytest.mark.parametrize(
    ("marked", "cost"),
    [
        ("It landed. | Neil stepped out.", SENTENCE),
        ("Is it? | Yes.", SENTENCE),
        ("It fell to 3.25%. | Markets rose.", SENTENCE),
        ("made in the U.S. | The makers", SENTENCE),
        ("on the surface, | with Buzz", CLAUSE),
        ("the gates closed | and rates rose", CONJUNCTION),
        ("landed | on the Moon", PREPOSITION),
        ("rates rose | sharply", PLAIN),
    ],
)
def test_the_better_a_break_reads_the_less_it_costs(marked: str, cost: float) -> None:
    assert cost_at(marked) == cost


@pytest.mark.parametrize(
    "marked",
    [
        "they saw the | port",
        "landed on | Mars",
        "for my | house",
        "rates will | rise",
        "it did not | rise",
        "then she | spoke",
        "a load of 12 | tonnes",
        "some $3 | million",
        "On July | 20",
        "says Dr. | Smith",
        "says No. | 5",
        "by Neil | Armstrong",
        "with Apollo | 11",
        "It is over. Apollo | 11 landed",
        "Apollo | 11, at last",
        "the U.S. | Treasury",
        'he said "no | change"',
    ],
)
def test_what_belongs_together_is_not_to_be_broken(marked: str) -> None:
    assert cost_at(marked) >= FORBIDDEN


def test_an_article_that_ends_a_name_in_another_language_is_none() -> None:
    assert cost_at("Sie fand das | Haus", "de") == PLAIN
    assert cost_at("Das kostet 12 | Euro", "de") == FORBIDDEN


@pytest.mark.parametrize(("left", "right"), [("金利", "。"), ("「", "増長"), ("市場", "）は"), ("コーヒ", "ーの")])
def test_marks_that_may_not_start_or_end_a_line_in_japanese_do_not(left: str, right: str) -> None:
    assert break_costs((left, right), "ja") == (KINSOKU,)


def test_a_single_word_has_no_break() -> None:
    assert break_costs(("Hello",)) == ()
