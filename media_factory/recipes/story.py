"""Story: a story brief worked out: its scenes, its look, who makes what, and what each of them is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import Field

from media_factory.briefs.fields import Aspect, frame_size
from media_factory.briefs.model import StoryBrief
from media_factory.briefs.storyboard import Scene, storyboard
from media_factory.calls.selection import Choice, Market, Need, choose, shortfalls
from media_factory.design.themes import theme_in
from media_factory.model import Model
from media_factory.recipes.chains import speaking_need, speech_chain, those_setting_type
from media_factory.recipes.music import Composing
from media_factory.rendering.film import Film, Look, SceneMedia, film_of, film_timeline, film_words, picture_size
from media_factory.rendering.inspect_model import InspectionRequest
from media_factory.rendering.inspect_request import inspection_request
from media_factory.rendering.model import Master, MixRequest, Segment
from media_factory.requests import ImageRequest, PromptRequest, SoundRequest, SpeechRequest
from media_factory.results import Picture, Prompt, Utterance
from media_factory.timing import seconds_of

_SEEDS_PER_STORY = 1000


class Story(Model):
    """A story brief and everything that follows from it before anything is made."""

    brief: StoryBrief
    scenes: tuple[Scene, ...]
    look: Look
    writer: Choice
    painter: Choice
    speaker: Choice
    composing: Composing | None = None
    setting_type: frozenset[str] = Field(description="who of the painters sets a card's words in type")

    @classmethod
    def of(cls, brief: StoryBrief, market: Market) -> Story:
        """Work out a brief.

        Raises:
            InputError: a named provider does not exist or can't make it, or nobody can.
            NotReached: nobody can work here.
        """
        scenes = storyboard(brief).scenes
        painting = _painting(brief, scenes)
        painter = choose(market, painting)
        setting_type = those_setting_type(painter, market)
        # Who sets type draws the cards' words; of the prompt it takes the subject only.
        unpaid = painting.words_shown and painter.reference in setting_type
        return cls(
            brief=brief,
            scenes=scenes,
            look=look_of(brief),
            writer=choose(market, _writing(brief, scenes, unpaid=unpaid)),
            painter=painter,
            speaker=choose(market, _speaking(brief, scenes)),
            composing=Composing.of(brief.music, brief, market),
            setting_type=setting_type,
        )

    def prompt_requests(self, scene: Scene) -> tuple[PromptRequest, ...]:
        """Return what to ask for a scene's prompt: the chosen writer, then whoever may stand in."""
        return tuple(
            PromptRequest(
                provider=writer,
                headline=scene.headline or scene.subject,
                text=scene.subject,
                style=self.brief.theme,
                language=self.brief.language,
                max_chars=self.brief.max_prompt_chars,
                guidelines=self.brief.guidelines,
            )
            for writer in self.writer.references
        )

    def image_requests(self, scene: Scene, aspect: Aspect, prompt: Prompt) -> tuple[ImageRequest, ...]:
        """Return what to ask for a scene's picture in an aspect: the chosen painter, then whoever may stand in."""
        width_px, height_px = picture_size(aspect, self.brief.size)
        return tuple(
            ImageRequest(
                provider=painter,
                prompt=prompt.text,
                width_px=width_px,
                height_px=height_px,
                seed=self.brief.seed * _SEEDS_PER_STORY + scene.index,
                theme=self.brief.theme,
                palette=self.brief.palette,
                card=scene.card if painter in self.setting_type else None,
                language=self.brief.language,
            )
            for painter in self.painter.references
        )

    def speech_requests(self) -> tuple[tuple[SpeechRequest, ...], ...]:
        """Return what to ask for the whole narration, scene by scene: the chosen speaker, then whoever may stand in."""
        return speech_chain(self.speaker, self.brief, [scene.text for scene in self.scenes])

    def media(
        self, spoken: Sequence[Utterance], painted: Sequence[tuple[Prompt, dict[Aspect, Picture]]]
    ) -> tuple[SceneMedia, ...]:
        """Return each scene with what was made for it."""
        return tuple(
            SceneMedia(
                text=scene.text,
                headline=scene.headline,
                prompt=prompt.text,
                pictures={aspect: picture.image for aspect, picture in pictures.items()},
                placeholders={aspect: one.placeholder for aspect, one in pictures.items() if one.placeholder},
                utterance=utterance,
            )
            for scene, utterance, (prompt, pictures) in zip(self.scenes, spoken, painted, strict=True)
        )

    def music_requests(self, scenes: Sequence[SceneMedia]) -> tuple[SoundRequest, ...]:
        """Return what to ask for the music: the chosen composer, then whoever may stand in; none if none is made."""
        if self.composing is None:
            return ()
        timeline = film_timeline(scenes, self.look)
        return self.composing.requests(seconds_of(timeline.frames, timeline.rate))

    @property
    def lettered(self) -> tuple[bool, ...]:
        """Whether words stand on each scene's picture: its maker sets type, and its card has some."""
        sets_type = self.painter.reference in self.setting_type
        return tuple(sets_type and scene.card.layout != "art" for scene in self.scenes)

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
    def choices(self) -> dict[str, Choice]:
        """Who makes what, by modality."""
        made = {"prompt": self.writer, "image": self.painter, "speech": self.speaker}
        return made | ({"sound": self.composing.composer} if self.composing else {})

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the story is less than it could be."""
        music = {"music": self.composing.composer} if self.composing else {}
        return shortfalls(pictures=self.painter, narration=self.speaker, **music)


def _writing(brief: StoryBrief, scenes: Sequence[Scene], *, unpaid: bool) -> Need:
    longest = max((len(scene.subject) for scene in scenes), default=0)
    return Need(
        modality="prompt", language=brief.language, text_chars=longest, unpaid=unpaid, named=brief.providers.prompt
    )


def _painting(brief: StoryBrief, scenes: Sequence[Scene]) -> Need:
    return Need(
        modality="image",
        language=brief.language,
        text_chars=brief.max_prompt_chars,
        sizes=tuple(picture_size(aspect, brief.size) for aspect in brief.aspects),
        words_shown=any(scene.card.layout != "art" for scene in scenes),
        named=brief.providers.image,
    )


def _speaking(brief: StoryBrief, scenes: Sequence[Scene]) -> Need:
    longest = max((len(scene.text) for scene in scenes), default=0)
    return speaking_need(brief, longest)


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
        label=brief.label or "",
    )


__all__ = ["Story", "look_of"]
