"""`media-factory voices`: list them, clone one with the speaker's consent, and how to get more."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from media_factory.factory import Factory
    from media_factory.providers.base import Voice
    from media_factory.providers.registry import Providers


@click.group()
def voices() -> None:
    """List voices, clone one, or see how to get more."""


@voices.command("list")
@click.option("--provider", help="Only this provider's voices.")
@click.option("--language", help="Only voices of this language, such as en or pt-BR.")
@click.option("--json", "as_json", is_flag=True, help="Print the voices as JSON.")
def list_voices(provider: str | None, language: str | None, *, as_json: bool) -> None:
    """List the voices that a brief can name."""
    from deployments.tables import plain, show, table_of
    from media_factory.factory import factory_from_environment

    with closing(factory_from_environment()) as factory:
        found, problems = asyncio.run(_voices(factory.providers, provider))
    for problem in problems:
        click.echo(problem, err=True)
    wanted = [(name, voice) for name, voice in found if _speaks(voice, language)]
    if as_json:
        rows = [{"provider": name, **voice.model_dump(mode="json")} for name, voice in wanted]
        click.echo(json.dumps(rows, indent=2))
        return
    table = table_of("provider", "voice", "name", "languages", "about")
    for name, voice in wanted:
        about = voice.description + (" (cloned)" if voice.cloned else "")
        languages = " ".join(voice.languages) or "any"
        table.add_row(name, plain(voice.id), plain(voice.name), plain(languages), plain(about[:80]))
    show(table)


@voices.command()
@click.argument("samples", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--provider", required=True, help="Who clones it, such as elevenlabs.")
@click.option("--name", required=True, help="What the voice is to be called.")
@click.option("--speaker", help="Whose voice it is: the person's full name.")
@click.option(
    "--consent",
    "consent_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Text file with the speaker's consent.",
)
@click.option("--description", default="", help="What the voice sounds like.")
@click.option("--json", "as_json", is_flag=True, help="Print the voice and the consent's record as JSON.")
def clone(
    samples: tuple[Path, ...],
    provider: str,
    name: str,
    speaker: str | None,
    consent_file: Path | None,
    description: str,
    *,
    as_json: bool,
) -> None:
    """Clone a voice from SAMPLES (recordings of one person), with that person's consent.

    The consent says in the speaker's words, with the speaker's name, that the voice may be cloned. It is kept with the
    date and the digests of the samples in the home folder, under consents/.
    """
    from media_factory.calls.cloning import cloner_named
    from media_factory.factory import factory_from_environment

    with closing(factory_from_environment()) as factory:
        # Before anybody is asked for a consent.
        cloner_named(factory, provider)
        speaker, statement = _consent(speaker, consent_file)
        fields = {"provider": provider, "name": name, "speaker": speaker, "statement": statement}
        _clone(factory, {**fields, "description": description}, samples, as_json=as_json)


@voices.command()
def install() -> None:
    """Say which voices could be installed on this machine."""
    from media_factory.providers.base import VoiceSource
    from media_factory.providers.registry import Providers

    click.echo("Nothing to install: no provider here keeps voices as files of its own.")
    for one in Providers.installed().able("speech"):
        if isinstance(one, VoiceSource):
            click.echo(f"{one.name}: {one.missing() or 'ready'}; `media-factory voices list --provider {one.name}`")


async def _voices(providers: Providers, wanted: str | None) -> tuple[list[tuple[str, Voice]], list[str]]:
    """Return the voices of all sources by provider, and one line for each source that has none to give."""
    from media_factory.errors import InputError, MediaFactoryError
    from media_factory.providers.base import VoiceSource

    # The source is one of a vendor's providers, of whichever modality.
    sources = {provider.name: provider for provider in providers.all if isinstance(provider, VoiceSource)}
    if wanted is not None and wanted not in sources:
        raise InputError(f"--provider: {wanted!r} lists no voices; those that do: {', '.join(sources) or 'none'}")
    found: list[tuple[str, Voice]] = []
    problems: list[str] = []
    for name, provider in sources.items():
        if wanted not in (None, name):
            continue
        if gap := provider.missing():
            problems.append(f"{name}: {gap}")
            continue
        assert isinstance(provider, VoiceSource)
        try:
            found += [(name, voice) for voice in await provider.voices()]
        except MediaFactoryError as error:
            problems.append(f"{name}: {error}")
    return found, problems


def _speaks(voice: Voice, language: str | None) -> bool:
    if language is None or not voice.languages:
        return True
    asked = language.lower()
    known = [one.lower() for one in voice.languages]
    return asked in known or asked.split("-")[0] in {one.split("-")[0] for one in known if "-" not in asked}


def _consent(speaker: str | None, consent_file: Path | None) -> tuple[str, str]:
    """Return who consents and in which words, asked on a terminal where options don't say.

    Raises:
        InputError: there is nobody to ask.
    """
    from media_factory.errors import InputError

    if speaker and consent_file:
        try:
            return speaker, consent_file.read_text(encoding="utf-8")
        except UnicodeDecodeError as problem:
            raise InputError(f"{consent_file}: is no text file") from problem
    if not sys.stdin.isatty():
        raise InputError(
            "consent: a voice is cloned only with its speaker's consent; give --speaker NAME and --consent FILE"
        )
    speaker = speaker or click.prompt("Whose voice is it (full name)")
    if consent_file:
        return str(speaker), consent_file.read_text(encoding="utf-8")
    click.echo("Type the consent in one line, in the speaker's words, with the name. For example:")
    click.echo(f"  I, {speaker}, agree that my voice is cloned from these recordings for (what, until when).")
    return str(speaker), str(click.prompt("Consent"))


def _clone(factory: Factory, fields: dict[str, str], samples: tuple[Path, ...], *, as_json: bool) -> None:
    from pydantic import ValidationError

    from media_factory.calls.cloning import VoiceToClone, clone_with_consent, consent_file
    from media_factory.errors import InputError

    try:
        asked = VoiceToClone.model_validate({**fields, "samples": [str(sample.absolute()) for sample in samples]})
    except ValidationError as problem:
        wrong = problem.errors()[0]
        raise InputError(f"{wrong['loc'][0]}: {wrong['msg']}") from None
    cloned = asyncio.run(clone_with_consent(factory, asked))
    if as_json:
        content = {"voice": cloned.voice.model_dump(mode="json"), "consent": cloned.consent.model_dump(mode="json")}
        click.echo(json.dumps(content, indent=2))
        return
    click.echo(f"{cloned.voice.name}: voice: {cloned.voice.id} with providers.speech: {cloned.provider}")
    kept = consent_file(factory, cloned.consent.request)
    click.echo(f"consent of {asked.speaker}, recorded {cloned.consent.recorded_at}: {kept}")


__all__ = ["voices"]
