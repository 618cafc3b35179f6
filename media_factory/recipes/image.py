"""ImagePiece: an image brief worked out."""

from __future__ import annotations

from media_factory.briefs.model import ImageBrief
from media_factory.calls.selection import Choice, choose, unasked_drafts
from media_factory.model import Model
from media_factory.providers.registry import Providers
from media_factory.requests import ImageRequest, PromptRequest
from media_factory.results import Prompt


class ImagePiece(Model):
    """An image brief and who makes it."""

    brief: ImageBrief
    writer: Choice
    painter: Choice
    sets_type: bool

    @classmethod
    def of(cls, brief: ImageBrief, providers: Providers) -> ImagePiece:
        """Work out a brief.

        Raises:
            InputError: a named provider does not exist.
            ProviderUnavailable: nobody can work here.
        """
        painter = choose(providers, "image", brief.language, brief.providers.image)
        return cls(
            brief=brief,
            writer=choose(providers, "prompt", brief.language, brief.providers.prompt),
            painter=painter,
            sets_type=providers.named("image", painter.reference).capabilities.cards,
        )

    def prompt_request(self) -> PromptRequest:
        """Return what to ask the prompt writer."""
        brief = self.brief
        return PromptRequest(
            provider=self.writer.reference,
            headline=brief.headline or brief.prompt or brief.title,
            text=brief.prompt or "",
            style=brief.theme,
            language=brief.language,
            max_chars=brief.max_prompt_chars,
            guidelines=brief.guidelines,
        )

    def image_request(self, prompt: Prompt) -> ImageRequest:
        """Return what to ask the image provider."""
        width_px, height_px = self.brief.size_px
        return ImageRequest(
            provider=self.painter.reference,
            prompt=prompt.text,
            width_px=width_px,
            height_px=height_px,
            seed=self.brief.seed,
            theme=self.brief.theme,
            palette=self.brief.palette,
            card=self.brief.card if self.sets_type else None,
            language=self.brief.language,
        )

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the picture is less than it could be."""
        return unasked_drafts(picture=self.painter)


__all__ = ["ImagePiece"]
