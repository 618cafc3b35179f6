"""Moderation by OpenAI: whether a text may be published, free of charge."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from media_factory.catalogue.entries import models_of, price_of
from media_factory.providers.base import Call, Capabilities, ModerationReply, Moderator
from media_factory.providers.openai.account import Account, AccountProvider, Answer, model_of, vendor_id
from media_factory.requests import ModerationRequest
from media_factory.settings import Settings


class _Verdict(Answer):
    flagged: bool
    categories: dict[str, bool | None]


class _Verdicts(Answer):
    results: tuple[_Verdict, ...] = Field(min_length=1)


class OpenAIModeration(AccountProvider[ModerationRequest], Moderator):
    """Judges texts.

    Args:
        settings: keys and base URLs.
        account: whose judgement; OpenAI's if none is given.
    """

    def __init__(self, settings: Settings | None = None, account: Account | None = None) -> None:
        super().__init__(settings, account)
        self.capabilities = Capabilities(modality="moderation", models=models_of("openai", "moderation"))

    def price_usd(self, request: ModerationRequest) -> Decimal | None:
        """Return 0, as long as the catalogue says that it is free."""
        return price_of(f"{self.account.name}:{self._model(request)}", "call", 1)

    async def generate(self, request: ModerationRequest, call: Call) -> ModerationReply:
        """Judge a text.

        Raises:
            ProviderError: classified.
        """
        async with self.account.asking(request.provider, request.text) as client:
            raw = await client.moderations.with_raw_response.create(
                model=self._model(request), input=request.text, extra_headers=self.account.headers(call)
            )
            verdicts = self.account.read(_Verdicts, raw.http_response.json(), request.provider)
        against = {name for verdict in verdicts.results for name, found in verdict.categories.items() if found}
        return ModerationReply(
            flagged=any(verdict.flagged for verdict in verdicts.results),
            categories=tuple(sorted(against)),
            price_usd=self.price_usd(request),
            vendor_id=vendor_id(raw),
        )

    def _model(self, request: ModerationRequest) -> str:
        return model_of(request.provider, self.capabilities.models[0])


__all__ = ["OpenAIModeration"]
