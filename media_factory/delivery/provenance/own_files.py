"""The files of the factory's own certificate: found in place, or made once by whoever comes first."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from media_factory.errors import StoreError
from media_factory.files import sync_folder

CHAIN, KEY = "certificate.pem", "private-key.pem"


def own_files(folder: Path) -> tuple[bytes, bytes]:
    """Return the chain (leaf first) and the private key of a folder, as PEM; both are made if they aren't there.

    Folder and files are their owner's alone. Of processes that make them at the same time, all get the same.

    Raises:
        StoreError: they can't be written or read.
    """
    try:
        if not (folder / KEY).is_file():
            _make(folder)
        return (folder / CHAIN).read_bytes(), (folder / KEY).read_bytes()
    except OSError as problem:
        raise StoreError(f"the signing certificate in {folder} can't be kept: {problem.strerror}") from problem


def _make(folder: Path) -> None:
    """Write both files into a new folder and give it its name in one step."""
    from media_factory.delivery.provenance.certificates import new_chain  # loads cryptography, which later runs don't

    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))  # 0700
    try:
        chain, key = new_chain()
        _write(made / CHAIN, chain)
        _write(made / KEY, key)
        sync_folder(made)
        try:
            made.rename(folder)
        except OSError:
            if not (folder / KEY).is_file():  # else another process was faster, and its chain is everybody's
                raise
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


__all__ = ["CHAIN", "KEY", "own_files"]
