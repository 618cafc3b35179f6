"""Manifests of every kind, and a reader of the pages made from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from media_factory.assets import Asset
from media_factory.captions.words import split_words
from media_factory.delivery.manifest import Manifest, Output, SceneEntry, StageRow
from media_factory.timing import Word

VOID = {"meta", "link", "img", "input", "br", "track", "circle", "path"}
SIZES = {"9:16": (1080, 1920), "16:9": (1920, 1080)}
TEXTS = (
    "On July 16, 1969, three astronauts left for the Moon.",
    "They had 20 seconds of fuel left.",
    "“The Eagle has landed,” said Armstrong.",
)
HOSTILE = "</script><script>alert(1)</script><!--\u2028\u2029'\"&amp;<img src=x onerror=alert(2)>{{ 7*7 }}"


class Page(HTMLParser):
    """A parsed page: elements as (tag, attributes), and the text of each kind of element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self.open), data))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [a for t, a in self.elements if t == tag and all(a.get(k.strip("_")) == v for k, v in wanted.items())]

    def script(self, kind: str, index: int = 0) -> Any:
        """Return the JSON of the nth data block of a media type."""
        marker = f'<script type="{kind}"'
        chunks = [chunk.split(">", 1)[1].split("</script>", 1)[0] for chunk in self.html.split(marker)[1:]]
        return json.loads(chunks[index])

    @property
    def visible(self) -> str:
        return "".join(text for where, text in self.texts if not {"script", "style"} & set(where))


def asset(name: str, media_type: str, **measures: Any) -> Asset:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Asset(digest=f"sha256:{digest}", media_type=media_type, size_bytes=1_234_567, **measures)


def scenes(texts: tuple[str, ...] = TEXTS, language: str = "en") -> Iterator[SceneEntry]:
    for number, text in enumerate(texts):
        start = number * 4.0
        words = split_words(text, language)
        step = 3.5 / len(words)
        yield SceneEntry(
            text=text,
            headline=f"Headline {number}",
            prompt=f"Prompt {number}",
            image=f"scene-{number}.png",
            start_s=start,
            end_s=start + 4,
            words=tuple(
                Word(text=word, start_s=start + at * step, end_s=start + (at + 0.9) * step)
                for at, word in enumerate(words)
            ),
        )


def story(**changes: Any) -> Manifest:
    outputs = [
        Output(
            role=role,
            aspect=aspect,
            path=f"{role}-{aspect.replace(':', 'x')}.{ending}",
            asset=asset(role + aspect, media_type, width_px=width, height_px=height),
        )
        for aspect, (width, height) in SIZES.items()
        for role, ending, media_type in (("video", "mp4", "video/mp4"), ("poster", "jpg", "image/jpeg"))
    ]
    outputs += [
        Output(role="captions", path="captions.vtt", asset=asset("vtt", "text/vtt")),
        Output(role="captions", path="captions.srt", asset=asset("srt", "application/x-subrip")),
        Output(role="alignment", path="alignment.json", asset=asset("words", "application/json")),
        Output(role="narration", path="narration.m4a", asset=asset("sound", "audio/mp4", duration_s=12.0)),
        *(
            Output(
                role="scene-image",
                path=f"scene-{number}.png",
                asset=asset(str(number), "image/png", width_px=1080, height_px=1920),
            )
            for number in range(len(TEXTS))
        ),
    ]
    stages = [
        StageRow(
            stage="synthesize-speech",
            version=1,
            key=f"synthesize-speech/v1/{number:064x}",
            state="cached" if number else "made",
            provider="espeak:en",
            seconds=1.5,
            cost_usd=Decimal(0) if number else Decimal("0.004"),
            scene=number,
        )
        for number in range(len(TEXTS))
    ]
    fields: dict[str, Any] = {
        "kind": "story",
        "id": "apollo-11",
        "title": "Apollo 11",
        "status": "passed",
        "outputs": tuple(outputs),
        "scenes": tuple(scenes()),
        "stages": tuple(stages),
        "cost_usd": Decimal("0.004"),
        "duration_s": 12.0,
        "created_at": "2026-11-20T14:03:00Z",
        "made_with": "media-factory 0.1.0",
    }
    return Manifest(**(fields | changes))


def image() -> Manifest:
    picture = Output(role="image", path="image.png", asset=asset("i", "image/png", width_px=1600, height_px=900))
    scene = next(scenes()).model_copy(update={"prompt": "A rocket at dawn", "words": (), "image": "image.png"})
    return story(kind="image", outputs=(picture,), scenes=(scene,), duration_s=None)


def narration() -> Manifest:
    sound = Output(role="narration", path="narration.m4a", asset=asset("n", "audio/mp4", duration_s=12.0))
    spoken = (scene.model_copy(update={"image": None, "prompt": "", "headline": None}) for scene in scenes())
    return story(kind="narration", outputs=(sound,), scenes=tuple(spoken))
