"""Limits that hold over all processes that share the books: slots, paces and circuit breakers."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from media_factory.books.breakers import Breaker, asked, failed
from media_factory.books.database import Database
from media_factory.books.tables import breakers, database_now, paces, semaphores, slots
from media_factory.model import Model

# Half a microsecond is what a double can tell apart in seconds since 1970; whoever waited as told must get through.
_CLOCK_STEP_S = 1e-6


class Taken(Model):
    """The outcome of asking for a token: seconds to wait (0: it is yours), and when the bucket is full again."""

    wait_s: float
    full_at: float


class Limits:
    """How many at once, how many per minute, and whom not to ask for now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire_slot(self, name: str, holder: str, most: int, ttl_s: float) -> bool:
        """Take one of `most` slots for `ttl_s` seconds; say whether we have one.

        Slots of holders that let them expire are free. Who has one already keeps it and prolongs it.
        """
        with self._database.writing() as connection:
            self._database.locked(connection, semaphores, name)
            connection.execute(sa.delete(slots).where(slots.c.name == name, slots.c.expires_at < database_now()))
            holders = set(connection.execute(sa.select(slots.c.holder).where(slots.c.name == name)).scalars())
            if holder in holders:
                return _prolong(connection, name, holder, ttl_s)
            if len(holders) >= most:
                return False
            connection.execute(sa.insert(slots).values(name=name, holder=holder, expires_at=database_now() + ttl_s))
            return True

    def renew_slot(self, name: str, holder: str, ttl_s: float) -> bool:
        """Prolong a slot that we hold; False if it expired and was taken from us."""
        with self._database.writing() as connection:
            return _prolong(connection, name, holder, ttl_s)

    def release_slot(self, name: str, holder: str) -> None:
        """Give a slot back; nothing happens if we hold none."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(slots).where(slots.c.name == name, slots.c.holder == holder))

    def holders(self, name: str) -> tuple[str, ...]:
        """Return who holds a slot."""
        held = sa.select(slots.c.holder).where(slots.c.name == name, slots.c.expires_at >= database_now())
        with self._database.reading() as connection:
            return tuple(connection.execute(held.order_by(slots.c.holder)).scalars())

    def take_token(self, name: str, per_minute: float) -> float:
        """Take a token from a bucket that fills at a pace; return 0, or the seconds until there will be one.

        A full bucket holds what comes in within 10 s, and at least one token.
        """
        with self._database.writing() as connection:
            row = self._database.locked(connection, paces, name, {"full_at": 0.0})
            taken = take(row["full_at"], _now(connection), per_minute)
            if taken.wait_s == 0.0:
                connection.execute(sa.update(paces).where(paces.c.name == name).values(full_at=taken.full_at))
        return taken.wait_s

    def breaker(self, provider: str) -> Breaker | None:
        """Return a provider's breaker without asking to be let through; None if it never failed."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(breakers).where(breakers.c.provider == provider)).mappings().first()
        return None if row is None else Breaker(**row)

    def breakers(self) -> tuple[Breaker, ...]:
        """Return the breakers of all providers that ever failed, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(breakers)).mappings().all()
        return tuple(sorted((Breaker(**row) for row in rows), key=lambda breaker: breaker.provider))

    def note_success(self, provider: str) -> None:
        """Note that a provider answered, be it with a refusal: its breaker closes and forgets."""
        closed = Breaker(provider=provider)
        if self.breaker(provider) in (None, closed):
            return
        with self._database.writing() as connection:
            _keep(connection, closed)

    def note_failure(self, provider: str, error: str, open_for_s: float | None = None) -> None:
        """Note that a provider failed; see `breakers.failed` for when its breaker opens.

        Args:
            provider: whose breaker.
            error: the name of the error.
            open_for_s: open at once, for so many seconds.
        """
        with self._database.writing() as connection:
            row = self._locked_breaker(connection, provider)
            _keep(connection, failed(Breaker(**row), _now(connection), error, open_for_s))

    def is_open_for(self, provider: str, probe_s: float = 120.0) -> float:
        """Return for how many seconds a provider must not be asked; 0 lets the caller through.

        Call it right before asking the provider and report what came of it: once a breaker's time is over, exactly one
        caller is let through, and the others wait until it reports, or for `probe_s` if it never does.
        """
        found = self.breaker(provider)
        if found is None or found.open_until == 0.0:
            return 0.0
        with self._database.writing() as connection:
            before = Breaker(**self._locked_breaker(connection, provider))
            wait_s, after = asked(before, _now(connection), probe_s)
            if after != before:
                _keep(connection, after)
        return wait_s

    def _locked_breaker(self, connection: Connection, provider: str) -> RowMapping:
        return self._database.locked(
            connection, breakers, provider, {"failures": 0, "open_until": 0.0, "probing": False}
        )


def take(full_at: float, now: float, per_minute: float) -> Taken:
    """Return what comes of asking a bucket for a token at a time, in seconds since any epoch.

    `full_at` is when it would be full again if nobody took anything: each token that is missing puts it off by one
    interval. (The generic cell rate algorithm: one number for a bucket, and nothing that has to run meanwhile.)
    """
    interval_s = 60.0 / per_minute
    slack_s = (burst(per_minute) - 1) * interval_s
    # A clock that was set back must not keep anybody out for longer than an empty bucket does.
    full_at = min(max(full_at, now), now + slack_s + interval_s)
    wait_s = full_at - now - slack_s
    if wait_s > _CLOCK_STEP_S:
        return Taken(wait_s=wait_s, full_at=full_at)
    return Taken(wait_s=0.0, full_at=full_at + interval_s)


def burst(per_minute: float) -> float:
    """Return how many tokens a full bucket holds."""
    return max(1.0, per_minute / 6)


def _now(connection: Connection) -> float:
    return float(connection.execute(sa.select(database_now())).scalar_one())


def _prolong(connection: Connection, name: str, holder: str, ttl_s: float) -> bool:
    statement = (
        sa.update(slots).where(slots.c.name == name, slots.c.holder == holder).values(expires_at=database_now() + ttl_s)
    )
    return connection.execute(statement).rowcount == 1


def _keep(connection: Connection, breaker: Breaker) -> None:
    values = breaker.model_dump(exclude={"provider"})
    connection.execute(sa.update(breakers).where(breakers.c.provider == breaker.provider).values(values))


__all__ = ["Breaker", "Limits", "Taken", "burst", "take"]
