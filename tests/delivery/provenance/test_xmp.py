"""XMP in files: added where it belongs, and what others wrote there kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media_factory.delivery.provenance import id3
from media_factory.delivery.provenance.containers import place_in, write_pieces
from media_factory.delivery.provenance.marking import write_with_xmp
from media_factory.delivery.provenance.model import SOURCE_TYPES
from media_factory.delivery.provenance.xmp import packet, source_type_in
from media_factory.errors import RenderError
from tests.delivery.provenance.files import AI, TYPES, claim_of, picture

OTHERS = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="a desk"/></rdf:RDF>'
    b"</x:xmpmeta>"
)
STATED = SOURCE_TYPES + "trainedAlgorithmicMedia"


def xmp_of(path: Path, media_type: str) -> bytes | None:
    place = place_in(memoryview(path.read_bytes()), media_type)
    assert place is not None
    return place.packet


@pytest.mark.parametrize("name", ["still.jpg", "still.png", "simple.webp"])
def test_what_others_wrote_stays_and_ours_stands_beside_it_once(name: str, tmp_path: Path) -> None:
    before, after, again = (tmp_path / f"{index}-{name}" for index in range(3))
    picture().save(before, **({"xmp": OTHERS} if name != "still.png" else {}))
    if name == "still.png":
        data = memoryview(before.read_bytes())
        place = place_in(data, "image/png")
        assert place is not None and place.put is not None
        write_pieces(place.put(OTHERS), data, before)
    claim = claim_of(before, media_type=TYPES[name])
    assert write_with_xmp(before, after, claim)
    found = xmp_of(after, TYPES[name])
    assert found is not None
    assert b"a desk" in found and source_type_in(found) == STATED
    assert write_with_xmp(after, again, claim)
    assert again.read_bytes() == after.read_bytes()
    with Image.open(again) as opened:
        opened.load()


def test_what_others_state_of_the_source_is_left_as_it_is() -> None:
    stating = OTHERS.replace(b'dc:source="a desk"', b'x:DigitalSourceType="http://example.org/their-own"')
    assert packet(AI, "tool", stating) == stating
    assert source_type_in(stating) == "http://example.org/their-own"
    element = OTHERS.replace(
        b"</rdf:RDF>", b"<Iptc4xmpExt:DigitalSourceType>urn:x</Iptc4xmpExt:DigitalSourceType></rdf:RDF>"
    )
    assert source_type_in(element) == "urn:x"
    referred = OTHERS.replace(b"</rdf:RDF>", b"<e:DigitalSourceType rdf:resource='urn:y'/></rdf:RDF>")
    assert source_type_in(referred) == "urn:y"


def test_a_packet_that_we_do_not_understand_is_left_as_it_is() -> None:
    assert packet(AI, "tool", b"<not-rdf/>") == b"<not-rdf/>"


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), max_size=40))
def test_no_providers_name_breaks_out_of_the_packet(name: str) -> None:
    from xml.etree import ElementTree as ET

    written = packet(AI.model_copy(update={"provider": f"{name}:{name}"}), name)
    root = ET.fromstring(written)
    assert len(root.findall(".//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")) == 1
    assert source_type_in(written) == STATED


@pytest.mark.parametrize("name", ["film.mp4", "speech.mp3", "speech.m4a", "speech.wav"])
def test_marking_twice_states_it_once(name: str, plain: dict[str, Path], tmp_path: Path) -> None:
    once, twice = tmp_path / name, tmp_path / f"twice-{name}"
    assert write_with_xmp(plain[name], once, claim_of(plain[name]))
    if write_with_xmp(once, twice, claim_of(plain[name])):
        assert twice.read_bytes() == once.read_bytes()
    else:  # XMP inside an MP4 or an ID3 tag is its writer's, and stays
        assert xmp_of(once, TYPES[name]) is not None and not twice.exists()


def test_an_id3_tag_keeps_its_frames(plain: dict[str, Path], tmp_path: Path) -> None:
    told = tmp_path / "told.mp3"
    before = id3.tag_in(memoryview(plain["speech.mp3"].read_bytes()))
    assert before.frames and write_with_xmp(plain["speech.mp3"], told, claim_of(plain["speech.mp3"]))
    after = id3.tag_in(memoryview(told.read_bytes()))
    assert after.frames.startswith(before.frames)
    assert told.read_bytes()[after.end :] == plain["speech.mp3"].read_bytes()[before.end :]


@given(st.sampled_from([3, 4]), st.binary(max_size=300), st.binary(min_size=1, max_size=300))
def test_what_goes_into_a_tag_comes_out_of_it(version: int, sound: bytes, told: bytes) -> None:
    tag = id3.Tag(version=version, frames=b"", end=0)
    data = id3.with_xmp(tag, told) + sound
    found = id3.tag_in(memoryview(data))
    assert id3.xmp_in(found) == told
    assert data[found.end :] == sound


@pytest.mark.parametrize("flags", [0x80, 0x40, 0x10])
def test_a_tag_that_is_written_in_a_way_of_its_own_is_left_as_it_is(flags: int) -> None:
    data = memoryview(b"ID3\x04\x00" + bytes([flags]) + b"\x00\x00\x00\x02\x00\x00sound")
    place = place_in(data, "audio/mpeg")
    assert place is not None and place.put is None


def test_an_mp4_whose_last_box_has_no_end_is_left_as_it_is() -> None:
    open_ended = b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00" + b"\x00\x00\x00\x00mdat" + b"samples"
    place = place_in(memoryview(open_ended), "video/mp4")
    assert place is not None and place.put is None


def test_types_that_hold_no_xmp_are_passed_over() -> None:
    assert place_in(memoryview(b"anything"), "text/vtt") is None


@pytest.mark.parametrize("media_type", sorted({TYPES[name] for name in TYPES} - {"image/avif"}))
@given(data=st.binary(max_size=200))
def test_what_is_no_media_file_is_refused_in_words(media_type: str, data: bytes) -> None:
    try:
        place = place_in(memoryview(data), media_type)
    except RenderError as problem:
        assert media_type in str(problem) or "MP4" in str(problem)
    else:
        assert place is not None


@pytest.mark.parametrize("name", ["still.jpg", "still.png", "simple.webp", "speech.mp3", "speech.wav", "film.mp4"])
@given(cut=st.integers(min_value=1, max_value=6000))
def test_a_file_that_is_cut_short_is_marked_or_refused_in_words(name: str, plain: dict[str, Path], cut: int) -> None:
    data = plain[name].read_bytes()[:-cut]
    try:
        place = place_in(memoryview(data), TYPES[name])
    except RenderError:
        return
    assert place is not None
    if place.put is not None:
        assert place.put(b"packet")
