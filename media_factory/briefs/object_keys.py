"""Object keys: readable names of published files that can't leave their root, on any file system or object store."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, Field

from media_factory.briefs.fields import refusal, short
from media_factory.errors import InputError

MAX_KEY_BYTES = 512
MAX_SEGMENT_BYTES = 128
DEFAULT_TEMPLATE = "{channel}/{story}/{file}"
FIELDS = ("channel", "date", "file", "kind", "language", "month", "story", "version", "year")

_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_OTHER = re.compile(r"[^A-Za-z0-9._-]+")
_MARKS = re.compile(r"[\u0300-\u036f]")
# Names that Windows gives to devices, whatever their extension.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))})
_SLUG_DIGEST_CHARS = 8


def checked_key(key: str) -> str:
    """Return an object key that is fit for every store; it is never changed silently.

    Args:
        key: segments of A-Z, a-z, 0-9, dot, underscore and hyphen, joined by slashes; at most 512 bytes, and 128 a
            segment. No segment begins or ends with a dot or is a name that Windows reserves.

    Raises:
        InputError: it is none; the message says what is wrong and, where there is one, gives a key that would do.
    """
    if problem := _problem(key):
        raise InputError(f"{short(key)} is no object key: {problem}{_proposal(key)}")
    return key


def slug(text: str) -> str:
    """Return any text as one segment of a key; what loses more than accents and punctuation carries a digest.

    >>> slug("Zürich, Q3"), slug("user_123.png"), slug("..")
    ('Zurich-Q3', 'user_123.png', 'x-5ec1f7e7')
    """
    normal = unicodedata.normalize("NFC", text)
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", normal))
    words = _OTHER.sub("-", plain).strip(".-")[:MAX_SEGMENT_BYTES]
    whole = words == normal or _as_words(plain) == words
    if whole and not _segment_problem(words):
        return words
    digest = hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()[:_SLUG_DIGEST_CHARS]
    stem, dot, ending = words.rpartition(".")
    if dot and re.fullmatch(r"[A-Za-z0-9]{1,8}", ending):
        return f"{_cut(stem, len(ending) + 1)}-{digest}.{ending}"
    return f"{_cut(words, 0)}-{digest}"


def checked_template(template: str) -> str:
    """Return a template of keys, such as `{channel}/{story}/{file}`.

    It ends in `{file}`: pages and playlists name the files beside them, so these keep their places to each other.

    Raises:
        InputError: it has a field that there isn't, ends otherwise, or would give keys that can't be used.
    """
    try:
        parts = list(Formatter().parse(template))
    except ValueError as problem:
        raise InputError(f"{short(template)} is no template of keys: {problem}") from None
    for _, name, form, conversion in parts:
        if name is not None and (name not in FIELDS or form or conversion):
            raise InputError(
                f"{short(template)} is no template of keys: there is no field {{{name}}}; "
                f"there are {', '.join('{' + field + '}' for field in FIELDS)}"
            )
    names = [name for _, name, _, _ in parts if name is not None]
    segments = template.split("/")
    if segments[-1] != "{file}" or names.count("file") != 1:
        raise InputError(f"{short(template)} is no template of keys: it ends in /{{file}}, which stands nowhere else")
    if "story" not in names:
        raise InputError(f"{short(template)} is no template of keys: without {{story}} one product overwrites another")
    if names.count("version") != segments.count("{version}") or names.count("version") > 1:
        raise InputError(f"{short(template)} is no template of keys: {{version}} is a segment of its own, once")
    checked_key("".join(text + ("x" if name else "") for text, name, _, _ in parts))
    return template


def key_of(template: str, values: Mapping[str, str], file: str) -> str:
    """Return the key of a file.

    Args:
        template: a checked template.
        values: of its fields but `file`; each becomes one segment's part, whatever it holds.
        file: path of the file in its product; its segments are kept apart.

    Raises:
        InputError: the key would be too long.
    """
    place = "/".join(slug(segment) for segment in file.split("/") if segment)
    return checked_key(template.format_map({**{name: slug(value) for name, value in values.items()}, "file": place}))


def versioned(template: str) -> str:
    """Return a template with a segment `{version}`: its own, or one before the file."""
    return template if "{version}" in template else template.removesuffix("{file}") + "{version}/{file}"


def unversioned(template: str) -> str:
    """Return a template without its segment `{version}`."""
    return template.replace("{version}/", "")


def _problem(key: str) -> str | None:
    if key != unicodedata.normalize("NFC", key):
        return "its letters are not composed (Unicode NFC)"
    if len(key.encode("utf-8", "surrogatepass")) > MAX_KEY_BYTES:
        return f"it is longer than {MAX_KEY_BYTES} bytes"
    return next((problem for segment in key.split("/") if (problem := _segment_problem(segment))), None)


def _segment_problem(segment: str) -> str | None:
    if not segment:
        return "it has an empty segment"
    if segment.startswith("."):
        return "a segment begins with a dot"
    if not _SEGMENT.fullmatch(segment):
        return "letters A-Z and a-z, digits, dot, underscore and hyphen are allowed, and slashes between segments"
    if segment.endswith("."):
        return "a segment ends with a dot"
    if len(segment) > MAX_SEGMENT_BYTES:
        return f"a segment is longer than {MAX_SEGMENT_BYTES} bytes"
    if segment.partition(".")[0].lower() in _DEVICES:
        return f"Windows keeps the name {segment.partition('.')[0]} for a device"
    return None


def _proposal(key: str) -> str:
    proposed = "/".join(slug(segment) for segment in re.split(r"[/\\]+", key) if segment.strip(". "))
    return f"; {proposed} would do" if proposed and not _problem(proposed) else ""


def _as_words(plain: str) -> str:
    return re.sub(r"[\s,;:!?'\"()&+]+", "-", plain).strip(".-")


def _cut(words: str, ending_chars: int) -> str:
    room = MAX_SEGMENT_BYTES - _SLUG_DIGEST_CHARS - 1 - ending_chars
    words = words[:room].strip(".-") or "x"
    return f"x-{words}"[:room] if _segment_problem(words) else words


def _user_key(value: str) -> str:
    try:
        return checked_key(value)
    except InputError as problem:
        raise refusal(str(problem)) from None


def _user_template(value: str) -> str:
    try:
        return checked_template(value)
    except InputError as problem:
        raise refusal(str(problem)) from None


ObjectKey = Annotated[str, Field(strict=True, max_length=MAX_KEY_BYTES), AfterValidator(_user_key)]
KeyTemplate = Annotated[str, Field(max_length=MAX_KEY_BYTES), AfterValidator(_user_template)]

__all__ = [
    "DEFAULT_TEMPLATE",
    "FIELDS",
    "MAX_KEY_BYTES",
    "MAX_SEGMENT_BYTES",
    "KeyTemplate",
    "ObjectKey",
    "checked_key",
    "checked_template",
    "key_of",
    "slug",
    "unversioned",
    "versioned",
]
