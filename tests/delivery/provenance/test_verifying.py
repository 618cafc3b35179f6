"""What `media-factory verify` says of a file."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from deployments.cli import cli
from media_factory.delivery.provenance.identity import Identity
from media_factory.delivery.provenance.verifying import verify
from media_factory.errors import InputError
from media_factory.factory import Factory
from tests.conftest import MakeFactory
from tests.delivery.provenance.deliveries import NAMES, deliver
from tests.delivery.provenance.files import mark, picture
from tests.rendering.films import run_ffmpeg


@pytest.fixture
async def delivered(factory: Factory, plain: dict[str, Path], tmp_path: Path) -> Path:
    """Give the test a delivery."""
    await deliver(factory, plain, tmp_path / "out")
    return tmp_path / "out" / "media"


@pytest.mark.parametrize("name", NAMES)
def test_a_delivered_file_was_made_here_and_is_unaltered(name: str, delivered: Path, factory: Factory) -> None:
    found = verify(delivered / name, factory)
    assert (found.made_here, found.altered, found.exit_code) == ("yes", False, 0)
    assert (found.product, found.digital_source_type) == (
        "product",
        "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
    )
    assert [(one.provider, one.model) for one in found.made_by] == [("openai", "gpt-image-2")]
    said = " ".join(found.sentences)
    assert "made here as part of product" in said and "nobody else vouches for it" in said


@pytest.mark.parametrize("name", NAMES)
def test_no_changed_byte_of_a_delivered_file_goes_unnoticed(name: str, delivered: Path, factory: Factory) -> None:
    path = delivered / name
    data, chosen = path.read_bytes(), random.Random(name)
    for at in chosen.sample(range(len(data)), 25):
        changed = bytearray(data)
        changed[at] ^= 1 << chosen.randrange(8)
        path.write_bytes(changed)
        found = verify(path, factory)
        assert found.altered is not False and found.exit_code != 0, f"a change at {at}"


def test_a_changed_byte_of_the_media_is_told_with_what_made_it(delivered: Path, factory: Factory) -> None:
    data = bytearray((delivered / "film.mp4").read_bytes())
    data[-3000] ^= 1
    (delivered / "film.mp4").write_bytes(data)
    found = verify(delivered / "film.mp4", factory)
    assert (found.made_here, found.altered, found.exit_code) == ("yes", True, 1)
    assert found.credentials is not None and found.credentials.problems == ("assertion.bmffHash.mismatch",)
    assert [one.provider for one in found.made_by] == ["openai"]
    assert "does not hold" in found.sentences[-1]


def test_a_changed_byte_that_no_signature_covers_is_told_as_that(delivered: Path, factory: Factory) -> None:
    data = (delivered / "film.mp4").read_bytes()
    (delivered / "film.mp4").write_bytes(data.replace(b"ftypisom\x00\x00\x02\x00", b"ftypisom\x00\x00\x02\x01", 1))
    assert (delivered / "film.mp4").read_bytes() != data
    found = verify(delivered / "film.mp4", factory)
    assert (found.made_here, found.altered, found.exit_code) == ("yes", True, 1)
    assert "in nothing that its signature covers" in found.sentences[1]


def test_a_picture_that_a_platform_encoded_again_is_known_by_its_looks(delivered: Path, factory: Factory) -> None:
    path = delivered.parent / "shared.webp"
    with Image.open(delivered / "still.png") as opened:
        opened.convert("RGB").resize((110, 66)).save(path, quality=50)
    found = verify(path, factory)
    assert (found.made_here, found.altered, found.product, found.exit_code) == ("looks-like", True, "product", 1)
    assert [one.model for one in found.made_by] == ["gpt-image-2"]
    assert found.credentials is None and "carries no signature" in found.sentences[-1]


def test_a_film_that_a_platform_encoded_again_is_known_by_its_looks(delivered: Path, factory: Factory) -> None:
    path = delivered.parent / "shared.mp4"
    made = run_ffmpeg("-i", str(delivered / "film.mp4"), "-vf", "scale=120:72", "-crf", "34", "-an", str(path))
    assert made.returncode == 0, made.stderr
    found = verify(path, factory)
    assert (found.made_here, found.altered, found.exit_code) == ("looks-like", True, 1)


def test_an_asset_that_was_taken_from_the_store_was_made_here(
    delivered: Path, factory: Factory, plain: dict[str, Path]
) -> None:
    found = verify(plain["still.png"], factory)
    assert (found.made_here, found.altered, found.credentials) == ("yes", False, None)


def test_a_strangers_file_is_not_known_here(delivered: Path, factory: Factory, tmp_path: Path) -> None:
    picture(99).save(tmp_path / "stranger.png")
    found = verify(tmp_path / "stranger.png", factory)
    assert (found.made_here, found.altered, found.made_by, found.exit_code) == ("no", None, (), 3)
    (tmp_path / "notes.txt").write_text("words")
    assert verify(tmp_path / "notes.txt", factory).exit_code == 3


def test_a_copy_that_other_books_know_is_proven_by_our_signature(
    delivered: Path, make_factory: MakeFactory, factory: Factory, tmp_path: Path
) -> None:
    from media_factory.books.books import Books

    elsewhere = make_factory()
    elsewhere.books = Books(f"sqlite:///{tmp_path / 'others.db'}")
    found = verify(delivered / "still.png", elsewhere)
    assert (found.made_here, found.altered, found.exit_code) == ("yes", False, 0)


def test_somebody_who_claims_to_be_us_is_not_believed(
    delivered: Path, factory: Factory, identity: Identity, tmp_path: Path
) -> None:
    """Another factory's certificate signs a claim that names our product."""
    picture(7).save(tmp_path / "still.png")
    forged = mark(tmp_path / "still.png", tmp_path / "forged.png", identity)
    found = verify(forged, factory)
    assert (found.made_here, found.altered, found.exit_code) == ("says-so", None, 1)
    assert "nothing proves" in found.sentences[0]


def test_a_file_that_is_not_there_is_refused(factory: Factory, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.png: can't be read"):
        verify(tmp_path / "none.png", factory)


def test_the_command_says_it_in_words_and_as_json(home: Path, tmp_path: Path, plain: dict[str, Path]) -> None:
    from media_factory.delivery.provenance.identity import identity_of
    from media_factory.delivery.provenance.keypair import key_pair

    signed = mark(plain["still.png"], tmp_path / "still.png", identity_of(key_pair(home)))
    said = CliRunner().invoke(cli, ["verify", str(signed)], catch_exceptions=False)
    assert (said.exit_code, said.output.splitlines()[0]) == (0, "It was made here as part of product.")
    told = CliRunner().invoke(cli, ["verify", "--json", str(signed)], catch_exceptions=False)
    verdict: dict[str, Any] = json.loads(told.output)
    assert (verdict["made_here"], verdict["altered"], verdict["credentials"]["state"]) == ("yes", False, "trusted")
    unknown = CliRunner().invoke(cli, ["verify", str(plain["still.jpg"])], catch_exceptions=False)
    assert unknown.exit_code == 3
