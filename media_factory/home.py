"""The home folder: everything of ours on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HOME_VARIABLE = "MEDIA_FACTORY_HOME"


def default_home() -> Path:
    """Return the folder that holds everything of ours: $MEDIA_FACTORY_HOME, or the user's data folder."""
    if value := os.environ.get(HOME_VARIABLE):
        return Path(value).expanduser().absolute()
    if sys.platform == "darwin":
        return Path("~/Library/Application Support/media-factory").expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~")).expanduser() / "media-factory"
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "media-factory"


__all__ = ["HOME_VARIABLE", "default_home"]
