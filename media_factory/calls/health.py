"""How providers are: what they can do, what they lack here, whether they answer, and what came of asking them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal

from pydantic import Field

from media_factory.books.books import Books
from media_factory.books.statistics import ProviderStatistics
from media_factory.errors import MediaFactoryError, ProviderTimeout
from media_factory.model import Model
from media_factory.providers.base import AnyProvider, Capabilities, VoiceCloner, VoiceSource
from media_factory.providers.registry import Providers

_REACH_WITHIN_S = 15.0


class ProviderRow(Model):
    """One provider of one modality."""

    name: str
    modality: str
    can: Capabilities = Field(description="what it says of itself")
    lists_voices: bool = False
    clones_voices: bool = False
    missing: str | None = Field(description="what it lacks here, and how to get it")
    reached: bool | None = Field(default=None, description="whether it answered; null when nobody asked")
    problem: str | None = Field(default=None, description="why it was not reached")
    shut_s: float = Field(default=0.0, description="seconds for which we leave it alone, after failures")
    shut_by: str | None = Field(default=None, description="the error that shut it")
    spent_usd: Decimal = Field(default=Decimal(0), description="what the calls cost as far as prices are known")
    use: tuple[ProviderStatistics, ...] = Field(default=(), description="what came of calls, by model")


def provider_rows(
    providers: Providers, books: Books, reach: Mapping[str, str | None] | None = None, since: float | None = None
) -> tuple[ProviderRow, ...]:
    """Return a row per provider and modality; it reads the books, so async code calls it in a thread.

    Args:
        providers: what is installed.
        books: what came of calls.
        reach: by name, why a provider was not reached, or None if it was (`reach_all`).
        since: count calls from then on, in seconds since 1970; all if None.

    Raises:
        BooksError: the books can't be read.
    """
    used: dict[tuple[str, str], list[ProviderStatistics]] = {}
    for one in books.statistics.providers(since):
        used.setdefault((one.provider.partition(":")[0], one.modality), []).append(one)
    now, breakers = books.now(), {breaker.provider: breaker for breaker in books.limits.breakers()}
    rows = []
    for provider in providers.all:
        shut = breakers.get(provider.name)
        shut_s = max(0.0, shut.open_until - now) if shut else 0.0
        use = tuple(used.get((provider.name, provider.capabilities.modality), ()))
        rows.append(
            ProviderRow(
                name=provider.name,
                modality=provider.capabilities.modality,
                can=provider.capabilities,
                lists_voices=isinstance(provider, VoiceSource),
                clones_voices=isinstance(provider, VoiceCloner),
                missing=provider.missing(),
                reached=None if reach is None or provider.name not in reach else reach[provider.name] is None,
                problem=(reach or {}).get(provider.name),
                shut_s=round(shut_s, 1),
                shut_by=shut.error if shut and shut_s else None,
                spent_usd=sum((one.spent_usd for one in use), Decimal(0)),
                use=use,
            )
        )
    return tuple(rows)


async def reach_all(providers: Providers) -> dict[str, str | None]:
    """Ask every vendor that has what it needs something free, and return by name why it was not reached, or None.

    A vendor is asked once, whatever number of modalities it has; engines on this machine are not asked.
    """
    asked: dict[str, AnyProvider] = {}
    for provider in providers.all:
        if not provider.capabilities.local and provider.missing() is None:
            asked.setdefault(provider.name, provider)
    problems = await asyncio.gather(*(_reach(provider) for provider in asked.values()))
    return dict(zip(asked, problems, strict=True))


async def _reach(provider: AnyProvider) -> str | None:
    try:
        async with asyncio.timeout(_REACH_WITHIN_S):
            await provider.reach()
    except TimeoutError:
        return f"{ProviderTimeout.__name__}: no answer within {_REACH_WITHIN_S:g} s"
    except MediaFactoryError as error:
        return f"{type(error).__name__}: {error}"
    return None


__all__ = ["ProviderRow", "provider_rows", "reach_all"]
