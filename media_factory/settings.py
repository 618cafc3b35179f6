"""Settings of providers: keys, base URLs and what else an account needs, by the names that vendors gave them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from pydantic import Field, SecretStr

from media_factory.model import Model


class Endpoint(Model):
    """A server that speaks OpenAI's API: somebody else's, or one of your own."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="what briefs call it")
    base_url: str = Field(pattern=r"^https?://", description="up to and with its version, such as http://host:8000/v1")
    key_variable: str | None = Field(default=None, description="the variable that holds its key; none needs no key")
    honours_idempotency_key: bool = Field(
        default=False, description="it answers a repeated Idempotency-Key with the first answer and charges once"
    )
    prices_usd: dict[Literal["image", "thousand-chars", "call"], Decimal] = Field(
        default={}, description="per image, per thousand characters of speech, per prompt; unknown where left out"
    )
    image_models: tuple[str, ...] = ()
    speech_models: tuple[str, ...] = ()
    prompt_models: tuple[str, ...] = ()

    def price_usd(self, per: Literal["image", "thousand-chars", "call"], quantity: Decimal | int) -> Decimal | None:
        """Return what so many units cost there, or None where nobody said."""
        price = self.prices_usd.get(per)
        return None if price is None else price * quantity


class Settings:
    """What providers are set up with. Values are secrets until somebody asks for one by name.

    Args:
        values: by variable name; a name that is not among them is looked up in the environment.
        endpoints: further servers that speak OpenAI's API.
    """

    def __init__(self, values: Mapping[str, SecretStr | str] | None = None, endpoints: tuple[Endpoint, ...] = ()):
        self._values = {
            name: value if isinstance(value, SecretStr) else SecretStr(value) for name, value in (values or {}).items()
        }
        self.endpoints = endpoints

    def secret(self, *names: str) -> SecretStr | None:
        """Return the value of the first of these names that has one."""
        for name in names:
            found = self._values.get(name)
            value = found.get_secret_value() if found else os.environ.get(name, "")
            if value.strip():
                return SecretStr(value.strip())
        return None

    def text(self, *names: str, default: str = "") -> str:
        """Return a value that is no secret, such as a base URL or a region."""
        found = self.secret(*names)
        return found.get_secret_value() if found else default


__all__ = ["Endpoint", "Settings"]
