"""What servers that speak S3 differ in, as data. Every value can be overridden in the settings."""

from __future__ import annotations

from typing import Literal

from media_factory.errors import InputError
from media_factory.model import Model

Addressing = Literal["auto", "path", "virtual"]
Checksums = Literal["when_supported", "when_required"]


class Preset(Model):
    """How one kind of server is spoken to; `{region}`, `{account}` and `{bucket}` stand for the settings' own.

    Servers other than AWS's get checksums only where they must have them: boto3's default since 1.36 breaks many.
    """

    endpoint_url: str | None = None
    region: str | None = None
    addressing: Addressing = "auto"
    checksums: Checksums = "when_required"
    public_base_url: str | None = None
    cdn_base_url: str | None = None
    needs: tuple[Literal["region", "account", "endpoint_url"], ...] = ()
    takes_acl: bool = True
    takes_lifecycle: bool = True


PRESETS: dict[str, Preset] = {
    "aws": Preset(checksums="when_supported", public_base_url="https://{bucket}.s3.{region}.amazonaws.com"),
    # Presigned URLs lead to the origin, never to the CDN; bucket policies only through the API (docs, 2025-12).
    "digitalocean-spaces": Preset(
        endpoint_url="https://{region}.digitaloceanspaces.com",
        addressing="virtual",
        public_base_url="https://{bucket}.{region}.digitaloceanspaces.com",
        cdn_base_url="https://{bucket}.{region}.cdn.digitaloceanspaces.com",
        needs=("region",),
    ),
    # `account` is the project's reference. No ACL, lifecycle, tagging or versions (docs).
    "supabase": Preset(
        endpoint_url="https://{account}.storage.supabase.co/storage/v1/s3",
        addressing="path",
        public_base_url="https://{account}.supabase.co/storage/v1/object/public/{bucket}",
        needs=("account", "region"),
        takes_acl=False,
        takes_lifecycle=False,
    ),
    # Public only through a domain of one's own or r2.dev, so there is no base URL to guess.
    "r2": Preset(
        endpoint_url="https://{account}.r2.cloudflarestorage.com",
        region="auto",
        addressing="path",
        needs=("account",),
        takes_acl=False,
    ),
    "ceph": Preset(
        region="us-east-1", addressing="path", public_base_url="{endpoint}/{bucket}", needs=("endpoint_url",)
    ),
    "minio": Preset(
        region="us-east-1",
        addressing="path",
        public_base_url="{endpoint}/{bucket}",
        needs=("endpoint_url",),
        takes_acl=False,
    ),
}


def preset_of(name: str) -> Preset:
    """Return a preset by its name.

    Raises:
        InputError: there is none of that name.
    """
    try:
        return PRESETS[name]
    except KeyError:
        raise InputError(f"S3 preset {name!r} is unknown; there are {', '.join(PRESETS)}") from None


__all__ = ["PRESETS", "Addressing", "Checksums", "Preset", "preset_of"]
