"""The reference job: a story whose pictures and speech are already made, so that a run of it is mixing, segments, join.

A prepared home holds the receipts and assets of prompts, pictures and utterances, for the story as it is and for its
two edits. Whatever a run in a copy of that home does is what `media-factory make` does.
"""

from __future__ import annotations

import asyncio
import dataclasses
import io
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from PIL import Image

from benchmarks.rendering import pictures, sounds
from media_factory.books.books import Books
from media_factory.briefs.model import StoryBrief
from media_factory.calls.selection import Market
from media_factory.factory import Factory
from media_factory.providers.registry import Providers
from media_factory.recipes.story import Story
from media_factory.rendering.film import SceneMedia
from media_factory.requests import ImageRequest, SpeechRequest
from media_factory.results import Picture, Utterance
from media_factory.store.local import LocalStore
from tasks.images import generate_image
from tasks.prompts import write_prompt
from tasks.speech import synthesize_speech

Content = Literal["drawn", "photographs"]
Edit = Literal["none", "caption", "picture"]
_PROVIDER = "fake:instant"
_TEXTS = (
    "The harbour opened again this morning after three quiet days of storm.",
    "Forty vessels wait outside the bar while pilots count the heavy swell.",
    "On the quay the cranes begin to turn and the first containers rise.",
    "Fishing boats follow the channel home with lights along their narrow decks.",
    "By noon the market fills with people, voices, ice and silver fish.",
    "Tonight the tide carries all of them out to the open sea.",
)
_QUICK_SCENES = 2
_OLD_WORD, _NEW_WORD = "fills", "rings"
_OLD_QUICK, _NEW_QUICK = "pilots", "seamen"
# With half a second between scenes these fill 30 s exactly: 3 + 6 * 133 + 5 * 15 + 24 frames.
_SPEECH_S = 4.43
_QUICK_SPEECH_S = 2.0


@dataclass(frozen=True)
class Job:
    """One reference job.

    `size` is the short side of the frame in pixels; pictures are twice as large as the frame. `one_still_s` makes it a
    single picture under narration of that length, without captions.
    """

    name: str
    aspect: Literal["9:16", "16:9"] = "9:16"
    size: int = 1080
    content: Content = "drawn"
    quality: str = "standard"
    quick: bool = False
    one_still_s: float | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """What the scenes say: 73 words in six scenes, or a third of that."""
        if self.one_still_s:
            return _TEXTS[:1]
        return _TEXTS[:_QUICK_SCENES] if self.quick else _TEXTS

    @property
    def speech_s(self) -> float:
        """How long each scene speaks."""
        return self.one_still_s or (_QUICK_SPEECH_S if self.quick else _SPEECH_S)

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height of the stills."""
        across, down = (int(part) for part in self.aspect.split(":"))
        short, long = 2 * self.size, round(2 * self.size * max(across, down) / min(across, down) / 2) * 2
        return (short, long) if across < down else (long, short)


def brief_of(job: Job, edit: Edit, music: Path) -> dict[str, object]:
    """Return the story's brief as data, with one caption word or one scene's picture changed."""
    old, new = (_OLD_QUICK, _NEW_QUICK) if job.quick else (_OLD_WORD, _NEW_WORD)
    scenes: list[dict[str, str]] = []
    for index, text in enumerate(job.texts):
        said = text.replace(old, new) if edit == "caption" else text
        seen = "another picture" if edit == "picture" and index == 1 else f"picture {index}"
        scenes.append({"text": said, "prompt": seen})
    brief: dict[str, object] = {
        "kind": "story",
        "title": "The harbour opens",
        "theme": "illustration",
        "providers": {"speech": _PROVIDER, "image": _PROVIDER, "prompt": "template"},
        "size": job.size,
        "aspects": [job.aspect],
        "music": str(music),
        "scenes": scenes,
        "captions": "none" if job.one_still_s else "karaoke",
    }
    return brief | ({"quality": job.quality} if "quality" in StoryBrief.model_fields else {})


def factory_in(home: Path) -> Factory:
    """Return a factory as the command line opens it for a home."""
    return Factory(
        store=LocalStore(home / "store"),
        books=Books(f"sqlite:///{home / 'books.db'}"),
        providers=Providers.installed(),
        home=home,
    )


@dataclass(frozen=True)
class Prepared:
    """A job with its home, its three briefs, and what the unedited story's scenes are made of."""

    job: Job
    home: Path
    briefs: dict[Edit, Path]
    story: Story
    scenes: tuple[SceneMedia, ...]
    files: dict[str, Path]
    music: Path

    def fresh_home(self, target: Path) -> Path:
        """Copy the prepared home, in which nothing is rendered yet."""
        return Path(shutil.copytree(self.home, target))


def prepare(job: Job, folder: Path) -> Prepared:
    """Make pictures, speech and receipts for a job in a folder that is not there yet."""
    (folder / "home").mkdir(parents=True)
    return asyncio.run(_prepared(job, folder))


async def _prepared(job: Job, folder: Path) -> Prepared:
    home = folder / "home"
    music = sounds.write_wave(sounds.music(12), folder / "music.wav")
    factory = factory_in(home)
    try:
        briefs: dict[Edit, Path] = {}
        made: list[tuple[Story, tuple[SceneMedia, ...]]] = []
        for edit in ("none", "caption", "picture"):
            data = brief_of(job, edit, music)
            briefs[edit] = folder / f"{edit}.yaml"
            briefs[edit].write_text(yaml.safe_dump(data))
            story = Story.of(StoryBrief.model_validate(data), Market(factory.providers))
            made.append((story, await _scenes(job, story, factory)))
        story, scenes = made[0]
        files = await factory.files_of(scenes)
    finally:
        factory.close()
    return Prepared(job=job, home=home, briefs=briefs, story=story, scenes=scenes, files=files, music=music)


async def _scenes(job: Job, story: Story, factory: Factory) -> tuple[SceneMedia, ...]:
    spoken, painted = [], []
    (asked,) = story.speech_requests()
    for scene in story.scenes:
        (wanted,) = story.prompt_requests(scene)
        prompt = (await write_prompt.stage.run(wanted, factory)).result
        other = len(job.texts) if scene.prompt == "another picture" else scene.index
        paint = dataclasses.replace(generate_image.stage, body=_painter(job, other))
        speak = dataclasses.replace(synthesize_speech.stage, body=_speaker(job))
        (seen,) = story.image_requests(scene, job.aspect, prompt)
        painted.append((prompt, {job.aspect: (await paint.run(seen, factory)).result}))
        spoken.append((await speak.run(asked[scene.index], factory)).result)
    return story.media(spoken, painted)


def _painter(job: Job, index: int) -> Callable[[ImageRequest, Factory], Awaitable[Picture]]:
    async def paint(_request: ImageRequest, factory: Factory) -> Picture:
        size = job.picture_size
        pixels = pictures.photograph(index, size) if job.content == "photographs" else pictures.drawn(index, size)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=92, subsampling=0)
        image = await factory.store.put(buffer.getvalue(), "image/jpeg", width_px=size[0], height_px=size[1])
        return Picture(provider=_PROVIDER, cost_usd=None, image=image)

    return paint


def _speaker(job: Job) -> Callable[[SpeechRequest, Factory], Awaitable[Utterance]]:
    async def speak(request: SpeechRequest, factory: Factory) -> Utterance:
        words = sounds.spoken_words(request.text.split(), job.speech_s)
        with factory.workspace() as folder:
            # One word more or less changes what is read, not what is heard: the sound is that of the first text.
            path = sounds.write_wave(sounds.voice(words, job.speech_s), folder / "speech.wav")
            sound = await factory.store.put(path, "audio/wav", duration_s=job.speech_s)
        return Utterance(
            provider=_PROVIDER,
            cost_usd=None,
            sound=sound,
            duration_s=job.speech_s,
            words=words,
            alignment="provider",
        )

    return speak


def words_of(texts: Sequence[str]) -> int:
    """Return how many words the texts have."""
    return sum(len(text.split()) for text in texts)


__all__ = ["Content", "Edit", "Job", "Prepared", "brief_of", "factory_in", "prepare", "words_of"]
