"""Titles: what a product is called whose brief gives it no name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from media_factory.briefs.sentences import split_sentences

_DERIVED_TITLE_CHARS = 80


def opening_words(fields: Mapping[str, Any]) -> str | None:
    """Return the words that may stand for a title: the headline, or the first sentence up to a length."""
    script = fields.get("script")
    scenes = fields.get("scenes")
    first = scenes[0] if isinstance(scenes, list | tuple) and scenes else None
    sources = (
        *(fields.get(name) for name in ("headline", "prompt", "text", "article", "body")),
        script.get("hook") if isinstance(script, Mapping) else getattr(script, "hook", None),
        first.get("text") if isinstance(first, Mapping) else getattr(first, "text", None),
    )
    text = next((source for source in sources if isinstance(source, str) and source.strip()), "")
    sentence = next(iter(split_sentences(text[:1000])), "")
    if len(sentence) > _DERIVED_TITLE_CHARS:
        sentence = sentence[: _DERIVED_TITLE_CHARS + 1].rpartition(" ")[0] or sentence[:_DERIVED_TITLE_CHARS]
    return sentence.rstrip(".,;:。،؛। ") or sentence or None


__all__ = ["opening_words"]
