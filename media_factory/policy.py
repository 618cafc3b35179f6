"""Policy: what a factory may spend, how hard it may ask whom, and what it prefers."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from media_factory.errors import InputError
from media_factory.model import Model
from media_factory.settings import Endpoint

POLICY_VARIABLE = "MEDIA_FACTORY_POLICY"
Usd = Decimal


class Caps(Model):
    """Most that may be spent, in US dollars; None means no cap. Days are UTC days."""

    run_usd: Usd | None = Field(default=Decimal(5), ge=0)
    day_usd: Usd | None = Field(default=Decimal(50), ge=0)
    channel_day_usd: Usd | None = Field(default=None, ge=0)
    caller_day_usd: Usd | None = Field(default=None, ge=0)
    unknown_price: Literal["refuse", "allow"] = Field(
        default="refuse", description="whether a call may be made whose price nobody knows"
    )


class Weights(Model):
    """What matters in the choice of a provider; the parts of a score are between 0 and 1."""

    quality: float = Field(default=0.5, ge=0)
    speed: float = Field(default=0.1, ge=0)
    cost: float = Field(default=0.2, ge=0)
    reliability: float = Field(default=0.2, ge=0)


class Pace(Model):
    """How hard a provider may be asked, counted over all processes that share the books; None means no limit."""

    at_once: int | None = Field(default=4, ge=1)
    per_minute: int | None = Field(default=None, ge=1)


class InDoubt(Model):
    """How often a call may be made again whose outcome nobody knows, for vendors that take no idempotency key."""

    resubmissions: int = Field(default=1, ge=0, description="per stage")
    below_usd: Usd = Field(default=Decimal("0.50"), ge=0, description="dearer calls wait for a person")


class ContentPolicy(Model):
    """What may be asked of a vendor, beside the rules that can't be switched off."""

    review: Literal["block", "warn"] = Field(default="warn", description="what a rule of the tier `review` does")
    allow_file: Path | None = Field(default=None, description="phrases that are fine, one a line")
    deny_file: Path | None = Field(default=None, description="phrases that are blocked, one a line")
    moderation: str | None = Field(default=None, description="provider:model that is asked too; its errors block")


class RetentionRule(Model):
    """How long something is kept. What is not said applies to all; the first rule that fits something decides."""

    of: Literal["made", "uploaded"] = Field(default="made", description="what stages left, or what people brought")
    media: str | None = Field(default=None, description="a media type or its first part, such as image or video/mp4")
    stage: str | None = Field(default=None, description="only what this stage made, such as render-segment")
    channel: str | None = Field(default=None, description="only what was made for this channel")
    keep_days: float | None = Field(ge=1, description="days since it was made or brought; null keeps it for ever")


class Placing(Model):
    """Where things of one kind are made that want a GPU."""

    where: Literal["auto", "here", "gpu"] = Field(
        default="auto",
        description="auto hands over what wants a GPU where this process has none and the deployment is there; "
        "here never does; gpu always does, and fails where the deployment is missing",
    )
    deployment: str = Field(pattern=r"^[^/]+/[^/]+$", description="who takes it over, as flow/deployment")


class Placement(Model):
    """Where what wants a GPU is made: in the run's own process, or on a GPU pool as one list of requests."""

    image: Placing = Placing(deployment="image/gpu")
    clip: Placing = Placing(deployment="video/gpu")
    timeout_s: float = Field(default=6 * 3600.0, gt=0, description="how long a run waits for a list, queueing included")
    when_late: Literal["fail", "here"] = Field(
        default="fail",
        description="what then: it counts as a provider that does not answer, or the run makes it in its own process",
    )
    poll_s: float = Field(default=1.0, ge=0.1, le=60, description="seconds between two looks at it")


class Policy(Model):
    """Everything of a factory that a person decides."""

    caps: Caps = Caps()
    weights: Weights = Weights()
    pace: dict[str, Pace] = Field(default={}, description="by provider name; others take the default pace")
    everyone: Pace = Field(default=Pace(at_once=32), description="all providers together")
    in_doubt: InDoubt = InDoubt()
    content: ContentPolicy = ContentPolicy()
    fall_back: bool = Field(default=True, description="ask the next best provider when one fails for good")
    fall_back_to_drafts: bool = Field(default=True, description="among those, ask draft providers last of all")
    deadline_s: dict[str, float] = Field(default={}, description="per call, by modality")
    endpoints: tuple[Endpoint, ...] = Field(default=(), description="further servers that speak OpenAI's API")
    placement: Placement = Placement()
    retention: tuple[RetentionRule, ...] = Field(default=(), description="what `assets retain` lets go, and when")

    def pace_of(self, provider: str) -> Pace:
        """Return how hard a provider may be asked."""
        return self.pace.get(provider, Pace())


def policy_from_environment(home: Path) -> Policy:
    """Return the policy of $MEDIA_FACTORY_POLICY, else of `policy.yaml` in the home folder, else the defaults.

    Raises:
        InputError: the file can't be used; the message names the field.
    """
    named = os.environ.get(POLICY_VARIABLE)
    path = Path(named).expanduser() if named else home / "policy.yaml"
    if not named and not path.is_file():
        return Policy()
    try:
        return Policy.model_validate(yaml.safe_load(path.read_text()) or {})
    except OSError as problem:
        raise InputError(f"{path}: can't be read: {problem.strerror}") from problem
    except yaml.YAMLError as problem:
        raise InputError(f"{path}: is no YAML: {str(problem).splitlines()[0]}") from problem
    except ValidationError as problem:
        lines = (f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in problem.errors())
        raise InputError("\n".join(f"{path}: {line}" for line in lines)) from problem


__all__ = [
    "POLICY_VARIABLE",
    "Caps",
    "ContentPolicy",
    "InDoubt",
    "Pace",
    "Placement",
    "Placing",
    "Policy",
    "RetentionRule",
    "Weights",
    "policy_from_environment",
]
