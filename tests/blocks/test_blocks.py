"""Blocks open as core objects, and pass Prefect's own suite for blocks."""

from __future__ import annotations

from pathlib import Path

import pytest
from prefect.blocks.core import Block
from prefect.testing.standard_test_suites import BlockStandardTestSuite
from pydantic import SecretStr

from blocks.factory import FactoryBlock
from blocks.storage import LocalStorage
from media_factory.store.local import LocalStore


@pytest.mark.parametrize("block", [FactoryBlock, LocalStorage])
class TestPrefectsOwnSuite(BlockStandardTestSuite):
    @pytest.fixture
    def block(self, block: type[Block]) -> type[Block]:
        return block

    def test_has_a_valid_image(self, block: type[Block]) -> None:
        """Leave Prefect's logo check out: it asks for an image on Prefect's own site."""
        assert block._logo_url is None

    def test_has_a_documentation_url(self, block: type[Block]) -> None:
        """Leave the link check out: our documentation is in the repository."""
        assert block._documentation_url is None


@pytest.mark.parametrize("block", [FactoryBlock, LocalStorage])
def test_every_field_is_described_in_a_sentence(block: type[Block]) -> None:
    for name, field in block.model_fields.items():
        assert field.title, name
        assert (field.description or "").rstrip().endswith("."), name


async def test_a_local_storage_opens_its_folder(tmp_path: Path) -> None:
    store = LocalStorage(folder=tmp_path / "assets").open()
    assert isinstance(store, LocalStore)
    assert await store.read(await store.put(b"kept", "text/plain")) == b"kept"


def test_a_factory_block_opens_with_what_it_says_and_hides_the_books_password(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    block = FactoryBlock(
        storage=LocalStorage(folder=tmp_path / "assets"),
        books_url=SecretStr(url),
        home=tmp_path / "home",
        lease_s=30,
        workers=3,
        memory_mib=2048,
    )
    factory = block.open()
    try:
        assert (factory.lease_s, factory.workers, factory.home) == (30, 3, tmp_path / "home")
        assert factory.memory_bytes == 2 << 30
        assert (tmp_path / "elsewhere.db").exists()
    finally:
        factory.close()
    assert "elsewhere" not in repr(block)
