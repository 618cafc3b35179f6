"""The versions of all stages: part of what decides what a product is."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import MappingProxyType

import tasks
from tasks.stage import StageTask


@cache
def stage_versions() -> MappingProxyType[str, int]:
    """Return the version of every stage that there is, by its name; it is the same whatever was imported before."""
    modules = [import_module(f"{tasks.__name__}.{found.name}") for found in pkgutil.iter_modules(tasks.__path__)]
    stages = [value.stage for module in modules for value in vars(module).values() if isinstance(value, StageTask)]
    return MappingProxyType({stage.name: stage.version for stage in stages})


__all__ = ["stage_versions"]
