"""The suites for vendors' providers fail where they should: here are providers that break their rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from media_factory.errors import NotReached, ProviderError, ProviderUnavailable
from media_factory.providers.base import Call, PromptReply
from media_factory.providers.openai import OpenAIPrompts
from media_factory.requests import PromptRequest
from media_factory.testing.simulator import Fault, Simulator
from media_factory.testing.vendor_suites import KEY, VendorFaults
from tests.providers.openai.asked import PROMPT, settings


class Retrying(OpenAIPrompts):
    async def generate(self, request: PromptRequest, call: Call) -> PromptReply:
        try:
            return await super().generate(request, call)
        except ProviderUnavailable:
            return await super().generate(request, call)


class Telling(OpenAIPrompts):
    said: ClassVar[str] = KEY

    async def generate(self, request: PromptRequest, call: Call) -> PromptReply:
        try:
            return await super().generate(request, call)
        except ProviderError as error:
            raise type(error)(self.said) from ValueError("cause")


class Quoting(Telling):
    said = PROMPT.headline


class Chaining(OpenAIPrompts):
    async def generate(self, request: PromptRequest, call: Call) -> PromptReply:
        try:
            return await super().generate(request, call)
        except ProviderError as error:
            raise type(error)("in short") from ValueError(KEY)


class Denying(OpenAIPrompts):
    async def generate(self, request: PromptRequest, call: Call) -> PromptReply:
        try:
            return await super().generate(request, call)
        except ProviderUnavailable as error:
            error.paid = "no"
            raise


class Confusing(OpenAIPrompts):
    async def generate(self, request: PromptRequest, call: Call) -> PromptReply:
        try:
            return await super().generate(request, call)
        except ProviderError as error:
            raise NotReached("it was never asked") from error


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (Retrying, "reset"),
        (Telling, "unavailable"),
        (Quoting, "refused"),
        (Chaining, "quota"),
        (Denying, "failed_after_billing"),
        (Confusing, "auth"),
    ],
)
async def test_a_provider_that_breaks_a_rule_fails(
    kind: type[OpenAIPrompts], fault: Fault, simulator: Simulator
) -> None:
    class Suite(VendorFaults[PromptRequest]):
        vendor = "openai"

        def provider(self, base_url: str) -> Any:
            return kind(settings(base_url))

        def request(self) -> PromptRequest:
            return PROMPT

    # A provider that tries again gets over a fault that passes: pytest says then that no error came.
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await Suite().test_each_fault_ends_in_its_class_of_error(fault, simulator)
