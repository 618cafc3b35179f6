"""Picture prompts from language models: what they are told, and what is made of their answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media_factory.errors import BadReply, ContentRefused, InvalidRequest, ProviderError
from media_factory.providers.base import PromptReply
from media_factory.providers.openai import OpenAIPrompts
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Simulator
from media_factory.testing.simulator.openai import OpenAI
from media_factory.testing.simulator.recording import RecordingSimulator
from tests.providers.openai.asked import PROMPT, settings


async def _answered(message: dict[str, Any], finish_reason: str = "stop") -> PromptReply:
    """Return what becomes of a message of the model."""

    class Saying(OpenAI):
        def routes(self) -> list[Route]:
            return [Route("/v1/chat/completions", self.say, methods=["POST"])]

        async def say(self, _: Request) -> Response:
            return JSONResponse({"choices": [{"index": 0, "message": message, "finish_reason": finish_reason}]})

    with Simulator(vendors=[Saying]) as simulator:
        return await OpenAIPrompts(settings(simulator.base_url("openai"))).generate(PROMPT, CALL)


async def test_the_model_gets_the_item_as_data_and_the_guidelines_stand_in_the_prompt_word_for_word() -> None:
    with RecordingSimulator() as simulator:
        reply = await OpenAIPrompts(settings(simulator.base_url("openai"))).generate(PROMPT, CALL)
    sent = json.loads(simulator.exchanges[0].request)
    assert sent["model"] == "gpt-6-luna"
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert json.loads(sent["messages"][1]["content"])["headline"] == PROMPT.headline
    assert PROMPT.headline not in sent["messages"][0]["content"]
    assert reply.text.endswith(" no people.")


async def test_quotation_marks_and_line_breaks_go() -> None:
    reply = await _answered({"content": '"A harbour at dawn,\n  cranes in mist"'})
    assert reply.text == "A harbour at dawn, cranes in mist. no people."


@pytest.mark.parametrize(
    ("message", "finish_reason", "ours"),
    [
        ({"content": None, "refusal": "I can't help with that."}, "stop", ContentRefused),
        ({"content": None}, "content_filter", ContentRefused),
        ({"content": None}, "stop", BadReply),
        ({"content": "  "}, "stop", BadReply),
        ({"content": "A harbour"}, "length", BadReply),
        ({"content": "word " * 100}, "stop", BadReply),
    ],
)
async def test_an_answer_that_is_no_prompt_is_an_error_that_was_paid(
    message: dict[str, Any], finish_reason: str, ours: type[ProviderError]
) -> None:
    with pytest.raises(ours) as caught:
        await _answered(message, finish_reason)
    assert caught.value.paid == "yes"


async def test_an_answer_without_usage_has_no_price() -> None:
    assert (await _answered({"content": "A harbour"})).price_usd is None


async def test_the_price_is_what_the_tokens_cost_and_the_estimate_covers_it() -> None:
    with Simulator() as simulator:
        provider = OpenAIPrompts(settings(simulator.base_url("openai")))
        reply = await provider.generate(PROMPT, CALL)
        (charge,) = simulator.billing.charges
    assert float(reply.price_usd or 0) == pytest.approx(charge.price_usd)
    assert (provider.price_usd(PROMPT) or 0) >= (reply.price_usd or 0)


async def test_guidelines_that_leave_no_room_are_not_sent() -> None:
    crowded = PROMPT.model_copy(update={"guidelines": ("x" * 380,)})
    with Simulator() as simulator, pytest.raises(InvalidRequest, match="leave 40"):
        await OpenAIPrompts(settings(simulator.base_url("openai"))).generate(crowded, CALL)
