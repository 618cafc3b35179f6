"""Stores, places of publication, webhooks and brands by environment variables."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from media_factory.errors import InputError
from media_factory.publishing.folder import FolderTarget
from media_factory.publishing.opening import publisher_from, webhook_from
from media_factory.publishing.purging import DigitalOceanPurge
from media_factory.store.local import LocalStore
from media_factory.store.opening import open_store
from media_factory.store.s3.store import S3Store

SECRET = "canary-0123456789abcdef"


def test_without_variables_the_store_is_in_the_home_folder(tmp_path: Path) -> None:
    store = open_store(tmp_path, {})
    assert isinstance(store, LocalStore)
    assert store.root == tmp_path / "store"


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_a_folder_is_named_by_its_path_or_url(tmp_path: Path, form: str) -> None:
    store = open_store(tmp_path, {"MEDIA_FACTORY_STORE": form.format(tmp_path / "else")})
    assert isinstance(store, LocalStore)
    assert store.root == tmp_path / "else"


def test_a_bucket_is_named_by_its_url_and_spaces_by_their_variables(tmp_path: Path) -> None:
    aws = open_store(tmp_path, {"MEDIA_FACTORY_STORE": "s3://media/a/b", "AWS_REGION": "eu-west-1"})
    spaces = open_store(
        tmp_path,
        {
            "DIGITALOCEAN_SPACES_KEY": "key",
            "DIGITALOCEAN_SPACES_SECRET": SECRET,
            "DIGITALOCEAN_SPACES_REGION": "fra1",
            "DIGITALOCEAN_SPACES_BUCKET": "media",
            "DIGITALOCEAN_SPACES_CDN": "https://cdn.example.org",
        },
    )
    assert isinstance(aws, S3Store)
    assert isinstance(spaces, S3Store)
    assert (aws.settings.bucket, aws.settings.prefix) == ("media", "a/b")
    assert spaces.settings.endpoint == "https://fra1.digitaloceanspaces.com"
    assert spaces.settings.public_base == "https://cdn.example.org"


def test_another_scheme_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"MEDIA_FACTORY_STORE: gs:// can't be used"):
        open_store(tmp_path, {"MEDIA_FACTORY_STORE": "gs://media"})


def test_nothing_is_published_unless_a_place_is_named(tmp_path: Path) -> None:
    assert publisher_from(LocalStore(tmp_path), {}) is None


def test_a_place_and_its_rules_are_named_by_variables(tmp_path: Path) -> None:
    publisher = publisher_from(
        LocalStore(tmp_path / "store"),
        {
            "MEDIA_FACTORY_PUBLISH": str(tmp_path / "public"),
            "MEDIA_FACTORY_PUBLISH_TEMPLATE": "{year}/{story}/{file}",
            "MEDIA_FACTORY_PUBLISH_ALWAYS": "yes",
            "MEDIA_FACTORY_PUBLISH_VERSIONED": "0",
            "MEDIA_FACTORY_PUBLISH_BASE_URL": "https://media.example.org",
            "MEDIA_FACTORY_PUBLISH_CDN_ID": "19f06b6a-3ace-4315-b086-499a0e521b76",
            "DIGITALOCEAN_ACCESS_TOKEN": SECRET,
        },
    )
    assert publisher is not None
    assert publisher.rules.always
    assert not publisher.rules.versioned
    assert publisher.rules.template == "{year}/{story}/{file}"
    assert isinstance(publisher.target, FolderTarget)
    assert isinstance(publisher.purge, DigitalOceanPurge)
    assert SECRET not in repr(publisher)


def test_store_names_the_place_beside_the_assets(tmp_path: Path) -> None:
    publisher = publisher_from(LocalStore(tmp_path), {"MEDIA_FACTORY_PUBLISH": "store"})
    assert publisher is not None
    assert publisher.target.name == str(tmp_path / "published")


@pytest.mark.parametrize("inside", [".", "assets", "assets/sha256", "..", "quarantine"])
def test_a_folder_from_which_keys_could_name_the_store_s_own_is_refused(tmp_path: Path, inside: str) -> None:
    store = LocalStore(tmp_path / "store")
    with pytest.raises(InputError, match="the store keeps its assets there"):
        publisher_from(store, {"MEDIA_FACTORY_PUBLISH": str(store.root / inside)})


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"MEDIA_FACTORY_PUBLISH_TEMPLATE": "{x}/{story}/{file}"}, "MEDIA_FACTORY_PUBLISH_TEMPLATE: .*no field"),
        ({"MEDIA_FACTORY_PUBLISH_URLS": "private"}, "MEDIA_FACTORY_PUBLISH_URLS"),
        ({"MEDIA_FACTORY_PUBLISH_BASE_URL": "media.example.org"}, "MEDIA_FACTORY_PUBLISH_BASE_URL"),
        ({"MEDIA_FACTORY_PUBLISH_CDN_ID": "19f06b6a-3ace"}, "DIGITALOCEAN_ACCESS_TOKEN is not"),
    ],
)
def test_a_variable_that_can_t_be_used_is_named(tmp_path: Path, variables: dict[str, str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        publisher_from(LocalStore(tmp_path / "s"), {"MEDIA_FACTORY_PUBLISH": str(tmp_path / "p"), **variables})


def test_a_webhook_is_named_by_two_variables() -> None:
    assert webhook_from({}) is None
    names = {"MEDIA_FACTORY_WEBHOOK_URL": "https://hooks.example/x", "MEDIA_FACTORY_WEBHOOK_SECRET": SECRET}
    webhook = webhook_from(names)
    assert webhook is not None
    assert webhook.secret == SecretStr(SECRET)
    with pytest.raises(InputError, match="MEDIA_FACTORY_WEBHOOK_SECRET"):
        webhook_from({"MEDIA_FACTORY_WEBHOOK_URL": "https://hooks.example/x"})
    with pytest.raises(InputError, match="MEDIA_FACTORY_WEBHOOK_URL") as caught:
        webhook_from({**names, "MEDIA_FACTORY_WEBHOOK_URL": "http://127.0.0.1/token-1"})
    assert "token-1" not in str(caught.value)
