"""One changed byte is called what it is, wherever it lies."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from media_factory.delivery.boxes import boxes_in
from media_factory.delivery.provenance.credentials import context_for, read_credentials
from media_factory.delivery.provenance.identity import Identity
from media_factory.errors import RenderError
from tests.delivery.provenance.files import TYPES

_FLIPS = 60
_C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def uncovered(data: bytes, media_type: str) -> set[int]:
    """Return the places that C2PA does not vouch for: the manifest's own box, and an MP4's type (C2PA 2.2, A.5)."""
    if media_type in ("audio/mp4", "image/avif", "video/mp4"):
        boxes = boxes_in(memoryview(data))
        skipped = [box for box in boxes if box.name == b"ftyp" or data[box.content : box.content + 16] == _C2PA_BOX]
        return {at for box in skipped for at in range(box.start, box.end)}
    start = data.index(b"jumb") - 4
    return set(range(start, start + struct.unpack_from(">I", data, start)[0]))


@pytest.mark.parametrize("name", TYPES)
def test_a_byte_changed_in_the_media_makes_it_invalid(
    name: str, marked: dict[str, Path], identity: Identity, tmp_path: Path
) -> None:
    data, context = marked[name].read_bytes(), context_for(identity)
    covered = sorted(set(range(len(data))) - uncovered(data, TYPES[name]))
    assert len(covered) > len(data) / 8
    chosen = random.Random(name)
    altered = tmp_path / name
    for at in chosen.sample(covered, _FLIPS):
        changed = bytearray(data)
        changed[at] ^= 1 << chosen.randrange(8)
        altered.write_bytes(changed)
        try:
            found = read_credentials(altered, TYPES[name], context)
        except RenderError:
            continue  # not even readable any more
        assert found is None or found.state == "invalid", f"a change at {at} of {name} was not noticed"


@pytest.mark.parametrize("name", TYPES)
def test_a_byte_cut_off_or_added_makes_it_invalid(
    name: str, marked: dict[str, Path], identity: Identity, tmp_path: Path
) -> None:
    data, context = marked[name].read_bytes(), context_for(identity)
    altered = tmp_path / name
    for changed in (data[:-1], data + b"\x00"):
        altered.write_bytes(changed)
        try:
            found = read_credentials(altered, TYPES[name], context)
        except RenderError:
            continue
        assert found is None or found.state == "invalid"


def test_somebody_elses_certificate_is_not_trusted(marked: dict[str, Path]) -> None:
    found = read_credentials(marked["still.png"], "image/png", context_for())
    assert found is not None
    assert (found.state, found.problems, found.vouched) == ("valid", (), False)
