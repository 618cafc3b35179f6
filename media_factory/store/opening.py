"""Opening the store that the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from media_factory.errors import InputError
from media_factory.store.base import AssetStore
from media_factory.store.local import LocalStore
from media_factory.store.s3.environment import STORE_VARIABLE, s3_settings_from


def open_store(home: Path, environment: Mapping[str, str] = os.environ) -> AssetStore:
    """Return the store that `MEDIA_FACTORY_STORE` names: a folder, or s3://bucket/prefix; else one in the home folder.

    Without that variable, DIGITALOCEAN_SPACES_KEY, _SECRET and _BUCKET together name a bucket too.

    Args:
        home: the home folder.
        environment: where the variables are looked up.

    Raises:
        InputError: a value can't be used; the message names it and never shows a secret.
        StoreError: the folder can't be used.
    """
    named = environment.get(STORE_VARIABLE, "").strip()
    settings = s3_settings_from(environment)
    if settings is None:
        return LocalStore(folder_of(named, STORE_VARIABLE) if named else home / "store")
    from media_factory.store.s3.store import S3Store  # boto3, which takes a third of a second to load

    return S3Store(settings)


def folder_of(location: str, variable: str) -> Path:
    """Return a folder named by its path or as a file: URL.

    Raises:
        InputError: it is a URL of another kind; the message names the variable.
    """
    parts = urlsplit(location)
    # Drive letters look like schemes of one letter.
    if len(parts.scheme) <= 1:
        return Path(location).expanduser().absolute()
    if parts.scheme.lower() != "file" or parts.netloc not in ("", "localhost"):
        raise InputError(f"{variable}: {parts.scheme}:// can't be used; give a folder, or s3://bucket/prefix")
    return Path(url2pathname(parts.path))


__all__ = ["folder_of", "open_store"]
