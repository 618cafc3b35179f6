"""The story page: one HTML file that plays, explains and hands out what a run delivered.

It opens from disk and needs no network: styles and script stand inside, media are relative files beside it. Browsers
refuse `<track>` to a page that was opened from disk, so the words and their times are embedded as JSON as well.
"""

from __future__ import annotations

import base64
import hashlib
import textwrap
from collections.abc import Mapping, Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from media_factory.captions.words import gap
from media_factory.delivery import wording
from media_factory.delivery.account import downloads_of, made_by, totals_of
from media_factory.delivery.backdrops import backdrop
from media_factory.delivery.manifest import Manifest, Output, SceneEntry
from media_factory.delivery.schemes import schemes_of
from media_factory.delivery.structured import (
    description,
    first_output,
    json_ld,
    main_outputs,
    open_graph,
    relative_url,
)
from media_factory.delivery.typefaces import embedded_faces
from media_factory.design.themes import THEMES, Style, Theme
from media_factory.errors import InputError
from media_factory.languages import runs_right_to_left

_ALT_CHARS = 180
_SERIF = ("Source Serif Pro", "Caladea")


def direction(language: str) -> str:
    """Return "rtl" for a BCP 47 language whose script runs from right to left, else "ltr"."""
    return "rtl" if runs_right_to_left(language) else "ltr"


def picture_alt(scene: SceneEntry, number: int) -> str:
    """Return what a scene's picture shows, for who can't see it: its headline and its prompt, shortened."""
    shown = ". ".join(part.rstrip(". ") for part in (scene.headline, scene.prompt) if part)
    return textwrap.shorten(shown, _ALT_CHARS, placeholder="…") or f"Picture of scene {number}"


def gaps_of(scene: SceneEntry, language: str) -> tuple[str, ...]:
    """Return what stands before each word of a scene: a space where its text has white space, else nothing.

    Words that the text does not hold in this order stand as far apart as their language puts them.
    """
    gaps: list[str] = []
    end = 0
    for index, word in enumerate(scene.words):
        start = scene.text.find(word.text, end)
        between = scene.text[end:start] if start >= 0 else None
        if between is None or between.strip():
            gaps.append(gap(scene.words[index - 1].text, word.text, language) if index else "")
        else:
            gaps.append(" " if between and index else "")
        end = start + len(word.text) if start >= 0 else end
    return tuple(gaps)


def font_stack(style: Style) -> str:
    """Return a CSS font-family list: the theme's family where it is installed, then the reader's own fonts."""
    rest = 'ui-serif,Georgia,"Noto Serif",serif' if style.family in _SERIF else 'system-ui,"Segoe UI",Arial,sans-serif'
    return f'"{style.family}",{rest}'


def _theme(name: str) -> Theme:
    theme = next((theme for theme in THEMES.values() if theme.name == name), None)
    if theme is None:
        raise InputError(f"theme {name!r} is unknown; known: {', '.join(THEMES)}")
    return theme


def _style(theme: Theme) -> str:
    """Return the custom properties that make the sheet a theme's own; all of it is ours."""
    light, dark = schemes_of(theme.palette)
    fonts = f"--title:{font_stack(theme.title)};--title-weight:{theme.title.weight};--body:{font_stack(theme.body)}"
    return f":root{{{light.as_css()};{fonts}}}\n@media(prefers-color-scheme:dark){{:root{{{dark.as_css()}}}}}"


def _shown(manifest: Manifest) -> str:
    scenes = (f"{scene.headline}{scene.text}{scene.prompt}" for scene in manifest.scenes)
    return "".join([manifest.title, *manifest.reasons, *scenes])


class _Links:
    """Addresses of delivered files: data URLs for those whose bytes were given, given ones, else relative ones."""

    def __init__(self, outputs: Sequence[Output], inline: Mapping[str, bytes], addresses: Mapping[str, str]) -> None:
        self.types = {output.path: output.asset.media_type for output in outputs}
        self.inline, self.addresses = inline, addresses
        if strangers := sorted({*inline, *addresses} - {*self.types, "manifest.json"}):
            raise InputError(f"can't inline {strangers[0]!r}, or say where it is: the manifest has no such output")

    def address(self, path: str) -> str:
        """Return where a file lies beside the page, or elsewhere; never its bytes."""
        return self.addresses.get(path) or relative_url(path)

    def __call__(self, path: str) -> str:
        if path not in self.inline:
            return self.address(path)
        return f"data:{self.types[path]};base64,{base64.b64encode(self.inline[path]).decode()}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("media_factory.delivery"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    readings = (wording.clock, wording.lasting, wording.moment, wording.money)
    environment.filters |= {reading.__name__: reading for reading in readings}
    return environment


@cache
def _part(name: str) -> Markup:
    """Return a style sheet or script of ours as it stands; it goes inside its element unescaped."""
    loader = _environment().loader
    assert loader is not None
    return Markup(loader.get_source(_environment(), name)[0].strip())  # noqa: S704


def _script_hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _dress(theme: Theme, text: str) -> dict[str, object]:
    """Return what makes the page look and move: styles, faces, scripts, and the digests that allow just these."""
    scripts = {name: _part(f"{name}.js") for name in ("faces", "story")}
    return {
        "theme_style": Markup(_style(theme)),  # noqa: S704
        "sheet": _part("story.css"),
        "faces": [face.model_dump() for face in embedded_faces(theme, text)],
        "scripts": scripts,
        "script_hashes": [_script_hash(script) for script in scripts.values()],
    }


def _content(manifest: Manifest, links: _Links) -> dict[str, object]:
    """Return what the page shows and tells machines."""
    mains = main_outputs(manifest)
    sizes = {output.path: output.asset for output in manifest.outputs}
    return {
        "m": manifest,
        "mains": mains,
        "posters": [first_output(manifest, "poster", output.aspect) for output in mains],
        "captions": next((output for output in manifest.outputs if output.asset.media_type == "text/vtt"), None),
        "alts": [picture_alt(scene, number) for number, scene in enumerate(manifest.scenes, 1)],
        "pictures": [sizes.get(scene.image or "") for scene in manifest.scenes],
        "behind": {output.path: backdrop(output.placeholder) for output in manifest.outputs if output.placeholder},
        "gaps": [gaps_of(scene, manifest.language) for scene in manifest.scenes],
        "direction": direction(manifest.language),
        "description": description(manifest),
        "groups": made_by(manifest.stages),
        "totals": totals_of(manifest),
        "downloads": downloads_of(manifest, links.address),
        "words": [scene.model_dump(mode="json", include={"start_s", "end_s", "words"}) for scene in manifest.scenes],
        "json_ld": json_ld(manifest, links.address),
        "open_graph": open_graph(manifest, links.address),
    }


def story_page(
    manifest: Manifest, inline: Mapping[str, bytes] | None = None, addresses: Mapping[str, str] | None = None
) -> str:
    """Return the page of a story, video, narration or image as one HTML document, to be saved beside the outputs.

    The same manifest gives the same page, byte for byte. Whatever a manifest's texts hold is shown, never run.

    Args:
        manifest: what was delivered.
        inline: bytes of outputs, by path, that are to stand inside the page instead of beside it.
        addresses: URLs of outputs (or `manifest.json`), by path, that are not to be looked for beside the page: signed
            ones of a private bucket, for example.

    Raises:
        InputError: the theme is unknown, a path leaves the folder, or `inline` or `addresses` names what is no output.
    """
    template = _environment().get_template("story.html.jinja")
    links = _Links(manifest.outputs, inline or {}, addresses or {})
    return template.render(**_content(manifest, links), **_dress(_theme(manifest.theme), _shown(manifest)), link=links)


__all__ = ["direction", "font_stack", "gaps_of", "picture_alt", "story_page"]
