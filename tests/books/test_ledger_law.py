"""The law of the ledger: whatever becomes of orders, no cap is crossed, and budgets are the sums of their intents."""

from __future__ import annotations

import uuid
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from media_factory.books.books import Books
from media_factory.books.ledger import Ledger
from media_factory.errors import BudgetExceeded
from tests.books.racing import order

PRICES = st.integers(min_value=0, max_value=400_000).map(lambda micro: Decimal(micro).scaleb(-6))


class Trade(RuleBasedStateMachine):
    """Orders, and everything that can become of them, under three capped budgets and one without a cap."""

    caps = (("day", Decimal(1)), ("channel", Decimal("0.6")), ("run", Decimal("0.35")), ("all", None))
    opened, ticketed, spooled, doubted = Bundle("opened"), Bundle("ticketed"), Bundle("spooled"), Bundle("doubted")

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger
        # One database serves all examples; each trades under scopes of its own.
        self.key = uuid.uuid4().hex
        self.prefix = f"{self.key}:"

    @rule(target=opened, usd=st.one_of(st.none(), PRICES), scopes=st.sets(st.sampled_from(caps), min_size=1))
    def order(self, usd: Decimal | None, scopes: set[tuple[str, Decimal | None]]) -> str | None:
        named = {self.prefix + scope: cap for scope, cap in scopes}
        before = {state.scope: state.spent_usd + state.reserved_usd for state in self.ledger.budgets(self.prefix)}
        least = Decimal("0.000001") if usd is None else usd
        fits = all(cap is None or before.get(scope, 0) + least <= cap for scope, cap in named.items())
        try:
            intent = self.ledger.open(order(self.key, None if usd is None else str(usd), scopes=named))
        except BudgetExceeded:
            assert not fits
            return None
        assert fits
        return intent.id

    @rule(target=ticketed, intent_id=consumes(opened))
    def ticket(self, intent_id: str | None) -> str | None:
        if intent_id:
            self.ledger.ticket(intent_id, "task-1")
        return intent_id

    @rule(target=spooled, intent_id=st.one_of(consumes(opened), consumes(ticketed), consumes(doubted)), share=PRICES)
    def spool(self, intent_id: str | None, share: Decimal) -> str | None:
        if intent_id:
            # The vendor charges nothing, a part of what was reserved, all of it, or does not say.
            charged = None if share > Decimal("0.3") else min(share, self.reserved(intent_id))
            self.ledger.spool(intent_id, "spool/1", charged, None, 1.0)
        return intent_id

    @rule(intent_id=consumes(spooled))
    def settle(self, intent_id: str | None) -> None:
        if intent_id:
            self.ledger.settle(intent_id)

    @rule(intent_id=st.one_of(consumes(opened), consumes(ticketed), consumes(spooled)), paid=st.booleans())
    def fail(self, intent_id: str | None, paid: bool) -> None:
        if intent_id:
            self.ledger.fail(intent_id, "BadReply", "no picture", 1.0, paid=paid)

    @rule(target=doubted, intent_id=st.one_of(consumes(opened), consumes(ticketed)))
    def doubt(self, intent_id: str | None) -> str | None:
        if intent_id:
            self.ledger.doubt(intent_id, "ProviderTimeout", "too slow", 1.0)
        return intent_id

    @rule(intent_id=consumes(doubted), paid=st.booleans())
    def dismiss(self, intent_id: str | None, paid: bool) -> None:
        if intent_id:
            self.ledger.dismiss(intent_id, paid=paid)

    @invariant()
    def no_cap_is_ever_crossed(self) -> None:
        for state in self.ledger.budgets(self.prefix):
            assert state.spent_usd >= 0
            assert state.reserved_usd >= 0
            assert state.cap_usd is None or state.spent_usd + state.reserved_usd <= state.cap_usd

    @invariant()
    def budgets_are_the_sums_of_their_intents(self) -> None:
        intents = self.ledger.intents_of(self.key)
        assert [intent.attempt for intent in intents] == list(range(1, len(intents) + 1))
        for state in self.ledger.budgets(self.prefix):
            counted = [intent for intent in intents if state.scope in intent.scopes]
            pending = [one for one in counted if one.state in ("open", "ticketed", "spooled", "in_doubt")]
            closed = [one for one in counted if one not in pending]
            assert state.reserved_usd == sum(one.reserved_usd for one in pending)
            assert state.spent_usd == sum(
                one.reserved_usd if one.charged_usd is None else one.charged_usd for one in closed
            )

    def reserved(self, intent_id: str) -> Decimal:
        intent = self.ledger.intent(intent_id)
        assert intent is not None
        return intent.reserved_usd


def test_whatever_happens_no_cap_is_crossed_and_budgets_are_the_sums_of_their_intents(books: Books) -> None:
    run_state_machine_as_test(
        lambda: Trade(books.ledger),
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
