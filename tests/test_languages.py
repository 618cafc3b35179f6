"""Tags of languages: the ones that are known here say what the registry would."""

from __future__ import annotations

import pytest
from langcodes import Language

from media_factory import languages
from media_factory.languages import is_right_to_left, standard_tag

KNOWN = sorted(languages._LEFT_TO_RIGHT | languages._RIGHT_TO_LEFT)


@pytest.mark.parametrize("tag", KNOWN)
def test_a_tag_that_is_known_here_is_what_the_registry_says(tag: str) -> None:
    language = Language.get(tag)
    assert language.is_valid()
    assert language.to_tag() == tag == standard_tag(tag)
    script = language.maximize().script
    assert is_right_to_left(tag) == (script in languages._RIGHT_TO_LEFT_SCRIPTS)


@pytest.mark.parametrize(("tag", "standard"), [("pt_br", "pt-BR"), ("EN-gb", "en-GB"), ("zh-hant", "zh-Hant")])
def test_a_tag_is_put_in_its_standard_form(tag: str, standard: str) -> None:
    assert standard_tag(tag) == standard


@pytest.mark.parametrize("tag", ["", "xx-nowhere", "und", "zxx", "x-mine", "qaa", "klingonisch", "en-"])
def test_what_nobody_speaks_is_no_language(tag: str) -> None:
    assert standard_tag(tag) is None


@pytest.mark.parametrize(("tag", "right"), [("ar-EG", True), ("az-Arab", True), ("uz", False), ("no such", False)])
def test_the_script_says_which_way_a_language_runs(tag: str, right: bool) -> None:
    assert is_right_to_left(tag) is right
