"""The settings of a bucket from environment variables, by the names that vendors gave them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from media_factory.errors import InputError
from media_factory.store.s3.settings import S3Settings

STORE_VARIABLE = "MEDIA_FACTORY_STORE"
# Any field can be set: MEDIA_FACTORY_S3_PART_MIB, MEDIA_FACTORY_S3_ACL, ...
FIELD_PREFIX = "MEDIA_FACTORY_S3_"
_AWS = {
    "access_key_id": ("AWS_ACCESS_KEY_ID",),
    "secret_access_key": ("AWS_SECRET_ACCESS_KEY",),
    "session_token": ("AWS_SESSION_TOKEN",),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "endpoint_url": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
}
_SPACES = {
    "access_key_id": ("DIGITALOCEAN_SPACES_KEY",),
    "secret_access_key": ("DIGITALOCEAN_SPACES_SECRET",),
    "region": ("DIGITALOCEAN_SPACES_REGION",),
    "bucket": ("DIGITALOCEAN_SPACES_BUCKET",),
}
_SPACES_CDN = "DIGITALOCEAN_SPACES_CDN"
_YES, _NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


def s3_settings_from(environment: Mapping[str, str], url: str | None = None) -> S3Settings | None:
    """Return the settings that the variables name, or None if they ask for no bucket.

    A bucket is asked for by `s3://bucket/prefix` (the URL given here, else MEDIA_FACTORY_STORE); where there is no URL
    at all, by DIGITALOCEAN_SPACES_KEY, _SECRET and _BUCKET together. Keys of Spaces count where AWS has none.

    Raises:
        InputError: a value can't be used; the message names the field and never shows a secret.
    """
    url = environment.get(STORE_VARIABLE, "").strip() if url is None else url
    values = _from_url(url) if url else {}
    spaces = _named(_SPACES, environment)
    if values is None or not (url or {"access_key_id", "secret_access_key", "bucket"} <= spaces.keys()):
        return None
    aws = _named(_AWS, environment)
    if _means_spaces(aws, spaces, environment):
        found = {"preset": "digitalocean-spaces"} | spaces | _cdn(environment.get(_SPACES_CDN, ""))
    else:
        found = aws
    if "endpoint_url" in found:
        found = {"preset": "minio"} | found
    return _validated(found | _overrides(environment) | values)


def _from_url(url: str) -> dict[str, Any] | None:
    parts = urlsplit(url)
    if parts.scheme.lower() != "s3":
        return None
    if not parts.netloc or "@" in parts.netloc or parts.query:
        raise InputError("an S3 store's URL has the form s3://bucket/prefix; keys go into variables or a block")
    return {"bucket": parts.netloc, "prefix": parts.path.strip("/")}


def _means_spaces(aws: dict[str, Any], spaces: dict[str, Any], environment: Mapping[str, str]) -> bool:
    preset = environment.get(f"{FIELD_PREFIX}PRESET")
    if preset:
        return preset == "digitalocean-spaces"
    return "access_key_id" in spaces and "access_key_id" not in aws


def _cdn(text: str) -> dict[str, Any]:
    """Return what the CDN variable says: yes, no, or the CDN's own address."""
    text = text.strip()
    if text.lower() in _NO:
        return {}
    if text.lower() in _YES:
        return {"use_cdn": True}
    return {"public_base_url": text if "://" in text else f"https://{text}"}


def _named(names: Mapping[str, tuple[str, ...]], environment: Mapping[str, str]) -> dict[str, Any]:
    found = {
        field: next(filter(None, (environment.get(name, "").strip() for name in those)), "")
        for field, those in names.items()
    }
    return {field: value for field, value in found.items() if value}


def _overrides(environment: Mapping[str, str]) -> dict[str, Any]:
    fields = ((name, environment.get(FIELD_PREFIX + name.upper(), "").strip()) for name in S3Settings.model_fields)
    return {name: value for name, value in fields if value}


def _validated(values: dict[str, Any]) -> S3Settings:
    try:
        return S3Settings.model_validate(values)
    except ValidationError as problem:
        lines = (
            f"{'.'.join(map(str, one['loc'])) or 'settings'}: {one['msg']}"
            for one in problem.errors(include_input=False)
        )
        raise InputError("\n".join(f"S3 store: {line}" for line in lines)) from None


__all__ = ["FIELD_PREFIX", "STORE_VARIABLE", "s3_settings_from"]
