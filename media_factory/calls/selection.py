"""Which provider makes what: the one that a brief names, or the best of those that can, and who steps in for it.

Pure: the same market and the same need always give the same choice. Fakes are chosen only by name. Finished quality
comes before drafts, models that stay before those on their way out, then the score decides, then the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field

from media_factory.calls.fitness import Need, loses_words, unfit_model, unfit_provider, unfulfilled
from media_factory.calls.score import Parts, parts_of, score_of, typical_request
from media_factory.catalogue.entries import CatalogueEntry, catalogue, retirement, today
from media_factory.errors import InputError, MediaFactoryError, ModelRetired, NotReached
from media_factory.model import Model
from media_factory.policy import Policy
from media_factory.providers.base import AnyProvider
from media_factory.providers.registry import Providers
from media_factory.requests import ProviderModel

_WARN_BEFORE = timedelta(days=30)
_MICRO = Decimal("0.000001")
_NEEDLESS = "paying for it would add nothing here"
_UNPRICED = "nobody knows what it costs, and caps.unknown_price is `refuse`"


class Candidate(Model):
    """A model that can do what is needed, and how it does in the choice."""

    reference: ProviderModel = Field(description="provider:model")
    score: float = Field(ge=0, le=1)
    parts: Parts
    usd: Decimal | None = Field(description="what a typical request costs; null when nobody knows")
    draft: bool = Field(description="fit for previews only")
    deprecated: bool = Field(default=False, description="its vendor will switch it off")
    explicit: bool = Field(description="the brief named it")
    lacks: tuple[str, ...] = Field(
        default=(), description="what was wished for and it can't give; each halves its quality"
    )


class Rejected(Model):
    """A provider, or one of its models, that was not in the choice, and why."""

    reference: str = Field(description="provider, or provider:model")
    reason: str


class Ranking(Model):
    """Everyone who was looked at: those that can, best first, and those that can't."""

    candidates: tuple[Candidate, ...] = ()
    rejected: tuple[Rejected, ...] = ()


class Choice(Model):
    """A chosen provider, and what a reader of the result should know about it."""

    reference: ProviderModel = Field(description="provider:model")
    draft: bool = Field(description="fit for previews only")
    explicit: bool = Field(description="the brief named it")
    chain: tuple[ProviderModel, ...] = Field(default=(), description="who is asked when it fails for good, in order")
    lacks: tuple[str, ...] = Field(default=(), description="what was wished for and it can't give")
    warnings: tuple[str, ...] = Field(default=(), description="what a person should know before it is too late")
    ranking: Ranking = Ranking()

    @property
    def references(self) -> tuple[ProviderModel, ...]:
        """Everyone who may be asked, the chosen one first."""
        return (self.reference, *self.chain)


def _catalogued() -> Mapping[str, CatalogueEntry]:
    return {entry.reference: entry for entry in catalogue()}


@dataclass(frozen=True)
class Market:
    """Who is there to choose from, and by what.

    Args:
        providers: what is installed.
        policy: weights, caps, and whether others may step in.
        reliability: the share of calls that ended well of late, by `provider:model`, where it is known.
        entries: what the catalogue knows, by `provider:model`.
        today: the day that retirements are judged by.
        elsewhere: modalities of which what wants a GPU is made on another machine.
    """

    providers: Providers
    policy: Policy = field(default_factory=Policy)
    reliability: Mapping[str, float] = field(default_factory=dict)
    entries: Mapping[str, CatalogueEntry] = field(default_factory=_catalogued)
    today: date = field(default_factory=today)
    elsewhere: frozenset[str] = frozenset()

    def missing(self, provider: AnyProvider) -> str | None:
        """Return what is missing before a provider can work for this run; None when nothing is, as far as we see."""
        can = provider.capabilities
        return None if can.device == "gpu" and can.modality in self.elsewhere else provider.missing()

    def candidate(self, reference: str, provider: AnyProvider, need: Need) -> Candidate:
        """Return a model with its score.

        Raises:
            ProviderError: the provider has no such thing to price.
        """
        entry = self.entries.get(reference)
        request: Any = typical_request(reference, need)
        usd = provider.price_usd(request)
        lacks = unfulfilled(provider.capabilities, need)
        lost = len(lacks) + loses_words(provider.capabilities, need)
        parts = parts_of(provider.capabilities, entry, usd, self.reliability.get(reference), lost)
        return Candidate(
            reference=reference,
            score=score_of(parts, self.policy.weights),
            parts=parts,
            usd=None if usd is None else usd.quantize(_MICRO).normalize() + 0,
            draft=provider.capabilities.draft,
            deprecated=entry is not None and entry.status_on(self.today) == "deprecated",
            explicit=need.named is not None,
            lacks=lacks,
        )

    def refuses_price(self, provider: AnyProvider, usd: Decimal | None) -> bool:
        """Return whether the policy forbids a call at this price because nobody knows it."""
        return usd is None and not provider.capabilities.local and self.policy.caps.unknown_price == "refuse"


def choose(here: Market, need: Need) -> Choice:
    """Return the provider that a brief names, or the best that can work here, with everyone else that was looked at.

    Raises:
        InputError: the named one does not exist or can't do it, or nobody can; ModelRetired if it was switched off.
        NotReached: the named one (or each one that would do) lacks something here.
    """
    if need.named:
        return _named(here, need, need.named)
    ranking, by_need = _rank(here, need)
    if not ranking.candidates:
        reasons = "; ".join(f"{one.reference}: {one.reason}" for one in ranking.rejected) or "none is installed"
        if ranking.rejected and by_need:
            raise InputError(f"{by_need}: {reasons}")
        raise NotReached(f"no {need.modality} provider can work here: {reasons}")
    best = ranking.candidates[0]
    return Choice(
        reference=best.reference,
        draft=best.draft,
        explicit=False,
        chain=_chain(here.policy, ranking),
        lacks=best.lacks,
        warnings=tuple(_warnings(here, best.reference)),
        ranking=ranking,
    )


def shortfalls(**choices: Choice) -> tuple[str, ...]:
    """Return one reason for each choice by which the result is less than it could be; keywords say what it makes.

    That is a draft provider that nobody asked for by name, and a wish that can't be fulfilled.
    """
    reasons: list[str] = []
    for what, choice in choices.items():
        if choice.draft and not choice.explicit:
            reasons.append(
                f"{what} by {choice.reference}, a draft provider that the brief does not name: "
                "name it to call this finished, or set up a better one"
            )
        reasons += [f"{what} by {choice.reference}, which {lack}" for lack in choice.lacks]
    return tuple(reasons)


def _named(here: Market, need: Need, named: str) -> Choice:
    name, _, model = named.partition(":")
    where = f"providers.{need.modality}"
    # A vendor's switched-off models are no longer among its models, so this comes before looking there.
    if (entry := here.entries.get(named)) and (problem := retirement(entry, here.today)):
        raise ModelRetired(f"{where}: {problem}")
    provider = here.providers.named(need.modality, named)
    references = [f"{name}:{one}" for one in ([model] if model else provider.capabilities.models)]
    alive = [one for one in references if not _retired(here, one)]
    if not alive:
        raise ModelRetired(f"{where}: all models of {name} were switched off")
    entry = here.entries.get(alive[0])
    if found := unfit_provider(provider.capabilities, need) or unfit_model(entry, need):
        raise InputError(f"{where}: {name} {found.reason}")
    if gap := here.missing(provider):
        raise NotReached(f"{name} can't work here: {gap}")
    candidate = here.candidate(alive[0], provider, need)
    warnings = list(_warnings(here, candidate.reference))
    if here.refuses_price(provider, candidate.usd):
        warnings.append(f"{candidate.reference} will not be called: {_UNPRICED}")
    return Choice(
        reference=candidate.reference,
        draft=candidate.draft,
        explicit=True,
        lacks=candidate.lacks,
        warnings=tuple(warnings),
        ranking=Ranking(candidates=(candidate,)),
    )


def _rank(here: Market, need: Need) -> tuple[Ranking, str | None]:
    """Return everyone in order, and what nobody can do if that is why nobody is left."""
    candidates: list[Candidate] = []
    rejected: list[Rejected] = []
    unfit: list[str | None] = []
    for provider in here.providers.able(need.modality):
        if provider.capabilities.by_name_only:
            continue
        found = unfit_provider(provider.capabilities, need)
        if problem := found.reason if found else here.missing(provider):
            rejected.append(Rejected(reference=provider.name, reason=problem))
            unfit.append(found.nobody if found else None)
            continue
        for model in provider.capabilities.models:
            judged, nobody = _judge(here, need, provider, f"{provider.name}:{model}")
            if isinstance(judged, Candidate):
                candidates.append(judged)
            else:
                rejected.append(judged)
                unfit.append(nobody)
    candidates, needless = _worth_paying(candidates, need)
    rejected += needless
    candidates.sort(key=lambda one: (one.draft, one.deprecated, -one.score, one.reference))
    by_need = unfit[0] if unfit and None not in unfit else None
    return Ranking(candidates=tuple(candidates), rejected=tuple(rejected)), by_need


def _worth_paying(candidates: list[Candidate], need: Need) -> tuple[list[Candidate], list[Rejected]]:
    """Return who is left, and who would only cost money: where that adds nothing, whoever is free is enough."""
    free = [one for one in candidates if one.usd == 0]
    if not need.unpaid or not free:
        return candidates, []
    return free, [Rejected(reference=one.reference, reason=_NEEDLESS) for one in candidates if one.usd != 0]


def _judge(here: Market, need: Need, provider: AnyProvider, reference: str) -> tuple[Candidate | Rejected, str | None]:
    if problem := _retired(here, reference):
        return Rejected(reference=reference, reason=problem), None
    if found := unfit_model(here.entries.get(reference), need):
        return Rejected(reference=reference, reason=found.reason), found.nobody
    try:
        candidate = here.candidate(reference, provider, need)
    except MediaFactoryError as error:
        return Rejected(reference=reference, reason=str(error)), None
    if here.refuses_price(provider, candidate.usd):
        return Rejected(reference=reference, reason=_UNPRICED), None
    return candidate, None


def _retired(here: Market, reference: str) -> str | None:
    entry = here.entries.get(reference)
    return retirement(entry, here.today) if entry else None


def _chain(policy: Policy, ranking: Ranking) -> tuple[str, ...]:
    """Return the best model of every other provider: where one model of a provider fails for good, the rest may too."""
    if not policy.fall_back:
        return ()
    seen = {ranking.candidates[0].reference.partition(":")[0]}
    chain: list[str] = []
    for candidate in ranking.candidates[1:]:
        name = candidate.reference.partition(":")[0]
        if name not in seen and (policy.fall_back_to_drafts or not candidate.draft):
            seen.add(name)
            chain.append(candidate.reference)
    return tuple(chain)


def _warnings(here: Market, reference: str) -> Iterator[str]:
    entry = here.entries.get(reference)
    if entry and entry.shutdown_date and entry.shutdown_date - here.today <= _WARN_BEFORE:
        cure = f"; use {entry.replacement}" if entry.replacement else "; it has no replacement"
        yield f"{reference} will be switched off on {entry.shutdown_date}{cure}"


__all__ = ["Candidate", "Choice", "Market", "Need", "Ranking", "Rejected", "choose", "shortfalls"]
