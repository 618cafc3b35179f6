"""Suites for providers that ask a vendor over the network: subclass them, and say which provider and which vendor.

They need pytest, and run the vendor's real SDK against the simulator: each fault ends in the right class of error and
books nothing wrong, calls are made once, errors tell no secret, and the traffic is what the vendor has specified.
"""

from __future__ import annotations

import asyncio
import socket
import traceback
import warnings
from collections.abc import Callable, Iterator
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
from media_factory.testing.simulator import Fault, Simulator
from media_factory.testing.simulator.faults import ALL_FAULTS, BEFORE_BILLING, JOB_FAULTS
from media_factory.testing.simulator.recording import RecordingSimulator
from media_factory.testing.simulator.validation import findings_of, specification_of

RequestT = TypeVar("RequestT")
_PATIENCE_S = 60.0
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

    def provider(self, base_url: str) -> Any:
        """Return the provider under test, set up with `KEY` and the root of the vendor's API."""
        raise NotImplementedError("return the provider under test")

    def request(self) -> RequestT:
        """Return a request that the provider answers."""
        raise NotImplementedError("return a request that the provider answers")

    def call(self) -> Call:
        """Return what goes with the request; suites whose request names assets return a call with files."""
        return CALL

    async def made(self, provider: Any, request: RequestT, call: Call | None = None) -> Any:
        """Return what a provider makes of a request, at once or by and by."""
        call = call or self.call()
        async with asyncio.timeout(_PATIENCE_S):
            if not isinstance(provider, JobProvider):
                return await provider.generate(request, call)
            provider.poll_every_s = 0.001  # type: ignore[misc]
            return await reply_for(provider, await provider.submit(request, call), _PATIENCE_S)


class VendorFaults(VendorSuite[RequestT], Generic[RequestT]):
    """Holds a provider to one class of error for each fault of its vendor.

    `expected` is the table; a subclass changes entries where its vendor differs, and says why. None stands for a fault
    that the provider gets over by itself.
    """

    expected: ClassVar[dict[Fault, type[ProviderError] | None]] = EXPECTED

    @pytest.fixture(scope="class")
    def simulator(self) -> Iterator[Simulator]:
        """Start one simulator for all tests of a class."""
        with Simulator() as simulator:
            yield simulator

    @pytest.mark.parametrize("fault", ALL_FAULTS)
    async def test_each_fault_ends_in_its_class_of_error(self, fault: Fault, simulator: Simulator) -> None:
        provider, wanted = self.provider(simulator.base_url(self.vendor)), self.expected[fault]
        calls, charges = sum(simulator.billing.outcomes.values()), len(simulator.billing.charges)
        if fault in JOB_FAULTS and not isinstance(provider, JobProvider):
            pytest.skip("it does not queue")
        simulator.faults.script(fault)
        if wanted is None:
            await self.made(provider, self.request())
            return
        with pytest.raises(ProviderError) as caught:
            if fault == "hang":
                await self.broken_off(provider, lambda: len(simulator.billing.charges) > charges)
            else:
                await self.made(provider, self.request())
        error = caught.value
        assert type(error) is wanted, f"{type(error).__name__}: {error}"
        assert sum(simulator.billing.outcomes.values()) == calls + 1, "it tried again by itself"
        self.check_money(error, fault, len(simulator.billing.charges) > charges)
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

    async def test_it_reaches_the_vendor_without_paying(self, simulator: Simulator) -> None:
        calls = sum(simulator.billing.outcomes.values())
        await self.provider(simulator.base_url(self.vendor)).reach()
        assert sum(simulator.billing.outcomes.values()) == calls

    async def test_two_calls_at_once_are_both_answered(self, simulator: Simulator) -> None:
        charges = len(simulator.billing.charges)
        provider = self.provider(simulator.base_url(self.vendor))
        request, call = self.request(), self.call()
        first, second = await asyncio.gather(*(self.made(provider, request, call) for _ in range(2)))
        assert type(first) is type(second)
        assert len(simulator.billing.charges) == charges + 2

    async def broken_off(self, provider: Any, billed: Callable[[], bool]) -> Any:
        """Make a call and end it as the broker does after its deadline, which is over as soon as the vendor has billed.

        Raises:
            ProviderTimeout: the call could be ended.
        """
        call = asyncio.create_task(self.made(provider, self.request()))
        while not (billed() or call.done()):  # noqa: ASYNC110 (the simulator bills in another thread)
            await asyncio.sleep(0.005)
        call.cancel()
        try:
            return await call
        except asyncio.CancelledError:
            raise ProviderTimeout("the deadline is over") from None

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
            warnings.warn(f"newer than the specification: {warning}", stacklevel=1)


__all__ = ["EXPECTED", "KEY", "VendorFaults", "VendorSuite", "VendorTraffic"]
