"""Who is told when a run ends."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.base import model_from
from media_factory.publishing import webhooks


class Webhook(Block):
    """An address that is told of finished and failed runs, in signed JSON.

    Example:
        Load a saved webhook::

            from blocks.webhook import Webhook

            webhook = Webhook.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory Webhook"
    _block_type_slug = "media-factory-webhook"
    _description = "Signed JSON to an https address of a public host, when a run finishes or fails."

    url: SecretStr = Field(
        title="URL", description="An https address of a public host. It may carry a token, so it is kept as a secret."
    )
    secret: SecretStr = Field(
        title="Secret",
        description="At least 16 characters that the receiver knows too: each event is signed with it (HMAC-SHA256).",
    )

    def open(self) -> webhooks.Webhook:
        """Return the webhook.

        Raises:
            InputError: the address is no public https one, or the secret is too short.
        """
        return model_from(webhooks.Webhook, self, url=self.url, secret=self.secret)


__all__ = ["Webhook"]
