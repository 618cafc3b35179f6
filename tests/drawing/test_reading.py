"""A plain prompt's own words say what kind of card it wants."""

import pytest

from media_factory.drawing.reading import card_from_prompt, number_in


@pytest.mark.parametrize(
    "prompt",
    ["a calm sea at night", 'a "vintage" car', "a street in 1969", "4k wallpaper, 16:9, two cats", "top 10 cities"],
)
def test_a_prompt_without_figures_or_quotations_is_art(prompt: str) -> None:
    assert card_from_prompt(prompt).layout == "art"


@pytest.mark.parametrize(
    ("prompt", "figure"),
    [
        ("Mortgage rates fall to 3.25%", "3.25%"),
        ("House prices reach $300,000 in spring", "$300,000"),
        ("The fund raised €1.2 billion, more than ever", "€1.2 billion"),
        ("A crowd of 250,000 people marched", "250,000"),
    ],
)
def test_a_number_that_matters_makes_a_figure_card(prompt: str, figure: str) -> None:
    card = card_from_prompt(prompt)
    assert (card.layout, card.figure) == ("figure", figure)
    assert card.figure_label
    assert figure in card.figure_label


def test_numbers_of_one_kind_with_names_make_a_chart() -> None:
    card = card_from_prompt("Inflation by year: 2022: 8.0%, 2023: 4.1%, 2024: 2.9% and 2025: 2.4%")
    assert card.layout == "chart"
    assert card.headline == "Inflation by year"
    assert [(point.label, point.value, point.shown) for point in card.points] == [
        ("2022", 8.0, "8.0%"),
        ("2023", 4.1, "4.1%"),
        ("2024", 2.9, "2.9%"),
        ("2025", 2.4, "2.4%"),
    ]


def test_numbers_of_different_kinds_are_not_compared() -> None:
    assert card_from_prompt("Results: Wind 31%, Cost $20, Solar 18%").layout != "chart"


def test_a_quotation_is_set_as_one_with_its_speaker() -> None:
    card = card_from_prompt("“That’s one small step for man, one giant leap for mankind” — Neil Armstrong")
    assert card.layout == "quote"
    assert card.headline == "That’s one small step for man, one giant leap for mankind"
    assert card.attribution == "Neil Armstrong"


@pytest.mark.parametrize(
    ("text", "value"), [("$1.2 million", 1.2e6), ("3.25%", 3.25), ("−4.1%", -4.1), ("300,000", 300_000), ("none", None)]
)
def test_a_figure_has_a_value(text: str, value: float | None) -> None:
    assert number_in(text) == value
