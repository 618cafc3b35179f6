"""Placing: where what wants a GPU is made, by the policy, by this machine, and by what a Prefect server has."""

from __future__ import annotations

from media_factory.capacity import has_gpu
from media_factory.factory import Factory
from media_factory.policy import Placing
from media_factory.pools import HERE, Place
from media_factory.providers.base import AnyProvider, Modality

# What is made request by request, and weighs enough to be worth the start of a flow run.
HANDED_OVER: tuple[Modality, ...] = ("image", "clip")


def place_of(provider: AnyProvider, factory: Factory) -> Place:
    """Return where a provider's work is done in a run of this factory."""
    if provider.capabilities.device != "gpu":
        return Place(where=HERE, reason="needs no GPU")
    return gpu_place(provider.capabilities.modality, factory)


def gpu_place(modality: Modality, factory: Factory) -> Place:
    """Return where work of a modality that wants a GPU is done in a run of this factory."""
    rule = rule_of(modality, factory)
    if rule is None or rule.where == "here":
        said = "the policy says so" if rule else f"nobody takes over {modality}"
        return Place(where=HERE, reason=f"wants a GPU; {said}")
    if rule.where == "auto" and has_gpu():
        return Place(where=HERE, reason="wants a GPU, which this process has")
    pool = factory.pools.get(modality)
    if pool and pool.own:
        return Place(where=HERE, reason=f"wants a GPU; this run is on the pool of {pool.deployment} itself")
    problem = pool.problem if pool else "no Prefect server is asked here"
    if problem is None:
        return Place(where=rule.deployment, reason=_wanting(rule))
    if rule.where == "auto":
        return Place(where=HERE, reason=f"wants a GPU; {problem}")
    return Place(
        where=rule.deployment,
        reason=_wanting(rule),
        problem=f"the policy hands {modality} over to {rule.deployment}, but {problem}; "
        "deploy it, or set placement to `auto`",
    )


def modalities_elsewhere(factory: Factory) -> frozenset[Modality]:
    """Return the modalities of which this run hands over what wants a GPU, so that nothing for it need be here."""
    if not factory.pools:
        return frozenset()
    places = {modality: gpu_place(modality, factory) for modality in HANDED_OVER}
    return frozenset(one for one, place in places.items() if not place.is_here and place.problem is None)


def rule_of(modality: Modality, factory: Factory) -> Placing | None:
    """Return what the policy says of a modality; None if it is never handed over."""
    placement = factory.policy.placement
    return {"image": placement.image, "clip": placement.clip}.get(modality)


def _wanting(rule: Placing) -> str:
    return "wants a GPU, and the policy says so" if rule.where == "gpu" else "wants a GPU, and this process has none"


__all__ = ["HANDED_OVER", "gpu_place", "modalities_elsewhere", "place_of", "rule_of"]
