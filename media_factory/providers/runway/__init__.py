"""Runway: pictures and moving pictures."""

from __future__ import annotations

from typing import Any

from media_factory.providers.base import Provider
from media_factory.providers.runway.clips import RunwayClips
from media_factory.providers.runway.images import RunwayImages
from media_factory.settings import Settings


def providers(settings: Settings) -> tuple[Provider[Any], ...]:
    """Return Runway's providers."""
    return (RunwayImages(settings), RunwayClips(settings))


__all__ = ["RunwayClips", "RunwayImages", "providers"]
