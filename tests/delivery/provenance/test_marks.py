"""What a marked file says, and that it is what it was."""

from __future__ import annotations

import hashlib
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from media_factory.delivery.boxes import boxes_in
from media_factory.delivery.provenance.containers import place_in
from media_factory.delivery.provenance.credentials import context_for, read_credentials
from media_factory.delivery.provenance.identity import Identity
from media_factory.delivery.provenance.model import SOURCE_TYPES, Origin, Part
from media_factory.delivery.provenance.signing import Marks
from media_factory.delivery.provenance.xmp import source_type_in
from tests.delivery.provenance.files import AI, TYPES, asset_of, claim_of, mark

STATED = SOURCE_TYPES + "trainedAlgorithmicMedia"
PICTURES = [name for name in TYPES if TYPES[name].startswith("image/")]
STREAMED = [name for name in TYPES if not TYPES[name].startswith("image/")]


@pytest.mark.parametrize("name", TYPES)
def test_a_marked_file_reads_back_its_manifest_and_its_source_type(
    name: str, plain: dict[str, Path], marked: dict[str, Path], identity: Identity
) -> None:
    found = read_credentials(marked[name], TYPES[name], context_for(identity))
    assert found is not None
    assert (found.state, found.problems, found.vouched) == ("trusted", (), True)
    assert (found.digital_source_type, found.serial, found.generator) == (STATED, identity.serial, "Media Factory")
    assert found.generation == claim_of(plain[name]).generation
    assert (found.generation.provider, found.generation.model) == ("openai", "gpt-image-2")


@pytest.mark.parametrize("name", [name for name in TYPES if name != "still.avif"])
def test_a_marked_file_states_its_source_type_in_xmp(name: str, marked: dict[str, Path]) -> None:
    place = place_in(memoryview(marked[name].read_bytes()), TYPES[name])
    assert place is not None and place.packet is not None
    assert source_type_in(place.packet) == STATED


@pytest.mark.parametrize("name", ["still.jpg", "still.png", "simple.webp", "lossless.webp", "animated.webp"])
def test_the_xmp_is_where_others_look_for_it(name: str, marked: dict[str, Path]) -> None:
    with Image.open(marked[name]) as opened:
        opened.load()
        found = opened.info.get("xmp") or opened.info["XML:com.adobe.xmp"]
    text = found if isinstance(found, bytes) else found.encode()
    assert source_type_in(text) == STATED
    assert b'Iptc4xmpExt:AISystemUsed="openai"' in text


@pytest.mark.parametrize("name", PICTURES)
def test_a_marked_picture_shows_the_same_pixels(name: str, plain: dict[str, Path], marked: dict[str, Path]) -> None:
    with Image.open(plain[name]) as before, Image.open(marked[name]) as after:
        assert getattr(after, "n_frames", 1) == getattr(before, "n_frames", 1)
        for index in range(getattr(before, "n_frames", 1)):
            before.seek(index)
            after.seek(index)
            assert before.mode == after.mode
            assert np.array_equal(np.asarray(before), np.asarray(after))


def packets(path: Path) -> list[tuple[int, int | None, str]]:
    with av.open(str(path)) as file:
        return [(packet.stream.index, packet.pts, hashlib.sha256(bytes(packet)).hexdigest()) for packet in file.demux()]


@pytest.mark.parametrize("name", STREAMED)
def test_a_marked_sound_or_film_has_the_same_streams(
    name: str, plain: dict[str, Path], marked: dict[str, Path]
) -> None:
    assert packets(marked[name]) == packets(plain[name])
    assert len(packets(plain[name])) > 20


@pytest.mark.parametrize("name", ["film.mp4", "speech.m4a"])
def test_a_marked_film_still_begins_with_its_index(name: str, marked: dict[str, Path]) -> None:
    names = [box.name for box in boxes_in(memoryview(marked[name].read_bytes()))]
    assert names.index(b"moov") < names.index(b"mdat")
    assert names[0] == b"ftyp"


def test_two_signings_of_the_same_bytes_differ(plain: dict[str, Path], identity: Identity, tmp_path: Path) -> None:
    one, other = (mark(plain["still.png"], tmp_path / f"{name}.png", identity) for name in "ab")
    assert one.read_bytes() != other.read_bytes()


def test_marks_are_small(plain: dict[str, Path], marked: dict[str, Path]) -> None:
    added = [marked[name].stat().st_size - plain[name].stat().st_size for name in TYPES]
    assert max(added) < 8_000


def test_a_composed_film_names_its_parts_and_keeps_their_own_marks(
    plain: dict[str, Path], marked: dict[str, Path], identity: Identity, tmp_path: Path
) -> None:
    pictured, bare, spoken = marked["still.png"], plain["still.jpg"], plain["speech.wav"]
    parts = (
        Part(role="picture", asset=asset_of(pictured, "image/png"), source_type="trainedAlgorithmicMedia"),
        Part(role="picture", asset=asset_of(bare, "image/jpeg"), source_type="algorithmicMedia", provider="artboard"),
        Part(role="music", asset=asset_of(spoken, "application/octet-stream")),
    )
    origin = Origin(source_type="compositeWithTrainedAlgorithmicMedia", parts=parts)
    marks = {parts[0].asset.digest: Marks(pictured, "image/png")}
    claim = claim_of(plain["film.mp4"], origin, marks)
    found = read_credentials(
        mark(plain["film.mp4"], tmp_path / "film.mp4", identity, claim), "video/mp4", context_for(identity)
    )
    assert found is not None and found.generation is not None
    assert found.state == "trusted"
    assert found.digital_source_type == SOURCE_TYPES + "compositeWithTrainedAlgorithmicMedia"
    assert [(part.role, part.digest, part.provider) for part in found.generation.parts] == [
        ("picture", parts[0].asset.digest, None),
        ("picture", parts[1].asset.digest, "artboard"),
        ("music", parts[2].asset.digest, None),
    ]
    assert found.upstream == (identity.name,)


def test_a_vendors_own_manifest_survives_in_what_is_made_of_its_picture(
    plain: dict[str, Path], identity: Identity, tmp_path: Path
) -> None:
    vendor = mark(plain["still.png"], tmp_path / "vendor.png", identity)
    asset = asset_of(vendor, "image/png")
    origin = AI.model_copy(update={"original": asset})
    claim = claim_of(vendor, origin, {asset.digest: Marks(vendor, "image/png")}, media_type="image/png")
    ours = mark(vendor, tmp_path / "ours.png", identity, claim)
    found = read_credentials(ours, "image/png", context_for(identity))
    assert found is not None
    assert (found.state, found.upstream) == ("trusted", (identity.name,))
    assert found.digital_source_type == STATED


def test_a_manifest_tells_no_prompt_and_no_path(marked: dict[str, Path]) -> None:
    for path in marked.values():
        data = path.read_bytes()
        assert b"prompt_sha256" in data
        assert str(path.parent).encode() not in data
