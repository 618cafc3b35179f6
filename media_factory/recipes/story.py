"""Story: a story brief worked out: its scenes, its look, who makes what, and what each of them is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from media_factory.briefs.fields import Aspect, frame_size
from media_factory.briefs.model import StoryBrief
from media_factory.briefs.storyboard import Scene, storyboard
from media_factory.calls.selection import Choice, choose, unasked_drafts
from media_factory.design.themes import theme_in
from media_factory.model import Model
from media_factory.providers.registry import Providers
from media_factory.rendering.film import Film, Look, SceneMedia, film_of, film_words, picture_size
from media_factory.rendering.inspect_model import InspectionRequest
from media_factory.rendering.inspect_request import inspection_request
from media_factory.rendering.model import Master, MixRequest, Segment
from media_factory.requests import ImageRequest, PromptRequest, SpeechRequest
from media_factory.results import Prompt

_SEEDS_PER_STORY = 1000


class Story(Model):
    """A story brief and everything that follows from it before anything is made."""

    brief: StoryBrief
    scenes: tuple[Scene, ...]
    look: Look
    writer: Choice
    painter: Choice
    speaker: Choice
    sets_type: bool

    @classmethod
    def of(cls, brief: StoryBrief, providers: Providers) -> Story:
        """Work out a brief.

        Raises:
            InputError: a named provider does not exist, or nobody speaks the language.
            ProviderUnavailable: nobody can work here.
        """
        painter = choose(providers, "image", brief.language, brief.providers.image)
        return cls(
            brief=brief,
            scenes=storyboard(brief).scenes,
            look=look_of(brief),
            writer=choose(providers, "prompt", brief.language, brief.providers.prompt),
            painter=painter,
            speaker=choose(providers, "speech", brief.language, brief.providers.speech),
            sets_type=providers.named("image", painter.reference).capabilities.cards,
        )

    def prompt_request(self, scene: Scene) -> PromptRequest:
        """Return what to ask the prompt writer for a scene."""
        return PromptRequest(
            provider=self.writer.reference,
            headline=scene.headline or scene.subject,
            text=scene.subject,
            style=self.brief.theme,
            language=self.brief.language,
            max_chars=self.brief.max_prompt_chars,
            guidelines=self.brief.guidelines,
        )

    def image_request(self, scene: Scene, aspect: Aspect, prompt: Prompt) -> ImageRequest:
        """Return what to ask the image provider for a scene in an aspect."""
        width_px, height_px = picture_size(aspect, self.brief.size)
        return ImageRequest(
            provider=self.painter.reference,
            prompt=prompt.text,
            width_px=width_px,
            height_px=height_px,
            seed=self.brief.seed * _SEEDS_PER_STORY + scene.index,
            theme=self.brief.theme,
            palette=self.brief.palette,
            card=scene.card if self.sets_type else None,
            language=self.brief.language,
        )

    def speech_request(self, scene: Scene) -> SpeechRequest:
        """Return what to ask the speech provider for a scene."""
        return SpeechRequest(
            provider=self.speaker.reference,
            text=scene.text,
            language=self.brief.language,
            voice=self.brief.voice,
            rate_wpm=self.brief.pace_wpm,
        )

    @property
    def lettered(self) -> tuple[bool, ...]:
        """Whether words stand on each scene's picture: its maker sets type, and its card has some."""
        return tuple(self.sets_type and scene.card.layout != "art" for scene in self.scenes)

    def film(self, scenes: Sequence[SceneMedia], aspect: Aspect) -> Film:
        """Return what to render for an aspect.

        Raises:
            InputError: the codec does not go with the frame size.
            GlyphsMissing: no installed font can draw a caption's word.
        """
        return film_of(scenes, self.look, aspect, self.brief.size)

    def gate(
        self, scenes: Sequence[SceneMedia], aspect: Aspect, mix: MixRequest
    ) -> Callable[[Master, Sequence[Segment]], InspectionRequest]:
        """Return what asks the inspection of an aspect's film whether it can be published."""

        def ask(master: Master, segments: Sequence[Segment]) -> InspectionRequest:
            return inspection_request(
                master,
                segments,
                size=frame_size(aspect, self.brief.size),
                rate=self.look.rate,
                mix=mix,
                words=film_words(scenes, self.look),
                language=self.brief.language,
                burned_in=self.look.captions != "none",
            )

        return ask

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the story is less than it could be."""
        return unasked_drafts(pictures=self.painter, narration=self.speaker)


def look_of(brief: StoryBrief) -> Look:
    """Return how a brief's film looks and moves: its theme, in its own colours if it gives some."""
    return Look(
        theme=theme_in(brief.theme, brief.palette),
        language=brief.language,
        rate=brief.rate,
        seed=brief.seed,
        captions=brief.captions,
        codec=brief.codec,
        quality=brief.quality,
        destinations=brief.destinations,
    )


__all__ = ["Story", "look_of"]
