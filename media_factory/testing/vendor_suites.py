"""Suites for providers that ask a vendor over the network: subclass them, and say which provider and which vendor.

They need pytest, and run the vendor's real SDK against the simulator: each fault ends in the right class of error and
books nothing wrong, calls are made once, errors tell no secret, and the traffic is what the vendor has specified.
"""

from __future__ import annotations

import asyncio
import socket
import traceback
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from media_factory.calls.jobs import reply_for
from media_factory.errors import (
    AuthenticationFailed,
    BadReply,
    ContentRefused,
    NotReached,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)
from media_factory.providers.base import Call, JobProvider
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Fault, Faults, Simulator
from media_factory.testing.simulator.faults import ALL_FAULTS, BEFORE_BILLING, JOB_FAULTS
from media_factory.testing.simulator.recording import RecordingSimulator
from media_factory.testing.simulator.validation import findings_of, specification_of

RequestT = TypeVar("RequestT")
# What the suites' providers are set up with: it must not show anywhere.
KEY = "sk-canary-5d41402abc4b2a76b9719d911017c592"

EXPECTED: dict[Fault, type[ProviderError] | None] = {
    "rate_limited": RateLimited,
    "quota": QuotaExhausted,
    "auth": AuthenticationFailed,
    "unavailable": ProviderUnavailable,
    "reset": ProviderUnavailable,
    "refused": ContentRefused,
    "failed_after_billing": ProviderUnavailable,
    "reset_after_billing": ProviderUnavailable,
    "hang": ProviderTimeout,
    "truncated": ProviderUnavailable,
    "wrong_content": BadReply,
    "slow_job": None,
    "lost_job": ProviderUnavailable,
}


class VendorSuite(Generic[RequestT]):
    """What the suites of this module share."""

    vendor: ClassVar[str]
    deadline_s: ClassVar[float] = 1.0

    def provider(self, base_url: str) -> Any:
        """Return the provider under test, set up with `KEY` and the root of the vendor's API."""
        raise NotImplementedError("return the provider under test")

    def request(self) -> RequestT:
        """Return a request that the provider answers."""
        raise NotImplementedError("return a request that the provider answers")

    def call(self) -> Call:
        """Return what goes with the request; suites whose request names assets return a call with files."""
        return CALL

    async def made(self, provider: Any, request: RequestT, deadline_s: float = 30.0) -> Any:
        """Return what a provider makes of a request, as the broker asks for it: within a deadline."""
        try:
            async with asyncio.timeout(deadline_s):
                if not isinstance(provider, JobProvider):
                    return await provider.generate(request, self.call())
                provider.poll_every_s = 0.001  # type: ignore[misc]
                return await reply_for(provider, await provider.submit(request, self.call()), 30.0)
        except TimeoutError:
            raise ProviderTimeout("the deadline is over") from None


class VendorFaults(VendorSuite[RequestT], Generic[RequestT]):
    """Holds a provider to one class of error for each fault of its vendor.

    `expected` is the table; a subclass changes entries where its vendor differs, and says why. None stands for a fault
    that the provider gets over by itself.
    """

    expected: ClassVar[dict[Fault, type[ProviderError] | None]] = EXPECTED

    @pytest.mark.parametrize("fault", ALL_FAULTS)
    async def test_each_fault_ends_in_its_class_of_error(self, fault: Fault) -> None:
        with Simulator(Faults(script=[fault])) as simulator:
            provider = self.provider(simulator.base_url(self.vendor))
            if fault in JOB_FAULTS and not isinstance(provider, JobProvider):
                pytest.skip("it does not queue")
            wanted = self.expected[fault]
            if wanted is None:
                await self.made(provider, self.request())
                return
            with pytest.raises(ProviderError) as caught:
                await self.made(provider, self.request(), self.deadline_s if fault == "hang" else 30.0)
            error = caught.value
            assert type(error) is wanted
            assert sum(simulator.billing.outcomes.values()) == 1, "it tried again by itself"
            self.check_money(error, fault, bool(simulator.billing.charges))
            self.check_words(error)
            if fault == "rate_limited":
                assert error.retry_after_s is not None, "it must say how long the vendor asks us to wait"

    async def test_a_refused_connection_never_reached_the_vendor(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            provider = self.provider(f"http://127.0.0.1:{closed.getsockname()[1]}/{self.vendor}")
            with pytest.raises(NotReached) as caught:
                await self.made(provider, self.request())
            self.check_words(caught.value)
            with pytest.raises(NotReached):
                await provider.reach()

    async def test_it_reaches_the_vendor_without_paying(self) -> None:
        with Simulator() as simulator:
            await self.provider(simulator.base_url(self.vendor)).reach()
            assert not simulator.billing.outcomes

    async def test_two_calls_at_once_share_a_client_and_are_both_answered(self) -> None:
        with Simulator() as simulator:
            provider = self.provider(simulator.base_url(self.vendor))
            first, second = await asyncio.gather(*(self.made(provider, self.request()) for _ in range(2)))
            assert type(first) is type(second)
            assert len(simulator.billing.charges) == 2

    def check_money(self, error: ProviderError, fault: Fault, billed: bool) -> None:
        """Check that an error says the truth about money: `no` is never billed, `yes` always is."""
        assert billed == (fault not in BEFORE_BILLING)
        assert error.paid in (("yes", "unknown") if billed else ("no", "unknown"))

    def check_words(self, error: ProviderError) -> None:
        """Check that neither an error nor what it is printed with shows the key or what was asked."""
        printed = "".join(traceback.format_exception(error))
        assert KEY not in printed
        for name in ("prompt", "text", "headline"):
            asked = getattr(self.request(), name, None)
            assert not asked or asked not in printed, f"it shows the {name}"


class VendorTraffic(VendorSuite[RequestT], Generic[RequestT]):
    """Holds a provider's requests and the simulator's replies to the vendor's own specification, where it lies here."""

    async def test_requests_and_replies_are_what_the_vendor_has_specified(self) -> None:
        specification = specification_of(self.vendor)
        if specification is None:
            pytest.skip("the vendors' OpenAPI files are not here; set MEDIA_FACTORY_SPECS to their folder")
        with RecordingSimulator() as simulator:
            provider = self.provider(simulator.base_url(self.vendor))
            await provider.reach()
            await self.made(provider, self.request())
        findings = findings_of(simulator.exchanges, specification)
        assert findings.checked >= 1
        assert not findings.errors, "\n".join(findings.errors)
        for warning in findings.warnings:
            print(f"newer than the specification: {warning}")


__all__ = ["EXPECTED", "KEY", "VendorFaults", "VendorSuite", "VendorTraffic"]
