"""Settings of a bucket: from presets, from variables, and what is refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from media_factory.errors import InputError
from media_factory.store.s3.environment import s3_settings_from
from media_factory.store.s3.presets import PRESETS
from media_factory.store.s3.settings import S3Settings

SPACES = {
    "DIGITALOCEAN_SPACES_KEY": "DO801KEY",
    "DIGITALOCEAN_SPACES_SECRET": "very-secret",
    "DIGITALOCEAN_SPACES_REGION": "fra1",
    "DIGITALOCEAN_SPACES_BUCKET": "goals",
}
AWS = {"AWS_ACCESS_KEY_ID": "AKIAKEY", "AWS_SECRET_ACCESS_KEY": "very-secret", "AWS_REGION": "eu-central-1"}
GIVEN = {"region": "fra1", "account": "abc123", "endpoint_url": "http://127.0.0.1:9000"}


@pytest.mark.parametrize(
    ("preset", "endpoint", "public"),
    [
        ("aws", None, "https://goals.s3.fra1.amazonaws.com"),
        ("digitalocean-spaces", "https://fra1.digitaloceanspaces.com", "https://goals.fra1.digitaloceanspaces.com"),
        (
            "supabase",
            "https://abc123.storage.supabase.co/storage/v1/s3",
            "https://abc123.supabase.co/storage/v1/object/public/goals",
        ),
        ("r2", "https://abc123.r2.cloudflarestorage.com", None),
        ("ceph", "http://127.0.0.1:9000", "http://127.0.0.1:9000/goals"),
        ("minio", "http://127.0.0.1:9000", "http://127.0.0.1:9000/goals"),
    ],
)
def test_each_preset_knows_its_server_and_its_public_urls(
    preset: str, endpoint: str | None, public: str | None
) -> None:
    given = {name: GIVEN[name] for name in (*PRESETS[preset].needs, "region")}
    settings = S3Settings.model_validate({"preset": preset, "bucket": "goals"} | given)
    assert settings.endpoint == endpoint
    assert settings.public_base == public


def test_every_preset_says_what_it_needs() -> None:
    for name, preset in PRESETS.items():
        if preset.needs:
            with pytest.raises(ValidationError, match=f"preset {name} needs {preset.needs[0]}"):
                S3Settings(preset=name, bucket="goals")


def test_the_cdn_of_a_preset_and_one_s_own_are_used_when_asked_for() -> None:
    spaces = {"preset": "digitalocean-spaces", "bucket": "goals", "region": "fra1"}
    assert S3Settings(**spaces, use_cdn=True).public_base == "https://goals.fra1.cdn.digitaloceanspaces.com"
    assert S3Settings(**spaces, public_base_url="https://media.example/").public_base == "https://media.example"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"preset": "gopher"}, "there are aws, digitalocean-spaces"),
        ({"access_key_id": "only"}, "belong together"),
        ({"kms_key_id": "alias/mine"}, "needs encryption aws:kms"),
        ({"kms_key_id": "alias/mine", "encryption": "AES256"}, "needs encryption aws:kms"),
        ({"preset": "r2", "account": "a", "acl": "public-read"}, "r2 has no ACLs"),
        ({"prefix": "../up"}, None),
        ({"prefix": "/absolute"}, "prefix"),
        ({"bucket": "x"}, "bucket"),
    ],
)
def test_settings_that_can_t_work_are_refused_with_the_reason(changes: dict[str, str], message: str | None) -> None:
    with pytest.raises(ValidationError, match=message or "prefix"):
        S3Settings.model_validate({"bucket": "goals"} | changes)


def test_secrets_don_t_show() -> None:
    settings = s3_settings_from(AWS, "s3://goals")
    assert settings is not None
    assert "very-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_a_url_and_the_aws_variables_make_a_bucket() -> None:
    settings = s3_settings_from({**AWS, "MEDIA_FACTORY_STORE": "s3://goals/team/a/"})
    assert settings is not None
    assert (settings.preset, settings.bucket, settings.prefix) == ("aws", "goals", "team/a")
    assert settings.region == "eu-central-1"
    assert settings.key("assets", "x") == "team/a/assets/x"
    assert settings.secret_access_key is not None
    assert settings.secret_access_key.get_secret_value() == "very-secret"


def test_a_server_of_one_s_own_is_spoken_to_in_the_way_that_all_understand() -> None:
    settings = s3_settings_from({**AWS, "AWS_ENDPOINT_URL": "http://127.0.0.1:9000"}, "s3://goals")
    assert settings is not None
    assert settings.kind.checksums == "when_required"
    assert settings.kind.addressing == "path"


def test_the_variables_of_spaces_are_enough() -> None:
    settings = s3_settings_from(SPACES)
    assert settings is not None
    assert settings.bucket == "goals"
    assert settings.endpoint == "https://fra1.digitaloceanspaces.com"


@pytest.mark.parametrize(
    ("cdn", "base"),
    [
        ("", "https://goals.fra1.digitaloceanspaces.com"),
        ("false", "https://goals.fra1.digitaloceanspaces.com"),
        ("true", "https://goals.fra1.cdn.digitaloceanspaces.com"),
        ("media.example", "https://media.example"),
        ("https://media.example/", "https://media.example"),
    ],
)
def test_the_cdn_variable_is_a_yes_a_no_or_an_address(cdn: str, base: str) -> None:
    settings = s3_settings_from({**SPACES, "DIGITALOCEAN_SPACES_CDN": cdn})
    assert settings is not None
    assert settings.public_base == base


def test_a_url_names_another_bucket_of_spaces() -> None:
    settings = s3_settings_from(SPACES, "s3://others/x")
    assert settings is not None
    assert (settings.preset, settings.bucket, settings.prefix) == ("digitalocean-spaces", "others", "x")


@pytest.mark.parametrize(
    "environment", [{}, AWS, {"MEDIA_FACTORY_STORE": "/srv/store"}, {**SPACES, "MEDIA_FACTORY_STORE": "/srv"}]
)
def test_without_a_bucket_there_are_no_settings(environment: dict[str, str]) -> None:
    assert s3_settings_from(environment) is None


def test_every_field_can_be_set_by_a_variable_of_its_name() -> None:
    more = {
        "MEDIA_FACTORY_S3_PART_MIB": "64",
        "MEDIA_FACTORY_S3_ACL": "public-read",
        "MEDIA_FACTORY_S3_ENCRYPTION": "AES256",
    }
    settings = s3_settings_from({**AWS, **more}, "s3://goals")
    assert settings is not None
    assert (settings.part_mib, settings.acl, settings.encryption) == (64, "public-read", "AES256")


@pytest.mark.parametrize(
    ("environment", "url", "message"),
    [
        ({"MEDIA_FACTORY_S3_PART_MIB": "4"}, "s3://goals", "S3 store: part_mib: "),
        ({"MEDIA_FACTORY_S3_PRESET": "gopher"}, "s3://goals", "preset 'gopher' is unknown"),
        ({"AWS_SECRET_ACCESS_KEY": "very-secret"}, "s3://goals", "belong together"),
        ({}, "s3://key:very-secret@goals/x", "keys go into variables"),
        ({}, "s3:///prefix", "s3://bucket/prefix"),
    ],
)
def test_a_value_that_can_t_be_used_is_named_and_no_secret_shown(
    environment: dict[str, str], url: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        s3_settings_from(environment, url)
    assert "very-secret" not in str(caught.value)
