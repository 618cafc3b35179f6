"""Rules as data: what their phrases mean, and what is wrong with a file that can't be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_factory.content.folding import readings
from media_factory.content.rulebook import Rule, Rules, built_in, parse_rules
from media_factory.errors import InputError
from media_factory.policy import ContentPolicy

HARBOUR = Rule(id="harbour", tier="warn", phrases=("old harbour", "quay*"), unless=("old harbour road",))


def fires(text: str, *rules: Rule) -> bool:
    held = Rules(rules)
    return any(True for reading in readings(text) for _ in held.fired(reading))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the old harbour", True),
        ("the old-harbour, today", True),
        ("#oldharbour", True),
        ("o l d h a r b o u r", True),
        ("the o.l.d h.a.r.b.o.u.r", True),
        ("0ld h4rb0ur", True),
        ("oooold harbouuuur", True),
        ("an old harbours guide", False),
        ("a cold harbour", False),
        ("old and new harbour", False),
        ("quayside", True),
        ("to quay up", True),
        ("opaquay", False),
        ("old harbour road", False),
        ("old harbour road leads to the old harbour", True),
    ],
)
def test_phrases_match_whole_words_however_they_are_parted(text: str, expected: bool) -> None:
    assert fires(text, HARBOUR) is expected


def test_short_words_are_not_found_where_two_others_meet() -> None:
    rule = Rule(id="short", tier="warn", phrases=("oper",))
    assert not fires("no per diem", rule)
    assert not fires("to per cent, o per", rule)
    assert fires("o p e r", rule)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ship in a storm", True),
        ("storm over the ship", True),
        ("#stormship", True),
        ("a ship", False),
        ("a ship sails far away over the wide sea until there is a storm", False),
        ("a ship after the brainstorm", False),
    ],
)
def test_lists_fire_only_near_each_other(text: str, expected: bool) -> None:
    rule = Rule(id="both", tier="warn", together=(("ship",), ("storm",)), within=20)
    assert fires(text, rule) is expected


def test_ages_are_those_below_eighteen() -> None:
    rule = Rule(id="age", tier="warn", phrases=("{age} year old",))
    assert all(fires(f"a {age} year-old", rule) for age in (1, 9, 17, "twelve"))
    assert not any(fires(f"a {age} year-old", rule) for age in (18, 21, 117, "twenty"))


def test_a_phrase_that_may_part_letters_needs_all_of_them() -> None:
    assert not fires("o l d  h a r b o", HARBOUR)


def test_every_built_in_rule_is_read_and_the_hard_ones_block() -> None:
    rules = built_in()
    assert len({rule.id for rule in rules}) == len(rules)
    assert {rule.id for rule in rules if rule.hard} == {"minors.sexual", "minors.terms"}
    assert all(rule.tier == "block" for rule in rules if rule.hard)


def test_files_may_be_written_in_rot13() -> None:
    text = "written: rot13\nrules:\n  - {id: a, tier: warn, phrases: [uneobhe], unless: [byq uneobhe]}"
    assert parse_rules(text, "a.yaml") == (Rule(id="a", tier="warn", phrases=("harbour",), unless=("old harbour",)),)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("rules:\n  - id: a\n   tier: [", "a.yaml, line 3: is no YAML"),
        ("rules:\n  - {id: a, tier: forbid, phrases: [sea]}", "a.yaml: rules.0.tier: .*'block'"),
        ("rules:\n  - {id: a, tier: warn}", "a.yaml: rules.0: .*needs phrases"),
        ("rules:\n  - {id: a, tier: warn, phrases: ['s*a']}", "at the end only"),
        ("rules:\n  - {id: a, tier: warn, phrases: ['!']}", "at least 2 letters"),
        ("written: rot13\nrules:\n  - sea", "a.yaml: rules.0"),
        ("[]", "a.yaml: "),
    ],
)
def test_a_file_that_cannot_be_used_is_named(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        parse_rules(text, "a.yaml")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"# phrases\n\nfine words\n!!!\n", r"deny.txt, line 4: .*at least 2"),
        (b"fine\na*b\n", r"deny.txt, line 2: .*at the end"),
        (b"caf\xe9\n", r"deny.txt: is no UTF-8 text, at byte 3"),
    ],
)
def test_a_line_of_a_users_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "deny.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=complaint):
        Rules.load(ContentPolicy(deny_file=path))


def test_a_users_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"allow.txt: can't be read: No such file"):
        Rules.load(ContentPolicy(allow_file=tmp_path / "allow.txt"))
