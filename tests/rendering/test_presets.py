from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from media_factory.briefs.fields import Codec, Quality
from media_factory.errors import InputError
from media_factory.rendering.compose import Composer, empty_planes
from media_factory.rendering.presets import ENCODINGS, encoding_for
from media_factory.rendering.segments import FILM_ENCODING, encode_segment
from tests.rendering.films import PUSH, Gallery, decoded_luma, psnr_db, segment


def test_there_is_a_preset_for_every_codec_and_quality() -> None:
    assert set(ENCODINGS) == set(get_args(Codec))
    for codec, presets in ENCODINGS.items():
        assert list(presets) == list(get_args(Quality))
        assert {encoding.codec for encoding in presets.values()} == {codec}
        assert {encoding.hardware for encoding in presets.values()} == {None}


def test_films_are_encoded_by_the_standard_preset_unless_asked_otherwise() -> None:
    assert encoding_for("h264", "standard", 1080, 1920) == FILM_ENCODING


@pytest.mark.parametrize("codec", get_args(Codec))
def test_each_quality_is_finer_and_larger_than_the_one_before(codec: Codec, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    gallery, size = Gallery(tmp_path / "pictures"), (360, 640)
    request = segment((gallery.card(3, (720, 1280)), PUSH, 0, 40), frames=24, size=size)
    composer, composed = Composer(request, gallery.paths), []
    for index in range(24):
        out = empty_planes(size)
        composer.draw(index, out)
        composed.append(out[0])
    sizes, fidelity = [], []
    for quality in get_args(Quality):
        target = tmp_path / f"{quality}.mp4"
        encoding = encoding_for(codec, quality, *size)
        encode_segment(request.model_copy(update={"encoding": encoding}), gallery.paths, target)
        sizes.append(target.stat().st_size)
        found = decoded_luma(target)
        fidelity.append(sum(map(psnr_db, found, composed)) / len(found))
    assert sizes == sorted(set(sizes))
    assert fidelity == sorted(set(fidelity))
    assert fidelity[-1] > 44


def test_8k_in_h264_is_refused_by_the_field_s_name() -> None:
    with pytest.raises(InputError, match=r"^codec: h264 at 7680x4320 .* use hevc or av1"):
        encoding_for("h264", "master", 7680, 4320)
    assert encoding_for("hevc", "draft", 7680, 4320).codec == "hevc"
