"""Opening the place to publish to, and the webhook, that the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from media_factory.errors import InputError
from media_factory.publishing.folder import FolderTarget
from media_factory.publishing.purging import DigitalOceanPurge, Purge
from media_factory.publishing.rules import Publisher, Rules
from media_factory.publishing.target import Target
from media_factory.publishing.webhooks import Webhook
from media_factory.store.base import AssetStore
from media_factory.store.local import LocalStore
from media_factory.store.opening import folder_of
from media_factory.store.s3.environment import s3_settings_from
from media_factory.store.s3.settings import S3Settings

ModelT = TypeVar("ModelT", bound=BaseModel)
PUBLISH_VARIABLE = "MEDIA_FACTORY_PUBLISH"
WEBHOOK_URL_VARIABLE = "MEDIA_FACTORY_WEBHOOK_URL"
WEBHOOK_SECRET_VARIABLE = "MEDIA_FACTORY_WEBHOOK_SECRET"  # noqa: S105 - the variable's name
BESIDE_STORE = "store"
PUBLISHED = "published"
"""The folder below a store that is for publications; a store's other folders are its own."""
_BASE_URL, _ACL, _CDN_ID = (f"{PUBLISH_VARIABLE}_{name}" for name in ("BASE_URL", "ACL", "CDN_ID"))
_TOKENS = ("DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN")


def publisher_from(store: AssetStore, environment: Mapping[str, str] = os.environ) -> Publisher | None:
    """Return the place that `MEDIA_FACTORY_PUBLISH` names, with its rules; None if it names none.

    It names a folder, s3://bucket/prefix, or `store` for a place beside the assets. `MEDIA_FACTORY_PUBLISH_BASE_URL` is
    what it is served under, `_ACL` a canned ACL, `_CDN_ID` (with a DIGITALOCEAN_ACCESS_TOKEN) a CDN to purge; each rule
    has a variable too, such as `MEDIA_FACTORY_PUBLISH_TEMPLATE`.

    Raises:
        InputError: a value can't be used; the message names the variable.
    """
    named = environment.get(PUBLISH_VARIABLE, "").strip()
    if not named:
        return None
    found = {name: environment.get(f"{PUBLISH_VARIABLE}_{name.upper()}", "").strip() for name in Rules.model_fields}
    rules = _validated(Rules, {name: value for name, value in found.items() if value}, PUBLISH_VARIABLE + "_")
    target = _target(named, store, environment)
    return Publisher(target=target, rules=rules, purge=_purge(environment))


def webhook_from(environment: Mapping[str, str] = os.environ) -> Webhook | None:
    """Return the webhook of `MEDIA_FACTORY_WEBHOOK_URL` and `_SECRET`; None if none is named.

    Raises:
        InputError: one of them can't be used or is missing.
    """
    url = environment.get(WEBHOOK_URL_VARIABLE, "").strip()
    if not url:
        return None
    secret = environment.get(WEBHOOK_SECRET_VARIABLE, "").strip()
    return _validated(Webhook, {"url": SecretStr(url), "secret": SecretStr(secret)}, "MEDIA_FACTORY_WEBHOOK_")


def folder_target(root: str, store: AssetStore, base_url: str | None = None) -> FolderTarget:
    """Return a folder to publish into, which must not be where a store keeps what is its own.

    Raises:
        InputError: it is.
    """
    folder = folder_of(root, PUBLISH_VARIABLE)
    if isinstance(store, LocalStore):
        _check_apart(folder.resolve().parts, store.root.resolve().parts, str(folder))
    return FolderTarget(folder, base_url or None)


def bucket_target(settings: S3Settings, store: AssetStore, acl: str | None = None) -> Target:
    """Return a bucket to publish into, which must not be where a store keeps what is its own.

    Raises:
        InputError: it is, or the bucket's server has no ACLs.
    """
    from media_factory.publishing.bucket import BucketTarget  # boto3, which takes a third of a second to load

    held = getattr(store, "settings", None)
    if isinstance(held, S3Settings) and (held.endpoint, held.bucket) == (settings.endpoint, settings.bucket):
        parts = [tuple(filter(None, one.prefix.split("/"))) for one in (settings, held)]
        _check_apart(parts[0], parts[1], f"s3://{settings.bucket}/{settings.prefix}")
    return BucketTarget(settings, acl)


def beside_store(store: AssetStore, acl: str | None = None, base_url: str | None = None) -> Target:
    """Return the place for publications below a store's own folder or prefix."""
    held = getattr(store, "settings", None)
    if isinstance(held, S3Settings):
        changed = {"prefix": held.key(PUBLISHED), **({"public_base_url": base_url} if base_url else {})}
        return bucket_target(held.model_copy(update=changed), store, acl)
    if isinstance(store, LocalStore):
        return folder_target(str(store.root / PUBLISHED), store, base_url)
    raise InputError(f"{PUBLISH_VARIABLE}: this store has no place of its own to publish to; name a folder or a bucket")


def _target(named: str, store: AssetStore, environment: Mapping[str, str]) -> Target:
    base_url, acl = environment.get(_BASE_URL, "").strip() or None, environment.get(_ACL, "").strip() or None
    if base_url and not base_url.startswith(("http://", "https://")):
        raise InputError(f"{_BASE_URL}: {base_url!r} can't be used; it begins with https://")
    if named == BESIDE_STORE:
        return beside_store(store, acl, base_url)
    settings = s3_settings_from(environment, named)
    if settings is None:
        return folder_target(named, store, base_url)
    if base_url:
        settings = settings.model_copy(update={"public_base_url": base_url})
    return bucket_target(settings, store, acl)


def _purge(environment: Mapping[str, str]) -> Purge | None:
    endpoint = environment.get(_CDN_ID, "").strip()
    if not endpoint:
        return None
    token = next((value for name in _TOKENS if (value := environment.get(name, "").strip())), "")
    if not token:
        raise InputError(f"{_CDN_ID} is set, but {_TOKENS[0]} is not; purging a CDN needs both")
    return _validated(DigitalOceanPurge, {"endpoint_id": endpoint, "token": SecretStr(token)}, f"{_CDN_ID}: ")


def _check_apart(target: tuple[str, ...], store: tuple[str, ...], shown: str) -> None:
    """Refuse a root from which a key could name what a store keeps."""
    inside = target[: len(store)] == store
    above = store[: len(target)] == target
    if above or (inside and target[len(store)] != PUBLISHED):
        raise InputError(
            f"{shown} can't be published to: the store keeps its assets there; publish to another place, or below "
            f"{PUBLISHED}/ in the store (MEDIA_FACTORY_PUBLISH={BESIDE_STORE})"
        )


def _validated(kind: type[ModelT], values: Mapping[str, object], named: str) -> ModelT:
    try:
        return kind.model_validate(values)
    except ValidationError as problem:
        lines = (
            f"{named}{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}"
            for one in problem.errors(include_input=False)
        )
        raise InputError("\n".join(lines)) from None


__all__ = [
    "BESIDE_STORE",
    "PUBLISHED",
    "PUBLISH_VARIABLE",
    "WEBHOOK_SECRET_VARIABLE",
    "WEBHOOK_URL_VARIABLE",
    "beside_store",
    "bucket_target",
    "folder_target",
    "publisher_from",
    "webhook_from",
]
