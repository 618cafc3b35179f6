"""Exact time: frame rates, frame counts, and words in time.

Time on a timeline is a whole number of frames at a rational rate. Seconds that a provider measured come in as floats
and are turned into frames once, by `frame_at`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from media_factory.model import Model

_WRITTEN_RATE = re.compile(r"[0-9]{1,9}(?:/[0-9]{1,9}|\.[0-9]{1,9})?")


def parse_rate(value: object) -> Fraction:
    """Return a frame rate in frames per second from `30`, `"30000/1001"` or a Fraction; 1 to 120.

    Raises:
        ValueError: it is no such number.
    """
    try:
        # Fraction would work out "1e999999999" to its last digit, so only short decimal forms are taken.
        written = isinstance(value, Fraction) or _WRITTEN_RATE.fullmatch(str(value))
        rate = Fraction(str(value) if written else "")
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{value!r} is not a frame rate; give frames per second such as 30 or 30000/1001") from None
    if not 1 <= rate <= 120:
        raise ValueError(f"{value} frames per second is out of range; 1 to 120 is allowed")
    return rate


Rate = Annotated[
    Fraction,
    PlainValidator(parse_rate),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(/\d+)?$", "examples": ["30", "25", "30000/1001"]}),
]


def frame_at(seconds: float | Fraction, rate: Fraction) -> int:
    """Return the frame that starts nearest to a time (halves go up)."""
    return (Fraction(seconds) * rate + Fraction(1, 2)).__floor__()


def frames_for(seconds: float | Fraction, rate: Fraction) -> int:
    """Return the fewest whole frames that last at least so many seconds."""
    return (Fraction(seconds) * rate).__ceil__()


def seconds_of(frames: int, rate: Fraction) -> Fraction:
    """Return how long so many frames last, exactly."""
    return Fraction(frames) / rate


class Word(Model):
    """A word as written in the script, and when it is spoken.

    `text` is the written form with its punctuation ("$300,000", "3.25%,"). Times are seconds from the start of the
    sound that it belongs to.
    """

    text: str = Field(min_length=1)
    start_s: float = Field(ge=0)
    end_s: float = Field(ge=0)


__all__ = ["Rate", "Word", "frame_at", "frames_for", "parse_rate", "seconds_of"]
