"""A text to be spoken becomes utterances: what is said in one breath, and asked of a provider in one call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from media_factory.briefs.sentences import join_sentences, split_sentences

# Long enough for a voice to find its melody, short enough that an edit speaks little again.
LONGEST_CHARS = 400


def utterances_of(text: str, language: str) -> tuple[str, ...]:
    """Return a text's utterances in order: whole sentences of one paragraph, together at most `LONGEST_CHARS` long.

    A sentence that is longer stands alone. Every word of the text is in exactly one of them.
    """
    return tuple(utterance for paragraph in re.split(r"\n\s*\n", text) for utterance in _grouped(paragraph, language))


def _grouped(paragraph: str, language: str) -> Iterator[str]:
    held: tuple[str, ...] = ()
    for sentence in split_sentences(" ".join(paragraph.split()), language):
        if held and len(join_sentences((*held, sentence))) > LONGEST_CHARS:
            yield join_sentences(held)
            held = ()
        held = (*held, sentence)
    if held and any(character.isalnum() for sentence in held for character in sentence):
        yield join_sentences(held)


__all__ = ["LONGEST_CHARS", "utterances_of"]
