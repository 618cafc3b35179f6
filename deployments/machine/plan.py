"""What of `deployments/prefect.yaml` is deployed here: what has a pool, and nothing that a person decided otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import yaml

from media_factory.errors import InputError
from media_factory.model import Model


class Known(Model):
    """What a server has of one deployment already."""

    entrypoint: str | None
    name: str
    paused: bool = False
    slugs: tuple[str | None, ...] = ()


def deploying(text: str, *, pools: Collection[str], known: Iterable[Known] = ()) -> str:
    """Return a prefect.yaml for this server.

    Args:
        text: the prefect.yaml that we come with.
        pools: those that are here; deployments to others are left out.
        known: the deployments that are there already. Whether these and their schedules are paused is a person's
            decision by now, and stays as it is: Prefect's command alone would wake them (seen with 3.8.8).

    Raises:
        InputError: a schedule has no slug, so that it could not be told which one a person paused.
    """
    plan = yaml.safe_load(text)
    plan["deployments"] = [one for one in plan["deployments"] if one["work_pool"]["name"] in pools]
    there = {(one.entrypoint, one.name): one for one in known}
    for deployment in plan["deployments"]:
        found = there.get((deployment["entrypoint"], deployment["name"]))
        if found:
            deployment["paused"] = found.paused
        for schedule in deployment.get("schedules") or ():
            _leave_as_decided(schedule, found.slugs if found else (), deployment["entrypoint"])
    return str(yaml.safe_dump(plan, sort_keys=False))


def queues_of(text: str, pool: str) -> tuple[str, ...]:
    """Return the queues of a pool that a prefect.yaml names, in its order."""
    wanted = [one["work_pool"] for one in yaml.safe_load(text)["deployments"]]
    queues = [one.get("work_queue_name") for one in wanted if one["name"] == pool]
    return tuple(dict.fromkeys(queue for queue in queues if queue))


def _leave_as_decided(schedule: dict[str, Any], slugs: Collection[str | None], where: str) -> None:
    slug = schedule.get("slug")
    if not slug:
        raise InputError(f"prefect.yaml: {where}: a schedule has no slug; give it one, or nobody can pause it for good")
    if slug in slugs:
        schedule.pop("active", None)


__all__ = ["Known", "deploying", "queues_of"]
