"""Picture prompts from OpenAI's language models, and from servers that speak its API (chat completions)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field

from media_factory.catalogue.entries import models_of
from media_factory.errors import BadReply, ContentRefused
from media_factory.providers.base import Call, Capabilities, PromptReply, PromptWriter
from media_factory.providers.openai.account import Account, AccountProvider, Answer, model_of, token_price, vendor_id
from media_factory.providers.writing import finished_prompt, instructions, question
from media_factory.requests import PromptRequest
from media_factory.settings import Settings

# Room for thinking, which is billed as output and comes out of the same allowance.
_MAX_TOKENS = 4000
_USUAL_TOKENS_OUT = 1000
_CHARS_PER_TOKEN = 3
# What every request says besides what it is about.
_USUAL_INSTRUCTIONS_CHARS = 800


class _Message(Answer):
    content: str | None = None
    refusal: str | None = None


class _Choice(Answer):
    message: _Message
    finish_reason: str | None = None


class _Usage(Answer):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)


class _Completion(Answer):
    choices: tuple[_Choice, ...] = Field(min_length=1)
    usage: _Usage | None = None


class OpenAIPrompts(AccountProvider[PromptRequest], PromptWriter):
    """Has a language model write picture prompts.

    Args:
        settings: keys and base URLs.
        account: whose models; OpenAI's if none is given.
    """

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings, account)
        endpoint = self.account.endpoint
        self.capabilities = Capabilities(
            modality="prompt",
            models=endpoint.prompt_models if endpoint else models_of("openai", "prompt"),
            idempotent=bool(endpoint and endpoint.honours_idempotency_key),
        )

    def price_usd(self, request: PromptRequest) -> Decimal | None:
        """Return an estimate by the length of what is asked, and a thousand tokens of thinking and answer."""
        if self.account.endpoint:
            return self.account.endpoint.price_usd("call", 1)
        chars = _USUAL_INSTRUCTIONS_CHARS + len(question(request))
        return token_price(self._reference(request), chars // _CHARS_PER_TOKEN, _USUAL_TOKENS_OUT)

    async def generate(self, request: PromptRequest, call: Call) -> PromptReply:
        """Have one prompt written.

        Raises:
            InvalidRequest: the guidelines leave no room for it.
            ContentRefused: the model will not write it.
            BadReply: it wrote nothing, or more than `max_chars`.
            ProviderError: classified.
        """
        asked: dict[str, Any] = {
            "model": self._reference(request).partition(":")[2],
            "messages": [
                {"role": "system", "content": instructions(request)},
                {"role": "user", "content": question(request)},
            ],
        }
        if not self.account.endpoint:
            asked |= {"reasoning_effort": "low", "max_completion_tokens": _MAX_TOKENS}
        async with self.account.asking(request.provider, request.headline, request.text, *request.guidelines) as client:
            raw = await client.chat.completions.with_raw_response.create(
                **asked, extra_headers=self.account.headers(call)
            )
            answer = self.account.read(_Completion, raw.http_response.json(), request.provider)
        usage = answer.usage
        price = token_price(self._reference(request), usage.prompt_tokens, usage.completion_tokens) if usage else None
        text = _checked(answer.choices[0], request)
        return PromptReply(text=text, price_usd=price, vendor_id=vendor_id(raw))

    def _reference(self, request: PromptRequest) -> str:
        return f"{self.account.name}:{model_of(request.provider, self.capabilities.models[0])}"


def _checked(choice: _Choice, request: PromptRequest) -> str:
    if choice.message.refusal or choice.finish_reason == "content_filter":
        refused = ContentRefused(f"{request.provider} will not write this prompt")
        refused.paid = "yes"
        raise refused
    if choice.finish_reason == "length":
        raise BadReply(f"{request.provider} ran out of tokens before its prompt was whole")
    return finished_prompt(choice.message.content, request, request.provider)


__all__ = ["OpenAIPrompts"]
