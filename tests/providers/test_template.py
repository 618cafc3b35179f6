from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.design.themes import ThemeName
from media_factory.errors import InvalidRequest
from media_factory.providers.template import TemplatePrompts, prompt_text
from media_factory.requests import PromptRequest
from media_factory.testing.conformance import CALL


def ask(headline: str = "Port reopens after storm", **fields: object) -> PromptRequest:
    return PromptRequest.model_validate(
        {"provider": "template:headline-1", "headline": headline, "style": "news", **fields}
    )


async def test_a_headline_becomes_subject_direction_and_guidelines_for_free() -> None:
    request = ask(text="Ships wait.", guidelines=("no people", "Calm water."))
    writer = TemplatePrompts()
    reply = await writer.generate(request, CALL)
    assert reply.text == (
        "Port reopens after storm. Ships wait. Documentary news photograph, crisp light, strong single focus. "
        "no people; Calm water."
    )
    assert reply.price_usd == writer.price_usd(request) == Decimal(0)
    assert await writer.generate(request, CALL) == reply


def test_a_subject_that_is_part_of_the_text_is_not_said_twice() -> None:
    assert prompt_text(ask("Ships wait.", text="Ships wait. Gates open.")).count("Ships wait") == 1


def test_every_theme_has_a_direction_of_its_own() -> None:
    assert len({prompt_text(ask(style=style)) for style in get_args(ThemeName)}) == len(get_args(ThemeName))


def test_a_style_of_ones_own_is_named() -> None:
    assert "Woodcut style." in prompt_text(ask(style="woodcut"))


def test_a_long_subject_is_cut_at_a_word() -> None:
    words = ("harbour " * 60).split()
    cut = prompt_text(ask(" ".join(words), max_chars=120)).split(". ")[0]
    assert set(cut.split()) == {"harbour"}


def test_the_direction_gives_way_to_the_guidelines() -> None:
    written = prompt_text(ask(guidelines=("no people",), max_chars=60))
    assert written == "Port reopens after storm. no people."


def test_guidelines_without_room_for_a_subject_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="the guidelines take 52 of 60 characters"):
        prompt_text(ask(guidelines=("x" * 50,), max_chars=60))


def test_a_blank_headline_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="headline is blank"):
        prompt_text(ask(" "))


@given(
    st.text(min_size=1, max_size=300).filter(str.strip),
    st.text(max_size=300),
    st.lists(st.sampled_from(["no people", "calm water", "wide sky"]), max_size=3),
    st.integers(80, 400),
)
def test_a_prompt_is_one_line_within_its_limit_and_carries_the_guidelines(
    headline: str, text: str, guidelines: list[str], most: int
) -> None:
    written = prompt_text(ask(headline, text=text, guidelines=tuple(guidelines), max_chars=most))
    assert 0 < len(written) <= most
    assert "\n" not in written
    assert all(line in written for line in guidelines)
