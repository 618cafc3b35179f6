from __future__ import annotations

from pathlib import Path

import pytest

from media_factory.delivery.provenance.identity import Identity, identity_of
from media_factory.delivery.provenance.keypair import key_pair
from media_factory.settings import Settings
from tests.delivery.provenance.files import make_files, mark


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    """Give the tests one certificate."""
    return identity_of(key_pair(tmp_path_factory.mktemp("signer"), Settings()))


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the tests one file of every kind, as a store has it."""
    return make_files(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="session")
def marked(plain: dict[str, Path], identity: Identity, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the tests the same files with marks."""
    folder = tmp_path_factory.mktemp("marked")
    return {name: mark(path, folder / name, identity) for name, path in plain.items()}
