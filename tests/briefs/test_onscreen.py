from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_factory.briefs.figures import figures_in
from media_factory.briefs.onscreen import card_for, closing_card
from media_factory.requests import Card

TEXTS = st.lists(
    st.sampled_from(
        [
            "“We won the long game,” said Dr. Ana Ruiz.",
            "Rates rose from 2.4% in May to 3.25% in June.",
            "It cost $300,000.",
            "Sales of €3 Millionen.",
            "Three things matter: cost, speed and trust.",
            "He went to the Sea of Tranquility.",
            "Go.",
            "A 12% rise in France, 9% in Spain and 7% in Italy.",
            "In 1969 Apollo 11 flew.",
            "Hold.",
            "Wait.",
            "$5",
            '"',
            "from",
            "to",
        ]
    )
    | st.text(max_size=12),
    min_size=1,
    max_size=5,
).map(" ".join)


def test_a_quotation_becomes_a_quote_card_with_who_said_it() -> None:
    text = "“That's one small step for man, one giant leap for mankind,” said Neil Armstrong."
    assert card_for(text) == Card(
        layout="quote",
        headline="That's one small step for man, one giant leap for mankind",
        attribution="Neil Armstrong",
    )


def test_a_pronoun_is_nobody_to_attribute_a_quotation_to() -> None:
    assert card_for('"It is a good day for science," she said.').attribution is None


@pytest.mark.parametrize(
    ("text", "figure", "label"),
    [
        ("For a $300,000 mortgage, little changes.", "$300,000", "mortgage"),
        ("Markets fell, so the two-year yield jumped 12 basis points.", "12 basis points", "the two-year yield jumped"),
        ("The central bank held its key rate at 3.25% today.", "3.25%", "The central bank held its key rate"),
        (
            "About 600 million people followed the first steps on television.",
            "600 million people",
            "followed the first steps",
        ),
        ("They packed 47.5 pounds of rock and soil.", "47.5 pounds", "of rock and soil"),
        ("The U.S. program had cost about $25 billion.", "$25 billion", "The U.S. program had cost"),
        ("Freight rates rose four percent while the gates were shut.", "four percent", "Freight rates rose"),
        ("Route 66 is 2,448 miles long.", "2,448 miles", "Route 66"),
    ],
)
def test_a_number_becomes_a_figure_card_as_it_is_written(text: str, figure: str, label: str) -> None:
    card = card_for(text)
    assert (card.layout, card.figure, card.figure_label) == ("figure", figure, label)


def test_a_figure_stands_beside_what_the_text_compares_it_with() -> None:
    card = card_for("The firm paid $1.2 billion for it, up from $900 million a year ago.")
    assert (card.figure, card.deck) == ("$1.2 billion", "up from $900 million a year ago")


@pytest.mark.parametrize(
    ("text", "headline", "points"),
    [
        (
            "Prices rose 3.4% in March, 3.1% in April and 2.8% in May.",
            "Prices rose",
            [("March", 3.4, "3.4%"), ("April", 3.1, "3.1%"), ("May", 2.8, "2.8%")],
        ),
        (
            "Output of France grew 1.2%, Germany 0.3% and Italy 0.9%.",
            "Output",
            [("France", 1.2, "1.2%"), ("Germany", 0.3, "0.3%"), ("Italy", 0.9, "0.9%")],
        ),
        (
            "Sales were $3 million in 2022, $4 million in 2023 and $6.5 million in 2024 by our count.",
            "Sales",
            [("2022", 3e6, "$3 million"), ("2023", 4e6, "$4 million"), ("2024", 6.5e6, "$6.5 million")],
        ),
        ("Inflation fell from 3.4% to 2.1%.", "Inflation fell", [("from", 3.4, "3.4%"), ("to", 2.1, "2.1%")]),
        ("Rates rose to 4% from 3.25%.", "Rates rose", [("from", 3.25, "3.25%"), ("to", 4, "4%")]),
        ("Rates rose from 3% in May to 4% in June.", "Rates rose", [("May", 3, "3%"), ("June", 4, "4%")]),
    ],
)
def test_numbers_that_a_text_compares_become_a_chart(
    text: str, headline: str, points: list[tuple[str, float, str]]
) -> None:
    card = card_for(text)
    assert (card.layout, card.headline) == ("chart", headline)
    assert [(point.label, point.value, point.shown) for point in card.points] == points


def test_numbers_without_labels_of_their_own_are_no_chart() -> None:
    assert card_for("It went 3%, 4%, and then 5%.").layout != "chart"


def test_things_that_are_counted_up_become_a_list() -> None:
    card = card_for("Three numbers will matter: wages, rents and energy prices.")
    assert (card.layout, card.headline, card.items) == (
        "list",
        "Three numbers will matter",
        ("wages", "rents", "energy prices"),
    )
    assert card_for("Breathe in. Hold. Breathe out.").items == ("Breathe in", "Hold", "Breathe out")


def test_a_short_line_stands_in_type_and_a_long_one_does_not() -> None:
    assert card_for("Hold for four.") == Card(layout="title", headline="Hold for four")
    assert card_for("A mirror that the crew left behind still answers lasers from afar.") == Card()
    assert card_for("Its lander came down over the Sea of Tranquility that night.").headline == "Sea of Tranquility"


def test_one_of_several_names_in_a_row_does_not_stand_alone() -> None:
    assert (
        card_for("The crew of Neil Armstrong, Buzz Aldrin and Michael Collins had eight days ahead of them.") == Card()
    )


def test_a_call_to_action_too_long_for_type_is_art() -> None:
    assert closing_card("Save this. It helps.").headline == "Save this"
    assert closing_card("word " * 30) == Card()


@pytest.mark.parametrize(
    "text",
    [
        "On July 20, 1969, at 20:17, Apollo 11 landed.",
        "Boeing 747 flight 12 left at 5 p.m. on the 3rd.",
        "A two-year, 12-month or 24/7 plan.",
        "Sie zahlten €3 Millionen.",
        "他们付了$3万。",
        "वे ₹3 करोड़ देंगे।",
        "Two hundred and fifty thousand came.",
    ],
)
def test_what_is_no_figure_on_its_own_is_not_taken_for_one(text: str) -> None:
    assert figures_in(text) == ()


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("$300,000", "en", 300_000),
        ("3.25%", "en", 3.25),
        ("€1.2bn", "en", 1.2e9),
        ("six hundred million people", "en", 6e8),
        ("300.000 €", "de", 300_000),
        ("3,25 %", "de", 3.25),
        ("3.25 %", "de", 3.25),
        ("forty-two percent", "en", 42),
    ],
)
def test_a_figure_has_the_value_that_its_language_writes(text: str, language: str, value: float) -> None:
    (figure,) = figures_in(text, language)
    assert (figure.shown, figure.value) == (text, value)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(["en", "de", "ja"]))
def test_whatever_a_card_says_stands_in_the_text(text: str, language: str) -> None:
    flat = " ".join(text.split())
    if not flat:
        return
    card = card_for(flat, language)
    said = [card.headline, card.deck, card.figure, card.figure_label, card.attribution, *card.items]
    said += [part for point in card.points for part in (point.label, point.shown)]
    assert all(part and part in flat for part in said if part is not None), (flat, card)
    assert card.kicker is None
    if card.layout == "art":
        assert card == Card()
