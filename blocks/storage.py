"""Where assets are kept, and where products are published."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.aws import AwsCredentials
from blocks.base import model_from
from media_factory.store.base import AssetStore
from media_factory.store.local import LocalStore
from media_factory.store.s3.settings import S3Settings

# Figures that are measured change with the store's code, so they are named once, there.
_OWN = S3Settings.model_fields


class LocalStorage(Block):
    """A store in a folder of the machine that runs the work.

    Example:
        Load a saved store::

            from blocks.storage import LocalStorage

            storage = LocalStorage.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory Local Storage"
    _block_type_slug = "media-factory-local-storage"
    _description = "Keeps media assets in a folder, named by the sha256 of their content."

    folder: Path = Field(
        title="Folder", description="The folder that holds the assets; it is made if it isn't there. ~ is your home."
    )

    def open(self) -> AssetStore:
        """Return the store."""
        return LocalStore(self.folder.expanduser())


class S3Storage(Block):
    """A bucket of AWS S3, DigitalOcean Spaces, Supabase, Cloudflare R2, Ceph, MinIO, or any server that speaks S3.

    Example:
        Load a saved bucket::

            from blocks.storage import S3Storage

            storage = S3Storage.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory S3 Storage"
    _block_type_slug = "media-factory-s3-storage"
    _description = "Keeps media assets in a bucket, named by the sha256 of their content."

    preset: Literal["aws", "digitalocean-spaces", "supabase", "r2", "ceph", "minio"] = Field(
        default="aws",
        title="Kind of server",
        description="What is left empty below is what this kind of server needs.",
    )
    bucket: str = Field(
        min_length=3, max_length=255, title="Bucket", description="The bucket's name; the bucket must exist."
    )
    prefix: str = Field(
        default="", max_length=200, title="Prefix", description="All keys begin with it, such as media/production."
    )
    region: str | None = Field(
        default=None, title="Region", description="The bucket's region, such as eu-central-1, fra1 or auto."
    )
    account: str | None = Field(
        default=None, title="Account", description="Cloudflare R2: the account's id. Supabase: the project's reference."
    )
    endpoint_url: str | None = Field(
        default=None,
        title="Endpoint URL",
        description="The server's address, for Ceph, MinIO and servers that no preset knows.",
    )
    access_key_id: SecretStr | None = Field(
        default=None,
        title="Access key id",
        description="The access key. Empty uses the AWS credentials below, or else what the machine itself is allowed.",
    )
    secret_access_key: SecretStr | None = Field(
        default=None, title="Secret access key", description="The secret that belongs to the access key."
    )
    session_token: SecretStr | None = Field(
        default=None, title="Session token", description="The token of temporary keys, which expire."
    )
    aws_credentials: AwsCredentials | None = Field(
        default=None,
        title="AWS credentials",
        description="A saved block of prefect-aws instead of keys here; that package has to be installed. Roles are "
        "assumed when the factory is opened.",
    )
    public_base_url: str | None = Field(
        default=None,
        title="CDN or public base URL",
        description="What public URLs begin with: your CDN's address, or the bucket's own.",
    )
    use_cdn: bool = Field(
        default=False, title="Use the preset's CDN", description="Let public URLs lead to DigitalOcean's own CDN."
    )
    acl: str | None = Field(
        default=None,
        title="ACL",
        description="Canned ACL of what is put, such as public-read. Empty leaves access to the bucket's policy.",
    )
    storage_class: str | None = Field(
        default=None, title="Storage class", description="Such as STANDARD_IA. Empty takes the bucket's default."
    )
    encryption: Literal["AES256", "aws:kms", "aws:kms:dsse"] | None = Field(
        default=None,
        title="Encryption at rest",
        description="AES256 is SSE-S3, aws:kms is SSE-KMS. Empty leaves it to the bucket's default.",
    )
    kms_key_id: str | None = Field(
        default=None, title="KMS key", description="Id or ARN of the KMS key. Empty takes AWS's own."
    )
    addressing: Literal["auto", "path", "virtual"] | None = Field(
        default=None,
        title="Addressing",
        description="The bucket in the path or in the host's name. Empty takes the preset's way.",
    )
    checksums: Literal["when_supported", "when_required"] | None = Field(
        default=None,
        title="Checksums",
        description="When boto3 adds checksums of its own. Empty takes the preset's way.",
    )
    conditional_put: bool | None = Field(
        default=None,
        title="Conditional put",
        description="Whether the server honours If-None-Match. Empty finds out once per process.",
    )
    connect_timeout_s: float = Field(
        default=_OWN["connect_timeout_s"].default,
        gt=0,
        title="Connect timeout (s)",
        description="Seconds to wait for a connection.",
    )
    read_timeout_s: float = Field(
        default=_OWN["read_timeout_s"].default,
        gt=0,
        title="Read timeout (s)",
        description="Seconds to wait for the next byte.",
    )
    outlast_s: float = Field(
        default=_OWN["outlast_s"].default,
        ge=0,
        title="Outlast (s)",
        description="For how many seconds failures that may pass, such as an outage, are tried again.",
    )
    calls_at_once: int = Field(
        default=_OWN["calls_at_once"].default,
        ge=1,
        le=256,
        title="Calls at once",
        description="How many calls may be under way at once.",
    )
    parts_at_once: int = Field(
        default=_OWN["parts_at_once"].default,
        ge=1,
        le=64,
        title="Parts at once",
        description="How many parts may be under way at once, of all large files together.",
    )
    part_mib: int = Field(
        default=_OWN["part_mib"].default,
        ge=5,
        le=512,
        title="Part (MiB)",
        description="The size of a large file's parts.",
    )
    whole_up_to_mib: int = Field(
        default=_OWN["whole_up_to_mib"].default,
        ge=1,
        le=512,
        title="Whole up to (MiB)",
        description="Larger files go in parts.",
    )
    cache_folder: Path | None = Field(
        default=None,
        title="Cache folder",
        description="Folder for copies on the machine that works. Empty uses the home folder.",
    )
    cache_mib: int = Field(
        default=_OWN["cache_mib"].default,
        ge=0,
        title="Cache (MiB)",
        description="What these copies may take; the oldest go first.",
    )
    cache_keep_s: float = Field(
        default=_OWN["cache_keep_s"].default,
        ge=0,
        title="Keep (s)",
        description="A copy that was used so recently stays in any case.",
    )

    @property
    def settings(self) -> S3Settings:
        """The settings that the core takes.

        Raises:
            InputError: they can't be used together; the message names the field.
        """
        values = {name: getattr(self, name) for name in S3Settings.model_fields}
        return model_from(S3Settings, self, **(_keys_of(self.aws_credentials) | _given(values)))

    def open(self) -> AssetStore:
        """Return the store.

        Raises:
            InputError: the settings can't be used together; the message names the field.
        """
        from media_factory.store.s3.store import S3Store  # boto3, which takes a third of a second to load

        return S3Store(self.settings)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _keys_of(credentials: Any) -> dict[str, Any]:
    """Return what prefect-aws's credentials say of keys, region and endpoint."""
    if credentials is None:
        return {}
    session = credentials.get_boto3_session()
    found = session.get_credentials()
    keys = found.get_frozen_credentials() if found else None
    return _given(
        {
            "access_key_id": keys and keys.access_key,
            "secret_access_key": keys and keys.secret_key,
            "session_token": keys and keys.token,
            "region": session.region_name,
            "endpoint_url": credentials.aws_client_parameters.endpoint_url,
        }
    )


__all__ = ["LocalStorage", "S3Storage"]
