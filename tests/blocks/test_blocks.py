"""Blocks open as core objects, and pass Prefect's own suite for blocks."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from prefect.blocks.core import Block
from prefect.testing.standard_test_suites import BlockStandardTestSuite
from pydantic import SecretStr

from blocks.budget import Budget
from blocks.credentials import (
    CREDENTIALS,
    ElevenLabsCredentials,
    GoogleCredentials,
    OpenAICredentials,
    RunwayCredentials,
)
from blocks.factory import FactoryBlock
from blocks.publishing import Publishing
from blocks.storage import LocalStorage, S3Storage
from blocks.webhook import Webhook
from media_factory.errors import InputError
from media_factory.policy import Caps
from media_factory.publishing.folder import FolderTarget
from media_factory.publishing.rules import Rules
from media_factory.store.local import LocalStore
from media_factory.store.s3.presets import PRESETS
from media_factory.store.s3.settings import S3Settings
from media_factory.store.s3.store import S3Store
from tests.needs import lacking

BLOCKS: list[type[Block]] = [FactoryBlock, LocalStorage, S3Storage, *CREDENTIALS, Budget, Webhook, Publishing]
SECRET = "canary-0123456789"


@pytest.mark.parametrize("block", BLOCKS)
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


@pytest.mark.parametrize("block", BLOCKS)
def test_every_field_is_described_in_a_sentence(block: type[Block]) -> None:
    for name, field in block.model_fields.items():
        assert field.title, name
        assert (field.description or "").rstrip().endswith("."), name


@pytest.mark.parametrize("block", BLOCKS)
def test_fields_that_are_secret_are_known_as_such_to_prefect(block: type[Block]) -> None:
    secret = {name for name, field in block.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert secret <= set(block.model_json_schema()["secret_fields"])


async def test_a_local_storage_opens_its_folder(tmp_path: Path) -> None:
    store = LocalStorage(folder=tmp_path / "assets").open()
    assert isinstance(store, LocalStore)
    assert await store.read(await store.put(b"kept", "text/plain")) == b"kept"


def test_a_bucket_s_block_has_every_setting_with_the_same_default() -> None:
    fields = S3Storage.model_fields
    assert set(fields) - {"aws_credentials"} == set(S3Settings.model_fields)
    for name, field in S3Settings.model_fields.items():
        assert fields[name].default == field.default, name
    assert set(S3Storage.model_json_schema()["properties"]["preset"]["enum"]) == set(PRESETS)


def test_a_bucket_s_block_opens_a_store_and_hides_its_keys(tmp_path: Path) -> None:
    block = S3Storage(
        preset="digitalocean-spaces",
        bucket="media",
        region="fra1",
        access_key_id=SecretStr("id"),
        secret_access_key=SecretStr(SECRET),
        encryption="aws:kms",
        kms_key_id="alias/media",
        cache_folder=tmp_path,
    )
    store = block.open()
    assert isinstance(store, S3Store)
    assert store.settings.endpoint == "https://fra1.digitaloceanspaces.com"
    assert store.settings.kms_key_id == "alias/media"
    assert store.settings.secret_access_key == SecretStr(SECRET)
    assert SECRET not in repr(block)
    store.close()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"preset": "digitalocean-spaces"}, "needs region"),
        ({"access_key_id": SECRET}, "belong together"),
        ({"kms_key_id": "k"}, "needs encryption"),
        ({"preset": "r2", "account": "a", "acl": "public-read"}, "no ACLs"),
    ],
)
def test_settings_that_do_not_fit_together_are_named_without_secrets(values: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        _ = S3Storage(bucket="media", **values).settings
    assert "media-factory-s3-storage" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_prefect_aws_s_credentials_are_taken_instead_of_keys() -> None:
    if find_spec("prefect_aws") is None:
        lacking("prefect-aws is not installed")
    from prefect_aws.client_parameters import AwsClientParameters
    from prefect_aws.credentials import AwsCredentials

    credentials = AwsCredentials(
        aws_access_key_id="id",
        aws_secret_access_key=SecretStr(SECRET),
        region_name="eu-west-1",
        aws_client_parameters=AwsClientParameters(endpoint_url="http://127.0.0.1:9"),
    )
    settings = S3Storage(preset="minio", bucket="media", aws_credentials=credentials).settings
    assert settings.secret_access_key == SecretStr(SECRET)
    assert (settings.region, settings.endpoint) == ("eu-west-1", "http://127.0.0.1:9")
    assert S3Storage(preset="minio", bucket="media", region="x", aws_credentials=credentials).settings.region == "x"


def test_without_prefect_aws_blocks_work_all_the_same() -> None:
    code = (
        "import sys; sys.modules['prefect_aws'] = None; sys.modules['prefect_aws.credentials'] = None\n"
        "from blocks.storage import S3Storage\n"
        "print(S3Storage(bucket='media', region='eu-west-1').settings.place)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "bucket media (aws)"


def test_vendors_credentials_give_the_variables_that_providers_read() -> None:
    key = SecretStr(SECRET)
    assert OpenAICredentials(api_key=key, base_url="https://gate").values() == {
        "OPENAI_API_KEY": key,
        "OPENAI_BASE_URL": SecretStr("https://gate"),
    }
    assert ElevenLabsCredentials(api_key=key).values() == {"ELEVENLABS_API_KEY": key}
    assert RunwayCredentials(api_key=key).values() == {"RUNWAYML_API_SECRET": key}
    assert GoogleCredentials(use_cloud=True, project="p").values() == {
        "GOOGLE_GENAI_USE_VERTEXAI": SecretStr("true"),
        "GOOGLE_CLOUD_PROJECT": SecretStr("p"),
    }
    assert all(SECRET not in repr(kind(api_key=key)) for kind in CREDENTIALS)


def test_a_budget_has_the_defaults_of_caps_and_gives_them() -> None:
    assert Budget().caps() == Caps()
    assert Budget(day_usd=None, run_usd=Decimal("0.5")).caps() == Caps(day_usd=None, run_usd=Decimal("0.5"))


def test_a_webhook_s_address_is_checked_when_it_is_opened() -> None:
    assert Webhook(url=SecretStr("https://example.org/x"), secret=SecretStr(SECRET)).open()
    for url in ("http://example.org", "https://127.0.0.1/x", "https://user@example.org/"):
        with pytest.raises(InputError) as caught:
            Webhook(url=SecretStr(url), secret=SecretStr(SECRET)).open()
        assert SECRET not in str(caught.value)


def test_publishing_has_the_defaults_of_rules_and_publishes_beside_the_store(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    publisher = Publishing().open(store)
    assert publisher.rules == Rules()
    assert isinstance(publisher.target, FolderTarget)
    assert publisher.target.root == tmp_path / "published"
    with pytest.raises(InputError, match="no field"):
        Publishing(template="{nobody}/{story}/{file}").open(store)
    with pytest.raises(InputError, match="the store keeps its assets there"):
        Publishing(storage=LocalStorage(folder=tmp_path)).open(store)


def test_a_factory_block_opens_with_what_it_says_and_hides_what_is_secret(tmp_path: Path) -> None:
    block = FactoryBlock(
        storage=LocalStorage(folder=tmp_path / "assets"),
        books_url=SecretStr(f"sqlite:///{tmp_path / 'elsewhere.db'}"),
        home=tmp_path / "home",
        openai=OpenAICredentials(api_key=SecretStr(SECRET)),
        budget=Budget(run_usd=Decimal(1)),
        publishing=Publishing(storage=LocalStorage(folder=tmp_path / "public"), always=True),
        webhook=Webhook(url=SecretStr("https://example.org/hook"), secret=SecretStr(SECRET)),
        brand_primary="#ff0000",
        lease_s=30,
        workers=3,
        memory_mib=2048,
    )
    factory = block.open()
    try:
        assert (factory.lease_s, factory.workers, factory.home) == (30, 3, tmp_path / "home")
        assert factory.memory_bytes == 2 << 30
        assert factory.policy.caps.run_usd == 1
        assert factory.brand.primary == "#ff0000"
        assert factory.settings.secret("OPENAI_API_KEY") == SecretStr(SECRET)
        assert factory.publisher is not None
        assert factory.publisher.rules.always
        assert factory.webhook is not None
        assert (tmp_path / "elsewhere.db").exists()
    finally:
        factory.close()
    assert "elsewhere" not in repr(block)
    assert SECRET not in repr(block)


@pytest.mark.server
async def test_nested_blocks_are_saved_and_loaded_with_their_secrets(prefect_api: None, tmp_path: Path) -> None:
    bucket = S3Storage(
        bucket="media", region="eu-west-1", access_key_id=SecretStr("id"), secret_access_key=SecretStr(SECRET)
    )
    await bucket.save("bucket-of-test", overwrite=True)
    openai = OpenAICredentials(api_key=SecretStr(SECRET))
    await openai.save("openai-of-test", overwrite=True)
    await FactoryBlock(
        storage=await S3Storage.load("bucket-of-test"),
        home=tmp_path,
        openai=await OpenAICredentials.load("openai-of-test"),
        publishing=Publishing(urls="signed"),
    ).save("factory-of-test", overwrite=True)
    loaded = await FactoryBlock.load("factory-of-test")
    assert isinstance(loaded.storage, S3Storage)
    assert loaded.storage.settings.secret_access_key == SecretStr(SECRET)
    assert loaded.openai is not None
    assert loaded.openai.values() == {"OPENAI_API_KEY": SecretStr(SECRET)}
    assert loaded.publishing is not None
    assert loaded.publishing.urls == "signed"
