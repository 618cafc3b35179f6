"""Judging: what the content rules say about a text, without repeating it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from media_factory.content.folding import readings
from media_factory.content.rulebook import Rule, Rules
from media_factory.errors import ContentBlocked, InputError
from media_factory.model import Model
from media_factory.policy import ContentPolicy

_RANKS = ("clear", "warn", "review", "block")
Stamp = tuple[int, int] | None


class Verdict(Model):
    """What the rules say about a text: the strictest tier, and the ids of the rules that fired; never the text."""

    tier: Literal["clear", "warn", "review", "block"]
    rules: tuple[str, ...] = ()


def judge(text: str, policy: ContentPolicy) -> Verdict:
    """Return what the content rules say about a text of any kind.

    A rule of the tier `review` gives "block" where the policy says so. The rules are read again only when the policy or
    one of its files has changed.

    Raises:
        InputError: a file that the policy names can't be used; the message names it and the line.
    """
    rules = _rules_for(policy, _stamp(policy.allow_file), _stamp(policy.deny_file))
    fired = {rule.id: rule for text_read in readings(text) for rule in rules.fired(text_read)}
    tiers = [_tier(rule, policy) for rule in fired.values()]
    return Verdict(tier=max(tiers, key=_RANKS.index, default="clear"), rules=tuple(sorted(fired)))


def refuse_blocked(verdict: Verdict) -> None:
    """Raise if a verdict forbids what was judged.

    Raises:
        ContentBlocked: it does; the message names the rules and never the text.
    """
    if verdict.tier == "block":
        raise ContentBlocked(f"the content rules forbid this ({', '.join(verdict.rules)}); nobody was asked")


def _tier(rule: Rule, policy: ContentPolicy) -> Literal["warn", "review", "block"]:
    return "block" if rule.tier == "review" and policy.review == "block" else rule.tier


@lru_cache(maxsize=8)
def _rules_for(policy: ContentPolicy, *_stamps: Stamp) -> Rules:
    return Rules.load(policy)


def _stamp(path: Path | None) -> Stamp:
    """Return what tells one state of a file from another."""
    if path is None:
        return None
    try:
        found = path.expanduser().stat()
    except OSError as problem:
        raise InputError(f"{path}: can't be read: {problem.strerror}") from problem
    return found.st_mtime_ns, found.st_size


__all__ = ["Verdict", "judge", "refuse_blocked"]
