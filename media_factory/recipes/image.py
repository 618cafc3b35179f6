"""ImagePiece: an image brief worked out."""

from __future__ import annotations

from pydantic import Field

from media_factory.briefs.model import ImageBrief
from media_factory.calls.selection import Choice, Market, Need, choose, shortfalls
from media_factory.captions.badges import badge_for
from media_factory.captions.cards import Badge
from media_factory.design.themes import theme_in
from media_factory.model import Model
from media_factory.recipes.chains import those_setting_type
from media_factory.requests import ImageRequest, PromptRequest
from media_factory.results import Prompt


class ImagePiece(Model):
    """An image brief and who makes it."""

    brief: ImageBrief
    writer: Choice
    painter: Choice
    setting_type: frozenset[str] = Field(description="who of the painters sets a card's words in type")

    @classmethod
    def of(cls, brief: ImageBrief, market: Market) -> ImagePiece:
        """Work out a brief.

        Raises:
            InputError: a named provider does not exist or can't make it, or nobody can.
            NotReached: nobody can work here.
        """
        subject = brief.headline or brief.prompt or brief.title
        painting = Need(
            modality="image",
            language=brief.language,
            text_chars=brief.max_prompt_chars,
            sizes=(brief.size_px,),
            words_shown=brief.card is not None and brief.card.layout != "art",
            named=brief.providers.image,
        )
        painter = choose(market, painting)
        setting_type = those_setting_type(painter, market)
        writing = Need(
            modality="prompt",
            language=brief.language,
            text_chars=len(subject),
            # Who sets type draws the card's words; of the prompt it takes the subject only.
            unpaid=painting.words_shown and painter.reference in setting_type,
            named=brief.providers.prompt,
        )
        return cls(
            brief=brief,
            writer=choose(market, writing),
            painter=painter,
            setting_type=setting_type,
        )

    def prompt_requests(self) -> tuple[PromptRequest, ...]:
        """Return what to ask for the prompt: the chosen writer, then whoever may stand in."""
        brief = self.brief
        return tuple(
            PromptRequest(
                provider=writer,
                headline=brief.headline or brief.prompt or brief.title,
                text=brief.prompt or "",
                style=brief.theme,
                language=brief.language,
                max_chars=brief.max_prompt_chars,
                guidelines=brief.guidelines,
            )
            for writer in self.writer.references
        )

    def image_requests(self, prompt: Prompt) -> tuple[ImageRequest, ...]:
        """Return what to ask for the picture: the chosen painter, then whoever may stand in."""
        width_px, height_px = self.brief.size_px
        return tuple(
            ImageRequest(
                provider=painter,
                prompt=prompt.text,
                width_px=width_px,
                height_px=height_px,
                seed=self.brief.seed,
                theme=self.brief.theme,
                palette=self.brief.palette,
                card=self.brief.card if painter in self.setting_type else None,
                language=self.brief.language,
            )
            for painter in self.painter.references
        )

    @property
    def badge(self) -> Badge | None:
        """The words in the picture's corner, if the brief asks for some.

        Raises:
            InputError: they do not fit into it.
        """
        brief = self.brief
        return badge_for(brief.label or "", theme_in(brief.theme, brief.palette), brief.size_px, brief.language)

    @property
    def choices(self) -> dict[str, Choice]:
        """Who makes what, by modality."""
        return {"prompt": self.writer, "image": self.painter}

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the picture is less than it could be."""
        return shortfalls(picture=self.painter)


__all__ = ["ImagePiece"]
