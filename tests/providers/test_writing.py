"""What language models are told when they write prompts, and how their answers are checked."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.errors import BadReply, InvalidRequest
from media_factory.providers.writing import finished_prompt, instructions, question
from media_factory.requests import PromptRequest

REQUEST = PromptRequest(provider="x:y", headline="Port reopens", style="news", max_chars=120, guidelines=("no people",))


def test_the_model_is_told_the_style_the_guidelines_and_less_than_the_room_there_is() -> None:
    item = json.loads(question(REQUEST))
    assert (item["style"], item["guidelines"]) == ("news", ["no people"])
    # 120 characters without " no people." are 109, of which nine tenths are asked for.
    assert "at most 98 characters" in instructions(REQUEST)


def test_what_it_wrote_is_one_line_followed_by_the_guidelines() -> None:
    assert finished_prompt(' "A calm\n harbour at dawn" ', REQUEST, "v") == "A calm harbour at dawn. no people."


@pytest.mark.parametrize("written", ["", " \n", '""', None, 7])
def test_nothing_is_a_bad_reply(written: object) -> None:
    with pytest.raises(BadReply, match="no prompt"):
        finished_prompt(written, REQUEST, "v")


def test_too_much_is_a_bad_reply() -> None:
    with pytest.raises(BadReply, match="109 were asked for"):
        finished_prompt("word " * 40, REQUEST, "v")


def test_guidelines_that_leave_no_room_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="the guidelines take"):
        instructions(REQUEST.model_copy(update={"guidelines": ("x" * 100,)}))


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3), st.integers(120, 400))
def test_a_finished_prompt_is_one_line_within_its_limit(written: str, guidelines: list[str], most: int) -> None:
    request = REQUEST.model_copy(update={"max_chars": most, "guidelines": tuple(guidelines)})
    try:
        prompt = finished_prompt(written, request, "v")
    except BadReply:
        return
    assert 0 < len(prompt) <= most
    assert prompt == " ".join(prompt.split())
