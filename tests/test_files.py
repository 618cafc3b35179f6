"""Files that are either whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_factory.files import sha256_of, whole_file, write_whole


def test_a_whole_file_appears_when_the_block_ends_well(tmp_path: Path) -> None:
    target = tmp_path / "made" / "film.mp4"
    with whole_file(target) as temporary:
        temporary.write_bytes(b"film")
        assert not target.exists()
    assert target.read_bytes() == b"film"
    assert [path.name for path in target.parent.iterdir()] == ["film.mp4"]


def test_a_failed_block_leaves_the_older_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    write_whole(target, "older")
    with pytest.raises(RuntimeError), whole_file(target) as temporary:
        temporary.write_bytes(b"half")
        raise RuntimeError
    assert target.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]


def test_the_hash_of_a_file_is_its_content_s(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    assert sha256_of(path) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
