"""Settings of a store in a bucket."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from media_factory.errors import InputError
from media_factory.model import Model
from media_factory.store.s3.presets import Addressing, Checksums, Preset, preset_of

MIB = 1 << 20
_PREFIX_PATTERN = r"^([A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?$"


class S3Settings(Model):
    """Where a bucket is, who we are there, and how it is spoken to.

    What is left empty comes from the preset; without keys, boto3 looks where it always does (variables, profiles,
    the machine's role).
    """

    preset: str = Field(default="aws", description="the kind of server, such as aws, digitalocean-spaces or minio")
    bucket: str = Field(min_length=3, max_length=255, description="the bucket's name; it must exist")
    prefix: str = Field(default="", pattern=_PREFIX_PATTERN, max_length=200, description="keys begin with it")
    region: str | None = Field(default=None, description="the bucket's region, such as eu-central-1 or fra1")
    account: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9-]{1,64}$",
        description="R2: the account's id; Supabase: the project's reference",
    )
    endpoint_url: str | None = Field(
        default=None, pattern=r"^https?://", description="the server, where it isn't known"
    )
    access_key_id: SecretStr | None = None
    secret_access_key: SecretStr | None = None
    session_token: SecretStr | None = None

    public_base_url: str | None = Field(
        default=None, pattern=r"^https?://", description="what public URLs begin with: a CDN's or the bucket's own"
    )
    use_cdn: bool = Field(default=False, description="public URLs lead to the CDN that comes with the preset")
    acl: str | None = Field(
        default=None,
        description="canned ACL of what is put, such as public-read; none leaves it to the bucket's policy",
    )
    storage_class: str | None = Field(default=None, description="such as STANDARD_IA; none takes the bucket's default")
    encryption: Literal["AES256", "aws:kms", "aws:kms:dsse"] | None = Field(
        default=None, description="encryption at rest: AES256 is SSE-S3; aws:kms takes the key below, or AWS's own"
    )
    kms_key_id: str | None = Field(default=None, description="the KMS key's id or ARN")

    addressing: Addressing | None = Field(default=None, description="the bucket in the path or in the host's name")
    checksums: Checksums | None = Field(default=None, description="when boto3 adds checksums of its own")
    conditional_put: bool | None = Field(
        default=None, description="whether the server honours If-None-Match on a put; none asks it once per process"
    )
    connect_timeout_s: float = Field(default=5.0, gt=0)
    read_timeout_s: float = Field(default=30.0, gt=0)
    outlast_s: float = Field(default=150.0, ge=0, description="for how long failures that may pass are tried again")
    calls_at_once: int = Field(default=16, ge=1, le=256)
    parts_at_once: int = Field(default=6, ge=1, le=64, description="parts under way, of all large files together")
    part_mib: int = Field(default=8, ge=5, le=512)
    whole_up_to_mib: int = Field(default=16, ge=1, le=512, description="what is larger goes in parts")

    cache_folder: Path | None = Field(
        default=None, description="for copies on this machine; none takes the home folder"
    )
    cache_mib: int = Field(default=10240, ge=0, description="what the copies may take; the oldest go first")
    cache_keep_s: float = Field(default=1800.0, ge=0, description="what was asked for so recently stays in any case")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        try:
            preset = preset_of(self.preset)
        except InputError as problem:
            raise ValueError(str(problem)) from None
        lacking = [name for name in preset.needs if not getattr(self, name) and not self.endpoint_url]
        if lacking:
            raise ValueError(f"preset {self.preset} needs {', '.join(lacking)}")
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("access_key_id and secret_access_key belong together; one of them is missing")
        if self.kms_key_id and self.encryption not in ("aws:kms", "aws:kms:dsse"):
            raise ValueError("kms_key_id needs encryption aws:kms or aws:kms:dsse")
        if self.acl and not preset.takes_acl:
            raise ValueError(f"acl: {self.preset} has no ACLs; make the bucket itself public or private")
        return self

    @property
    def kind(self) -> Preset:
        """The preset."""
        return preset_of(self.preset)

    @property
    def endpoint(self) -> str | None:
        """The server's URL; None for AWS, whose SDK knows."""
        if self.endpoint_url:
            return self.endpoint_url.rstrip("/")
        template = self.kind.endpoint_url
        return template.format(region=self.region, account=self.account) if template else None

    @property
    def needs_md5(self) -> bool:
        """Whether parts need a Content-MD5 to be checked on arrival.

        Over plain HTTP the signature covers the part's sha256, and where boto3 adds checksums there is a CRC.
        """
        plain = (self.endpoint or "").startswith("http://")
        return not plain and (self.checksums or self.kind.checksums) == "when_required"

    @property
    def place(self) -> str:
        """The bucket and its server as messages name them, without a login."""
        if self.endpoint is None:
            return f"bucket {self.bucket} ({self.preset})"
        parts = urlsplit(self.endpoint)
        return f"bucket {self.bucket} at {parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def public_base(self) -> str | None:
        """What public URLs begin with, without a slash at the end; None where nobody knows."""
        if self.public_base_url:
            return self.public_base_url.rstrip("/")
        template = (self.use_cdn and self.kind.cdn_base_url) or self.kind.public_base_url
        if template is None or ("{region}" in template and not self.region):
            return None
        return template.format(
            bucket=self.bucket, region=self.region, account=self.account or "", endpoint=self.endpoint or ""
        )

    def key(self, *parts: str) -> str:
        """Return an object's key below the prefix."""
        return "/".join((*([self.prefix] if self.prefix else []), *parts))


__all__ = ["MIB", "S3Settings"]
