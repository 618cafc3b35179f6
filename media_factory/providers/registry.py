"""The providers that are installed: found by entry point, asked by modality and name.

An entry point of group `media_factory.providers` loads to a provider class, or to a function that returns providers
(for vendors with several modalities); either is called with the settings. Nothing here knows any of them by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any

from media_factory.errors import InputError, ProviderUnavailable
from media_factory.providers.base import AnyProvider, Modality, Provider
from media_factory.settings import Settings

GROUP = "media_factory.providers"


class Providers:
    """Providers by modality and name, in order of preference."""

    def __init__(self, load: Callable[[], Iterable[AnyProvider]]) -> None:
        self._load = load

    @classmethod
    def of(cls, *providers: AnyProvider) -> Providers:
        """Return exactly these providers."""
        return cls(lambda: providers)

    @classmethod
    def installed(cls, settings: Settings | None = None) -> Providers:
        """Return every provider that a package here announces; they are loaded at first use.

        Args:
            settings: keys and base URLs; the environment's if none are given.
        """
        return cls(lambda: _announced(settings or Settings()))

    @cached_property
    def all(self) -> tuple[AnyProvider, ...]:
        """All providers, by modality and name."""
        return tuple(sorted(self._load(), key=lambda p: (p.capabilities.modality, p.name)))

    def able(self, modality: Modality) -> tuple[AnyProvider, ...]:
        """Return the providers of a modality."""
        return tuple(provider for provider in self.all if provider.capabilities.modality == modality)

    def named(self, modality: Modality, reference: str) -> AnyProvider:
        """Return the provider that `provider` or `provider:model` names.

        Raises:
            InputError: there is no such provider or model; the message says which there are.
        """
        name, _, model = reference.partition(":")
        found = [provider for provider in self.able(modality) if provider.name == name]
        if not found:
            known = ", ".join(provider.name for provider in self.able(modality)) or "none"
            raise InputError(f"providers.{modality}: there is no {modality} provider {name!r}; installed: {known}")
        models = found[0].capabilities.models
        if model and model not in models:
            raise InputError(f"providers.{modality}: {name} has no model {model!r}; it has {', '.join(models)}")
        return found[0]


def _announced(settings: Settings) -> list[Provider[Any]]:
    found: list[Provider[Any]] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        try:
            made = entry.load()(settings)
        except Exception as problem:
            raise ProviderUnavailable(
                f"the provider {entry.name!r} of {entry.dist.name if entry.dist else 'some package'} can't be loaded "
                f"({type(problem).__name__}: {problem}); mend or uninstall it"
            ) from problem
        found.extend(made if isinstance(made, tuple | list) else [made])
    return found


__all__ = ["GROUP", "Providers"]
