"""The spool: replies that were paid for, on this machine's disk before anything else happens to them.

One file per call: a line of JSON with what the vendor said, then the bytes. A file that was cut short (a power cut, a
full disk) is no reply.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import Any, TypeVar

from media_factory.errors import StoreError
from media_factory.factory import Factory
from media_factory.files import write_whole
from media_factory.providers.base import Reply

ReplyT = TypeVar("ReplyT", bound=Reply)

# More than replies take: a picture of 8192 px a side, a minute of film at 30 Mbit/s.
_ROOM_MIB = {"image": 64, "clip": 256, "speech": 16, "sound": 32}
_LEAST_ROOM_MIB = 1


class Spool:
    """Replies on disk, by the id of the call that brought them.

    Args:
        folder: where; it is made at the first reply.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def require_room(self, modality: str) -> None:
        """Make sure that the disk has room for a reply before it is paid for.

        Raises:
            StoreError: it has not; the message names the folder, what is needed and what is free.
        """
        needed = _ROOM_MIB.get(modality, _LEAST_ROOM_MIB) << 20
        folder = next(one for one in (self.folder, *self.folder.parents) if one.is_dir())
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise StoreError(
                f"{self.folder}: {free} bytes are free, and a reply ({modality}) may take {needed}; make room before "
                "it is paid for"
            )

    def write(self, intent_id: str, reply: Reply) -> str:
        """Keep a reply durably and return its name.

        Raises:
            StoreError: the disk takes it not.
        """
        data = getattr(reply, "data", b"")
        head = reply.model_dump(mode="json", exclude={"data"})
        line = json.dumps(
            {"reply": head, "sha256": hashlib.sha256(data).hexdigest(), "has_data": hasattr(reply, "data")}
        )
        try:
            write_whole(self._path(intent_id), line.encode() + b"\n" + data)
        except OSError as problem:
            raise StoreError(
                f"a paid reply of {len(data)} bytes could not be kept in {self.folder}: {problem.strerror}; make room"
            ) from problem
        return intent_id

    def read(self, intent_id: str, kind: type[ReplyT]) -> ReplyT | None:
        """Return a reply, or None if there is none (or not a whole one) here."""
        try:
            line, _, data = self._path(intent_id).read_bytes().partition(b"\n")
        except OSError:
            return None
        try:
            head: dict[str, Any] = json.loads(line)
        except ValueError:
            return None
        if head["sha256"] != hashlib.sha256(data).hexdigest():
            return None
        return kind.model_validate(head["reply"] | ({"data": data} if head["has_data"] else {}))

    def has(self, intent_id: str) -> bool:
        """Return whether a reply lies here."""
        return self._path(intent_id).is_file()

    def drop(self, intent_id: str) -> None:
        """Remove a reply, if it is there."""
        self._path(intent_id).unlink(missing_ok=True)

    def older_than(self, seconds: float) -> tuple[str, ...]:
        """Return the calls whose replies have been here for so long."""
        if not self.folder.is_dir():
            return ()
        latest = time.time() - seconds
        return tuple(sorted(path.stem for path in self.folder.glob("*.reply") if path.stat().st_mtime < latest))

    def _path(self, intent_id: str) -> Path:
        return self.folder / f"{intent_id}.reply"


def spool_of(factory: Factory) -> Spool:
    """Return the spool of a factory."""
    return Spool(factory.home / "spool")


__all__ = ["Spool", "spool_of"]
