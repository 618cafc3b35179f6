"""What can go wrong between a caller and a Prefect server, beside what the core raises."""

from __future__ import annotations

from media_factory.errors import MediaFactoryError


class ServerUnreachable(MediaFactoryError):
    """A Prefect server does not answer, or not with what it should."""

    retryable = True


class RunFailed(MediaFactoryError):
    """A run on a Prefect server ended without a product; the message says how."""


class RunUnfinished(MediaFactoryError):
    """A run on a Prefect server goes on; its result can be asked for again."""

    retryable = True


__all__ = ["RunFailed", "RunUnfinished", "ServerUnreachable"]
