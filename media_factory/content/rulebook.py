"""Rules: what is blocked, what a person should look at, and what is worth a warning. They are data: `rules/*.yaml`.

A rule fires when one of its `phrases` stands in a text, or when one phrase of each list in `together` does, no more
than `within` letters apart. What overlaps a phrase of its `unless` does not count. A phrase matches whole words; a `*`
at its end lets its last word go on, and `{age}` stands for every age below eighteen, in figures and in English words.

Files whose phrases are no fit reading are `written: rot13`; `tr 'A-Za-z' 'N-ZA-Mn-za-m' < FILE` shows them.
"""

from __future__ import annotations

import codecs
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from media_factory.content.folding import Reading
from media_factory.content.phrases import PhraseIndex, phrase
from media_factory.errors import InputError
from media_factory.model import Model
from media_factory.policy import ContentPolicy

Tier = Literal["warn", "review", "block"]
DENIED = "denied"

_AGES = (
    *(str(age) for age in range(1, 18)),
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen"),
)
_ALLOWED = ("", -2)
_UNLESS = -1


class Rule(Model):
    """One rule; see this module for what its phrases mean."""

    id: str = Field(pattern=r"^[a-z]+(\.[a-z-]+)*$")
    tier: Tier
    hard: bool = Field(default=False, description="no policy and no allowed phrase switches it off")
    phrases: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    within: int = Field(default=60, ge=1, description="letters and figures between what must stand together")
    unless: tuple[str, ...] = ()

    @field_validator("unless", mode="before")
    @classmethod
    def _flat(cls, value: object) -> object:
        """Take lists among the phrases: a YAML alias repeats another rule's."""
        if not isinstance(value, list):
            return value
        return [one for each in value for one in (each if isinstance(each, list) else [each])]

    @model_validator(mode="after")
    def _complete(self) -> Rule:
        if not self.phrases and len(self.together) < 2:
            raise ValueError("a rule needs phrases, or two lists that must stand together")
        for one in (*self.phrases, *self.unless, *(each for listed in self.together for each in listed)):
            phrase(one.replace("{age}", "1"))
        return self

    def labelled(self) -> Iterator[tuple[str, tuple[str, int]]]:
        """Give every phrase with the rule's id and its part: -1 of `unless`, 0 by itself, else its list's number."""
        parts = {_UNLESS: self.unless, 0: self.phrases} | dict(enumerate(self.together, start=1))
        for part, listed in parts.items():
            for one in listed:
                for age in _AGES if "{age}" in one else ("",):
                    yield one.replace("{age}", age), (self.id, part)


class RuleFile(Model):
    """The content of one file of rules."""

    written: Literal["plain", "rot13"] = "plain"
    rules: tuple[Rule, ...]


Span = tuple[int, int]


class Rules:
    """Rules, ready to be held against readings.

    Args:
        rules: whose ids differ.
        allowed: phrases that only hard rules count.
        denied: phrases that are blocked under the id `denied`.
    """

    def __init__(self, rules: tuple[Rule, ...], allowed: tuple[str, ...] = (), denied: tuple[str, ...] = ()) -> None:
        if denied:
            rules = (*rules, Rule(id=DENIED, tier="block", phrases=denied))
        self.by_id = {rule.id: rule for rule in rules}
        labelled = [pair for rule in rules for pair in rule.labelled()]
        self._index = PhraseIndex([*labelled, *((one, _ALLOWED) for one in allowed)])

    @classmethod
    def load(cls, policy: ContentPolicy) -> Rules:
        """Return the built-in rules with the phrases that a policy allows and denies.

        Raises:
            InputError: a file can't be used; the message names it and the line or field.
        """
        allowed = _phrases_of(policy.allow_file) if policy.allow_file else ()
        return cls(built_in(), allowed, _phrases_of(policy.deny_file) if policy.deny_file else ())

    def fired(self, text: Reading) -> Iterator[Rule]:
        """Give the rules that fire on a reading."""
        spans: dict[tuple[str, int], list[Span]] = {}
        for start, end, label in self._index.find(text):
            spans.setdefault(label, []).append((start, end))
        if not spans:
            return
        allowed = spans.get(_ALLOWED, [])
        for name in dict.fromkeys(name for name, part in spans if part >= 0):
            rule = self.by_id[name]
            excused = spans.get((name, _UNLESS), []) + ([] if rule.hard or name == DENIED else allowed)
            counted = [
                [span for span in spans.get((name, part), []) if not _overlaps(span, excused)]
                for part in range(len(rule.together) + 1)
            ]
            if counted[0] or (rule.together and _stand_together(counted[1:], rule.within)):
                yield rule


def _overlaps(span: Span, others: list[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _stand_together(lists: list[list[Span]], within: int) -> bool:
    """Say whether a span of each list stands no further than `within` from one of the first."""
    first, *others = (sorted(listed) for listed in lists)
    return any(all(_nears(span, listed, within) for listed in others) for span in first)


def _nears(span: Span, others: list[Span], within: int) -> bool:
    """Say whether one of the sorted spans begins near a span; phrases are short, so beginnings decide."""
    index = bisect_left(others, (span[0] - within, 0))
    return index < len(others) and others[index][0] <= span[1] + within


@cache
def built_in() -> tuple[Rule, ...]:
    """Return the rules that ship with this package."""
    folder = files("media_factory.content") / "rules"
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    return tuple(rule for one in found for rule in parse_rules(one.read_text(encoding="utf-8"), one.name))


def parse_rules(text: str, source: str) -> tuple[Rule, ...]:
    """Return the rules of a YAML text.

    Raises:
        InputError: it can't be used; the message names `source` and the line or field.
    """
    try:
        content = yaml.safe_load(text)
        if isinstance(content, dict) and content.get("written") == "rot13":
            content["rules"] = [_turned(rule) for rule in content.get("rules") or ()]
        return RuleFile.model_validate(content).rules
    except yaml.YAMLError as problem:
        line = getattr(getattr(problem, "problem_mark", None), "line", -1) + 1
        raise InputError(f"{source}, line {line}: is no YAML") from problem
    except ValidationError as problem:
        lines = (f"{source}: {'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in problem.errors())
        raise InputError("\n".join(lines)) from problem


def _turned(rule: object) -> object:
    """Return a rule with its phrases turned back; ids and tiers are written plainly."""
    if not isinstance(rule, dict):
        return rule
    return {
        key: _turned_back(value) if key in ("phrases", "together", "unless") else value for key, value in rule.items()
    }


def _turned_back(value: object) -> object:
    if isinstance(value, list):
        return [_turned_back(one) for one in value]
    return codecs.decode(value, "rot13") if isinstance(value, str) else value


def _phrases_of(path: Path) -> tuple[str, ...]:
    """Return the phrases of a user's file: one a line; what follows a # at the start of a line is a remark."""
    try:
        lines = path.expanduser().read_text(encoding="utf-8-sig").splitlines()
    except OSError as problem:
        raise InputError(f"{path}: can't be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise InputError(f"{path}: is no UTF-8 text, at byte {problem.start}") from problem
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            phrase(line)
        except ValueError as problem:
            raise InputError(f"{path}, line {number}: {problem}") from problem
        found.append(line.strip())
    return tuple(found)


__all__ = ["DENIED", "Rule", "RuleFile", "Rules", "Tier", "built_in", "parse_rules"]
