"""Picture prompts by Gemini's text models."""

from __future__ import annotations

from decimal import Decimal

from media_factory.catalogue.entries import models_of, price_of
from media_factory.providers.base import Call, Capabilities, PromptReply, PromptWriter
from media_factory.providers.google.account import NAME, OnGoogle
from media_factory.providers.google.answers import charge_usd, check_whole, generate_content, parts_of
from media_factory.providers.writing import finished_prompt, instructions, question
from media_factory.requests import PromptRequest

# For the estimate: three characters a token, and about as many tokens of thought as a prompt takes ten times over.
_CHARS_PER_TOKEN = 3
_THOUGHTS = 10
_MILLION = Decimal(1_000_000)


class GeminiPrompts(OnGoogle[PromptRequest], PromptWriter):
    """Writes picture prompts with Gemini."""

    capabilities = Capabilities(modality="prompt", models=models_of(NAME, "prompt"), max_text_chars=30_000)

    def price_usd(self, request: PromptRequest) -> Decimal | None:
        """Return an estimate: the vendor counts tokens, those of its thoughts among them."""
        read = Decimal(len(instructions(request)) + len(question(request))) / _CHARS_PER_TOKEN / _MILLION
        written = Decimal(request.max_chars * _THOUGHTS) / _CHARS_PER_TOKEN / _MILLION
        prices = (
            price_of(request.provider, "million-tokens-in", read),
            price_of(request.provider, "million-tokens-out", written),
        )
        return None if None in prices else sum((price for price in prices if price is not None), Decimal(0))

    async def generate(self, request: PromptRequest, call: Call) -> PromptReply:
        """Write a prompt.

        Raises:
            InvalidRequest: the guidelines leave no room.
            ProviderError: classified.
        """
        from google.genai import types

        config = types.GenerateContentConfig(system_instruction=instructions(request), response_modalities=["TEXT"])
        hidden = (request.headline, request.text)
        answer = await generate_content(self.account, request.provider, question(request), config, hidden)
        check_whole(answer)
        return PromptReply(
            text=finished_prompt("".join(part.text or "" for part in parts_of(answer)), request, NAME),
            price_usd=charge_usd(answer, request.provider),
            vendor_id=answer.response_id,
        )


__all__ = ["GeminiPrompts"]
