from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from media_factory.assets import Asset
from media_factory.errors import InputError, RenderError
from media_factory.rendering import encoders
from media_factory.rendering.hardware import (
    HARDWARE_VARIABLE,
    encode_anyhow,
    hardware_encoder,
    in_software,
    on_hardware,
    to_encode_again,
)
from media_factory.rendering.join import join
from media_factory.rendering.model import Encoding, Segment, SegmentRequest
from media_factory.rendering.presets import ENCODINGS
from media_factory.rendering.segments import encode_segment
from media_factory.testing.hardware import FakeHardware, fake_hardware
from tests.rendering.films import PUSH, Gallery, decoded_luma, segment

Install = Callable[[FakeHardware], FakeHardware]


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    (tmp_path / "pictures").mkdir()
    return Gallery(tmp_path / "pictures")


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Make this the only hardware of the machine, and allow it."""

    def put(encoder: FakeHardware) -> FakeHardware:
        monkeypatch.setattr(encoders, "HARDWARE", {"fake_device": encoder})
        monkeypatch.setenv(HARDWARE_VARIABLE, "1")
        return encoder

    return put


def asked_of_hardware(gallery: Gallery, frames: int = 6, name: str = "fake_device") -> SegmentRequest:
    request = segment((gallery.card(1), PUSH, 0, 20), frames=frames)
    return request.model_copy(update={"encoding": request.encoding.model_copy(update={"hardware": name})})


def segment_with(*reasons: str) -> Segment:
    video = Asset(digest=f"sha256:{'0' * 64}", media_type="video/mp4", size_bytes=1)
    return Segment(video=video, frames=1, reasons=reasons)


def test_hardware_is_not_used_unless_the_factory_allows_it(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = install(fake_hardware())
    monkeypatch.delenv(HARDWARE_VARIABLE)
    assert hardware_encoder("h264") is None
    assert on_hardware(ENCODINGS["h264"]["standard"]) == (ENCODINGS["h264"]["standard"], ())
    assert fake.dials.frames == 0


def test_hardware_is_found_by_encoding_with_it_once(install: Install) -> None:
    fake = install(fake_hardware("hevc"))
    assert [hardware_encoder("hevc") for _ in range(3)] == ["fake_device"] * 3
    assert hardware_encoder("h264") is None
    assert fake.dials.frames == 8
    encoding, reasons = on_hardware(ENCODINGS["hevc"]["high"])
    assert (encoding.hardware, encoding.crf, reasons) == ("fake_device", ENCODINGS["hevc"]["high"].crf, ())


@pytest.mark.parametrize("fake", [fake_hardware(opens=False), fake_hardware(fails_at=3)], ids=["never opens", "fails"])
def test_hardware_that_does_not_work_is_not_found_and_the_reason_is_given(fake: FakeHardware, install: Install) -> None:
    install(fake)
    assert hardware_encoder("h264") is None
    encoding, reasons = on_hardware(ENCODINGS["h264"]["standard"])
    assert encoding == ENCODINGS["h264"]["standard"]
    assert reasons == ("no hardware encoder for h264 works here; pictures were encoded in software",)


def test_what_works_is_used_and_no_reason_given(install: Install, gallery: Gallery, tmp_path: Path) -> None:
    fake, target = install(fake_hardware()), tmp_path / "segment.mp4"
    assert encode_anyhow(asked_of_hardware(gallery), gallery.paths, target) == ()
    assert (fake.dials.frames, len(decoded_luma(target))) == (6, 6)


@pytest.mark.parametrize(
    ("fake", "problem"),
    [(fake_hardware(opens=False), "no device"), (fake_hardware(fails_at=4), "device lost")],
    ids=["never opens", "fails midway"],
)
def test_a_failure_falls_back_to_software_and_says_so(
    fake: FakeHardware, problem: str, install: Install, gallery: Gallery, tmp_path: Path
) -> None:
    install(fake)
    request = asked_of_hardware(gallery)
    (reason,) = encode_anyhow(request, gallery.paths, tmp_path / "fallen.mp4")
    assert reason == f"fake_device failed (the encoder failed: {problem}); pictures were encoded in software"
    encode_segment(in_software(request), gallery.paths, tmp_path / "software.mp4")
    assert (tmp_path / "fallen.mp4").read_bytes() == (tmp_path / "software.mp4").read_bytes()


def test_hardware_that_nobody_knows_falls_back_too(gallery: Gallery, tmp_path: Path) -> None:
    request = asked_of_hardware(gallery, name="no_such_device")
    (reason,) = encode_anyhow(request, gallery.paths, tmp_path / "fallen.mp4")
    assert "no_such_device" in reason
    assert len(decoded_luma(tmp_path / "fallen.mp4")) == 6


def test_stopped_work_does_not_begin_again_in_software(install: Install, gallery: Gallery, tmp_path: Path) -> None:
    install(fake_hardware())
    stop = Event()
    stop.set()
    with pytest.raises(RenderError, match="stopped"):
        encode_anyhow(asked_of_hardware(gallery), gallery.paths, tmp_path / "segment.mp4", stop=stop)
    assert not (tmp_path / "segment.mp4").exists()


def test_a_request_that_nobody_can_draw_is_no_fault_of_the_hardware(
    install: Install, gallery: Gallery, tmp_path: Path
) -> None:
    install(fake_hardware())
    with pytest.raises(InputError):
        encode_anyhow(asked_of_hardware(gallery), {}, tmp_path / "segment.mp4")


def test_a_film_made_in_two_ways_is_asked_for_again_in_software_and_then_joins(
    install: Install, gallery: Gallery, tmp_path: Path
) -> None:
    install(fake_hardware("h264", fails_at=9))
    requests = [asked_of_hardware(gallery) for _ in range(2)]
    made = [
        segment_with(*encode_anyhow(request, gallery.paths, tmp_path / f"{index}.mp4"))
        for index, request in enumerate(requests)
    ]
    assert [bool(one.reasons) for one in made] == [False, True]
    again = to_encode_again(requests, made)
    assert again == tuple(in_software(request) for request in requests)
    parts = [(tmp_path / f"again-{index}.mp4", request.frames) for index, request in enumerate(again)]
    for request, (path, _) in zip(again, parts, strict=True):
        encode_segment(request, gallery.paths, path)
    assert join(parts, None, requests[0].rate, tmp_path / "film.mp4") == 12


@pytest.mark.parametrize("reasons", [((), ()), (("lost",), ("lost",))], ids=["all by hardware", "all in software"])
def test_a_film_made_in_one_way_is_not_asked_for_again(reasons: tuple[tuple[str, ...], ...], gallery: Gallery) -> None:
    requests = [asked_of_hardware(gallery) for _ in reasons]
    assert to_encode_again(requests, [segment_with(*one) for one in reasons]) == ()


def test_the_encoder_s_name_is_part_of_what_is_asked() -> None:
    assert Encoding().model_dump_json() != Encoding(hardware="h264_nvenc").model_dump_json()
