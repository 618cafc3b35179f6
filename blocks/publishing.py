"""Where finished products are published."""

from __future__ import annotations

from typing import Literal

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.base import model_from
from blocks.storage import LocalStorage, S3Storage
from blocks.webhook import Webhook
from media_factory.briefs.object_keys import DEFAULT_TEMPLATE
from media_factory.publishing.opening import beside_store, bucket_target, folder_target
from media_factory.publishing.purging import DigitalOceanPurge, Purge, WebhookPurge
from media_factory.publishing.rules import Publisher, Rules
from media_factory.publishing.target import Target
from media_factory.store.base import AssetStore


class Publishing(Block):
    """A place where products are published under readable keys.

    Example:
        Load a saved place::

            from blocks.publishing import Publishing

            publishing = Publishing.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory Publishing"
    _block_type_slug = "media-factory-publishing"
    _description = "Where finished products are published, under which keys and by which URLs."

    storage: LocalStorage | S3Storage | None = Field(
        default=None,
        title="Storage",
        description="The folder or bucket to publish into. Empty publishes beside the factory's own assets.",
    )
    always: bool = Field(
        default=False, title="Always", description="Publish every product whose brief does not say otherwise."
    )
    template: str = Field(
        default=DEFAULT_TEMPLATE,
        title="Keys",
        description="Keys of files: {channel}, {story}, {kind}, {language}, {date}, {year}, {month}, {version} and, at "
        "its end, {file}.",
    )
    versioned: bool = Field(
        default=True,
        title="Versioned",
        description="Each version of a product under keys of its own, so that readers find the old one or the new one.",
    )
    urls: Literal["public", "cdn", "signed"] = Field(
        default="public", title="URLs", description="Which URLs manifests name; signed ones are for private buckets."
    )
    expires_s: int = Field(
        default=604800, ge=60, le=604800, title="Expire (s)", description="Seconds that signed URLs last."
    )
    disposition: Literal["inline", "attachment"] = Field(
        default="inline", title="Disposition", description="Whether browsers show files or save them."
    )
    base_url: str | None = Field(
        default=None, title="Base URL", description="What a folder is served under, such as https://media.example.org."
    )
    acl: str | None = Field(
        default=None,
        title="ACL",
        description="Canned ACL of what is published, such as public-read. Empty takes the storage's own.",
    )
    cdn_endpoint_id: str | None = Field(
        default=None, title="CDN endpoint", description="Id of the DigitalOcean CDN to purge when files are replaced."
    )
    cdn_token: SecretStr | None = Field(
        default=None, title="CDN token", description="A DigitalOcean API token that may purge that CDN."
    )
    purge_webhook: Webhook | None = Field(
        default=None, title="Purge webhook", description="Told which keys and URLs are old, for any other CDN."
    )

    def open(self, store: AssetStore) -> Publisher:
        """Return the place and its rules.

        Raises:
            InputError: they can't be used; the message names the field.
        """
        rules = model_from(Rules, self, **{name: getattr(self, name) for name in Rules.model_fields})
        return Publisher(target=self._target(store), rules=rules, purge=self._purge())

    def _target(self, store: AssetStore) -> Target:
        if self.storage is None:
            return beside_store(store, self.acl, self.base_url)
        if isinstance(self.storage, LocalStorage):
            return folder_target(str(self.storage.folder), store, self.base_url)
        settings = self.storage.settings
        if self.base_url:
            settings = settings.model_copy(update={"public_base_url": self.base_url})
        return bucket_target(settings, store, self.acl)

    def _purge(self) -> Purge | None:
        if self.cdn_endpoint_id:
            return model_from(DigitalOceanPurge, self, endpoint_id=self.cdn_endpoint_id, token=self.cdn_token)
        return WebhookPurge(webhook=self.purge_webhook.open()) if self.purge_webhook else None


__all__ = ["Publishing"]
