"""Answers of `generateContent`: refusals in them, the parts that count, and what they cost."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from media_factory.catalogue.entries import price_of
from media_factory.errors import BadReply
from media_factory.providers.google.account import Account, google_errors, model_of
from media_factory.providers.google.problems import refuse_blocked

if TYPE_CHECKING:
    from google.genai.types import GenerateContentConfig, GenerateContentResponse, Part

_MILLION = Decimal(1_000_000)


async def generate_content(
    account: Account, reference: str, contents: Any, config: GenerateContentConfig, hidden: tuple[str | None, ...]
) -> GenerateContentResponse:
    """Ask a model once, and return its answer if it is no refusal.

    Args:
        account: whose.
        reference: `provider:model`.
        contents: text, or parts of the SDK.
        config: what is asked for; one request is made whatever it says.
        hidden: texts that no message may show.

    Raises:
        ProviderError: classified.
    """
    client = await account.client()
    # Both would ask again by themselves.
    config = config.model_copy(update={"automatic_continuation": False})
    with google_errors(*hidden):
        answer = await client.aio.models.generate_content(model=model_of(reference), contents=contents, config=config)
    _refuse(answer, hidden)
    return answer


def parts_of(answer: GenerateContentResponse) -> list[Part]:
    """Return the parts of the first candidate that are no thoughts; thoughts of picture models hold drafts."""
    candidate = answer.candidates[0] if answer.candidates else None
    content = candidate.content if candidate else None
    return [part for part in (content.parts if content else None) or [] if not part.thought]


def finish_of(answer: GenerateContentResponse) -> str:
    """Return why the first candidate ends: "STOP" if it is whole; "" if Google does not say."""
    candidate = answer.candidates[0] if answer.candidates else None
    return _name(candidate.finish_reason) if candidate else ""


def check_whole(answer: GenerateContentResponse) -> None:
    """Raise if the answer is cut short.

    Raises:
        BadReply: it ends for another reason than being done.
    """
    if (finish := finish_of(answer)) != "STOP":
        raise BadReply(f"google ended its answer early ({finish or 'no finish reason'})")


def charge_usd(answer: GenerateContentResponse, reference: str) -> Decimal | None:
    """Return what the tokens of an answer cost, or None where Google or the catalogue does not say."""
    usage = answer.usage_metadata
    if usage is None or usage.prompt_token_count is None or usage.candidates_token_count is None:
        return None
    details = usage.candidates_tokens_details or []
    pictures = sum(one.token_count or 0 for one in details if _name(one.modality) == "IMAGE")
    words = max(0, usage.candidates_token_count - pictures) + (usage.thoughts_token_count or 0)
    prices = (
        price_of(reference, "million-tokens-in", usage.prompt_token_count / _MILLION),
        price_of(reference, "million-tokens-out", words / _MILLION) if words else Decimal(0),
        price_of(reference, "million-tokens-out", pictures / _MILLION, "image") if pictures else Decimal(0),
    )
    known = [price for price in prices if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(prices) else None


def _refuse(answer: GenerateContentResponse, hidden: tuple[str | None, ...]) -> None:
    if (feedback := answer.prompt_feedback) and feedback.block_reason:
        refuse_blocked(_name(feedback.block_reason), feedback.block_reason_message, hidden, prompt=True)
    if answer.candidates:
        refuse_blocked(finish_of(answer), answer.candidates[0].finish_message, hidden)


def _name(value: Any) -> str:
    return str(getattr(value, "value", value) or "")


__all__ = ["charge_usd", "check_whole", "finish_of", "generate_content", "parts_of"]
