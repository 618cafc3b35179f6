"""Picture prompts from a pattern: subject, art direction, guidelines. The same words always give the same prompt."""

from __future__ import annotations

from decimal import Decimal

from media_factory.errors import InvalidRequest
from media_factory.providers.base import Call, Capabilities, PromptReply, PromptWriter
from media_factory.requests import PromptRequest

_DIRECTIONS = {
    "realistic": "photorealistic, natural light, shallow depth of field, fine grain",
    "professional": "clean editorial photograph, even light, ordered composition, neutral colours",
    "illustration": "hand-drawn illustration, bold outlines, flat shapes, warm paper texture",
    "abstract": "abstract composition, flowing gradients, layered light, no recognisable objects",
    "minimalist": "minimalist, one subject, much empty space, two or three colours",
    "futuristic": "futuristic, thin luminous lines, deep blue dark, cool highlights",
    "infographic": "flat infographic look, simple geometric shapes, clear contrast, white ground",
    "vintage": "vintage print, halftone, faded ink, warm cream paper",
    "news": "documentary news photograph, crisp light, strong single focus",
    "finance": "sober financial editorial picture, deep green and gold, precise geometry",
    "air": "airy, pale blue haze, wide horizon, soft morning light, calm",
    "water": "calm water, soft ripples and refraction, deep teal, slow evening light",
    "earth": "earthy, layered landscape, clay and moss colours, quiet overcast light",
    "fire": "dramatic, glowing embers, strong diagonals, orange light on near black",
}
_LEAST_SUBJECT_CHARS = 20
_ENDS = ".!?…。！？"


class TemplatePrompts(PromptWriter):
    """Write picture prompts from a pattern, on this machine and at no cost."""

    name = "template"
    capabilities = Capabilities(modality="prompt", models=("headline-1",), local=True, trained=False)

    def price_usd(self, request: PromptRequest) -> Decimal | None:
        """Return 0: a pattern costs nothing."""
        return Decimal(0)

    async def generate(self, request: PromptRequest, call: Call) -> PromptReply:
        """Return the request's prompt.

        Raises:
            InvalidRequest: the guidelines leave no room for the subject, or there is none.
        """
        return PromptReply(text=prompt_text(request), price_usd=Decimal(0))


def prompt_text(request: PromptRequest) -> str:
    """Return subject, art direction and guidelines as one line of at most `max_chars` characters.

    Guidelines always stand in full; the art direction gives way to them, and the subject is cut at a word.

    Raises:
        InvalidRequest: the guidelines leave no room for the subject, or there is none.
    """
    subject = _subject(request)
    if not subject:
        raise InvalidRequest("a prompt can't be written from nothing: the headline is blank")
    guidelines = "; ".join(" ".join(line.split()).rstrip(_ENDS) for line in request.guidelines)
    rules = f" {guidelines}." if guidelines else ""
    direction = f" {_DIRECTIONS.get(request.style, f'{request.style} style').capitalize()}."
    room = request.max_chars - len(rules)
    if room < _LEAST_SUBJECT_CHARS:
        raise InvalidRequest(
            f"the guidelines take {len(rules)} of {request.max_chars} characters; "
            f"leave {_LEAST_SUBJECT_CHARS} for the subject or allow a longer prompt"
        )
    if room - len(direction) < _LEAST_SUBJECT_CHARS:
        direction = ""
    return f"{_cut(subject, room - len(direction))}{direction}{rules}"


def _subject(request: PromptRequest) -> str:
    headline, text = (" ".join(part.split()) for part in (request.headline, request.text))
    parts = (headline, text) if text and text not in headline and headline not in text else (text or headline,)
    return " ".join(part if part.endswith(tuple(_ENDS)) else f"{part}." for part in parts if part)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    words = text[:most].rpartition(" ")[0] or text[: most - 1]
    return words.rstrip(" ,;:—–-.") + "."


__all__ = ["TemplatePrompts", "prompt_text"]
