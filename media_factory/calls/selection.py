"""Which provider makes what: the one that a brief names, or the best of those that can."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from media_factory.errors import InputError, ProviderUnavailable
from media_factory.model import Model
from media_factory.providers.base import AnyProvider, Modality
from media_factory.providers.registry import Providers
from media_factory.requests import ProviderModel


class Choice(Model):
    """A chosen provider, and what a reader of the result should know about it."""

    reference: ProviderModel = Field(description="provider:model")
    draft: bool = Field(description="fit for previews only")
    explicit: bool = Field(description="the brief named it")


def choose(providers: Providers, modality: Modality, language: str, named: str | None = None) -> Choice:
    """Return the provider that a brief names, or the best that can work here in a language.

    Among those that can, finished quality comes before drafts, then the name decides.

    Args:
        providers: what is installed.
        modality: what is to be made.
        language: BCP 47 tag of the text.
        named: `provider` or `provider:model`, which always wins.

    Raises:
        InputError: the named one does not exist, or nobody speaks the language.
        ProviderUnavailable: the named one (or each one that would do) lacks something here.
    """
    if named:
        provider = providers.named(modality, named)
        if problem := _unfit(provider, language):
            raise InputError(f"providers.{modality}: {provider.name} {problem}")
        if gap := provider.missing():
            raise ProviderUnavailable(f"{provider.name} can't work here: {gap}")
        return _choice(provider, named.partition(":")[2] or provider.capabilities.models[0], explicit=True)
    able = [p for p in providers.able(modality) if not p.capabilities.by_name_only]
    fit = [p for p in able if not _unfit(p, language) and not p.missing()]
    if not fit:
        reasons = "; ".join(_reasons(able, language)) or "none is installed"
        if able and all(_unfit(p, language) for p in able):
            raise InputError(f"language: no {modality} provider speaks {language!r}: {reasons}")
        raise ProviderUnavailable(f"no {modality} provider can work here: {reasons}")
    best = min(fit, key=lambda p: (p.capabilities.draft, p.name))
    return _choice(best, best.capabilities.models[0], explicit=False)


def unasked_drafts(**choices: Choice) -> tuple[str, ...]:
    """Return one reason for each draft provider that nobody asked for by name; keywords say what it makes."""
    return tuple(
        f"{what} by {choice.reference}, a draft provider that the brief does not name: "
        f"name it to call this finished, or set up a better one"
        for what, choice in choices.items()
        if choice.draft and not choice.explicit
    )


def _choice(provider: AnyProvider, model: str, *, explicit: bool) -> Choice:
    return Choice(reference=f"{provider.name}:{model}", draft=provider.capabilities.draft, explicit=explicit)


def _unfit(provider: AnyProvider, language: str) -> str | None:
    languages = provider.capabilities.languages
    if languages is None or language.split("-")[0].lower() in languages:
        return None
    return f"does not speak {language!r}; it speaks {', '.join(languages)}"


def _reasons(providers: list[AnyProvider], language: str) -> Iterator[str]:
    for provider in providers:
        if problem := _unfit(provider, language) or provider.missing():
            yield f"{provider.name}: {problem}"


__all__ = ["Choice", "choose", "unasked_drafts"]
