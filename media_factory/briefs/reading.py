"""Files and texts become briefs, or are refused with every problem that they have."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from media_factory.briefs.batch import ANY_KINDS, AnyBrief, BatchBrief
from media_factory.briefs.formats import FORMATS, Format, values_of
from media_factory.briefs.limits import MAX_FILE_BYTES, over
from media_factory.briefs.model import BRIEF, Brief, StoryBrief, VideoBrief
from media_factory.briefs.problems import closest, problem_line, shown, validation_problems
from media_factory.errors import BriefError

_T = TypeVar("_T")
_SOUNDS, _OF_SHOTS = ("music", "sound"), ("image", "depth")
_UTF_16_OR_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def read_brief(path: Path | str) -> AnyBrief:
    """Return the brief that a YAML, JSON, TOML or Markdown file holds.

    Relative paths in it are meant from the folder that it lies in, and come back as whole paths.

    Raises:
        BriefError: the file can't be read, or is no brief; `problems` has a line for each reason.
    """
    path = Path(path)
    data = _bytes_of(path)
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        like = closest(path.suffix, FORMATS)
        raise _refused(path, f"ends in {shown(path.suffix)}{like}; {', '.join(FORMATS)} are allowed")
    brief, folder = parse_brief(data, form, str(path)), path.absolute().parent
    return anchored_batch(brief, folder) if isinstance(brief, BatchBrief) else anchored(brief, folder)


def anchored(brief: Brief, base: Path | str) -> Brief:
    """Return a brief whose relative paths are whole ones; URLs and whole paths stay as they are.

    Args:
        brief: what names files.
        base: the folder that its paths are meant from, or the URL of one.
    """
    if isinstance(brief, StoryBrief):
        return brief.model_copy(update={"music": _anchored(brief.music, base)})
    if isinstance(brief, VideoBrief):
        shots = tuple(
            shot.model_copy(update={name: _anchored(getattr(shot, name), base) for name in _OF_SHOTS})
            for shot in brief.shots
        )
        return brief.model_copy(update={"shots": shots, "sound": _anchored(brief.sound, base)})
    return brief


def anchored_batch(batch: BatchBrief, folder: Path) -> BatchBrief:
    """Return a batch whose manifest and defaults name whole paths, from the folder that it lies in itself."""
    update = {name: _anchored(batch.defaults[name], folder) for name in _SOUNDS if name in batch.defaults}
    shots = batch.defaults.get("shots")
    if isinstance(shots, list):
        update["shots"] = [
            {**shot, **{name: _anchored(shot[name], folder) for name in _OF_SHOTS if name in shot}}
            if isinstance(shot, dict)
            else shot
            for shot in shots
        ]
    manifest = _anchored(batch.manifest, folder)
    return batch.model_copy(update={"manifest": manifest, "defaults": {**batch.defaults, **update}})


def _anchored(location: _T, base: Path | str) -> _T | str:
    if not isinstance(location, str) or "://" in location:
        return location
    path = Path(location).expanduser()
    if isinstance(base, str) and "://" in base:
        return str(path) if path.is_absolute() else f"{base}/{path.as_posix()}"
    return str(Path(base) / path)


def parse_brief(text: str | bytes, form: Format, source: str | None = None) -> AnyBrief:
    """Return the brief that a text holds.

    Args:
        text: the brief; bytes are UTF-8, with or without a byte order mark.
        form: how it is written.
        source: where it came from, for messages.

    Raises:
        BriefError: it is no brief; `problems` has a line for each reason.
    """
    try:
        fields = _fields_of(_decoded(text), form)
        return BatchBrief.model_validate(fields) if fields.get("kind") == "batch" else BRIEF.validate_python(fields)
    except BriefError as error:
        raise BriefError(error.problems, source) from None
    except ValidationError as error:
        raise BriefError(validation_problems(error, ANY_KINDS), source) from None


def _fields_of(text: str, form: Format) -> dict[str, object]:
    values = values_of(text, form)
    if not isinstance(values, dict):
        raise BriefError(problem_line((), f"is {shown(values)}; fields such as kind and title are needed"))
    return values


def _decoded(text: str | bytes) -> str:
    if len(text) > MAX_FILE_BYTES:
        raise BriefError(problem_line(("file",), over(len(text), MAX_FILE_BYTES, "bytes")))
    if isinstance(text, bytes):
        if text.startswith(_UTF_16_OR_32):
            raise BriefError(problem_line(("file",), "is UTF-16 or UTF-32; UTF-8 is allowed"))
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BriefError(
                problem_line(("file",), f"is not UTF-8 at byte {error.start:,}; UTF-8 is allowed")
            ) from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not text.strip():
        raise BriefError(problem_line(("file",), "is empty; a brief is needed"))
    return text


def _refused(path: Path, problem: str) -> BriefError:
    return BriefError(problem_line(("file",), problem), str(path))


def _bytes_of(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise _refused(
                path, f"is a {'folder' if stat.S_ISDIR(found.st_mode) else 'device or pipe'}; a file is needed"
            )
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise _refused(path, "does not exist; give the path of a brief") from None
    except PermissionError:
        raise _refused(path, "may not be read; allow it, or give another") from None
    except (OSError, ValueError) as error:
        raise _refused(path, f"can't be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > MAX_FILE_BYTES:
        raise _refused(path, over(max(found.st_size, len(data)), MAX_FILE_BYTES, "bytes"))
    return data


__all__ = ["anchored", "anchored_batch", "parse_brief", "read_brief", "validation_problems"]
