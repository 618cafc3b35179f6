"""Keys of vendors' accounts, one block per vendor; providers read them by the vendors' own variable names."""

from __future__ import annotations

from typing import Any, ClassVar

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

_BASE_URL = "Another address of the vendor's API, such as a gateway's. Empty uses the vendor's own."


class VendorCredentials(Block):
    """What every vendor's credentials have in common."""

    _block_type_name = "Media Factory Vendor Credentials"
    _block_type_slug = "media-factory-vendor-credentials"
    # Field to variable, as `media_factory.settings.Settings` looks it up.
    variables: ClassVar[dict[str, str]] = {}

    def values(self) -> dict[str, SecretStr]:
        """Return what is given, by the vendor's variable names."""
        found = {variable: _secret(getattr(self, field)) for field, variable in self.variables.items()}
        return {variable: value for variable, value in found.items() if value}


class OpenAICredentials(VendorCredentials):
    """An account at OpenAI.

    Example:
        Load saved credentials::

            from blocks.credentials import OpenAICredentials

            credentials = OpenAICredentials.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory OpenAI Credentials"
    _block_type_slug = "media-factory-openai-credentials"
    _description = "An API key of OpenAI, for pictures, speech, prompts and moderation."
    variables: ClassVar[dict[str, str]] = {"api_key": "OPENAI_API_KEY", "base_url": "OPENAI_BASE_URL"}

    api_key: SecretStr = Field(title="API key", description="A key made at platform.openai.com.")
    base_url: str | None = Field(default=None, title="Base URL", description=_BASE_URL)


class ElevenLabsCredentials(VendorCredentials):
    """An account at ElevenLabs.

    Example:
        Load saved credentials::

            from blocks.credentials import ElevenLabsCredentials

            credentials = ElevenLabsCredentials.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory ElevenLabs Credentials"
    _block_type_slug = "media-factory-elevenlabs-credentials"
    _description = "An API key of ElevenLabs, for speech, sound effects and music."
    variables: ClassVar[dict[str, str]] = {"api_key": "ELEVENLABS_API_KEY", "base_url": "ELEVENLABS_BASE_URL"}

    api_key: SecretStr = Field(title="API key", description="A key made in the settings of your ElevenLabs account.")
    base_url: str | None = Field(default=None, title="Base URL", description=_BASE_URL)


class GoogleCredentials(VendorCredentials):
    """An account at Google: a Gemini API key, or a project of Google Cloud.

    Example:
        Load saved credentials::

            from blocks.credentials import GoogleCredentials

            credentials = GoogleCredentials.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory Google Credentials"
    _block_type_slug = "media-factory-google-credentials"
    _description = "A Gemini API key, or a project of Google Cloud, for pictures, speech, clips and prompts."
    variables: ClassVar[dict[str, str]] = {
        "api_key": "GEMINI_API_KEY",
        "base_url": "GOOGLE_GEMINI_BASE_URL",
        "use_cloud": "GOOGLE_GENAI_USE_VERTEXAI",
        "project": "GOOGLE_CLOUD_PROJECT",
        "location": "GOOGLE_CLOUD_LOCATION",
    }

    api_key: SecretStr | None = Field(
        default=None, title="API key", description="A key made at aistudio.google.com. Projects do without."
    )
    base_url: str | None = Field(default=None, title="Base URL", description=_BASE_URL)
    use_cloud: bool = Field(
        default=False,
        title="Use a Google Cloud project",
        description="Ask by the project's own identity on the machine that works, instead of by a key.",
    )
    project: str | None = Field(default=None, title="Project", description="The Google Cloud project's id.")
    location: str | None = Field(default=None, title="Location", description="Such as europe-west4. Empty uses global.")


class RunwayCredentials(VendorCredentials):
    """An account at Runway.

    Example:
        Load saved credentials::

            from blocks.credentials import RunwayCredentials

            credentials = RunwayCredentials.load("BLOCK_NAME")
    """

    _block_type_name = "Media Factory Runway Credentials"
    _block_type_slug = "media-factory-runway-credentials"
    _description = "An API secret of Runway, for clips and pictures."
    variables: ClassVar[dict[str, str]] = {"api_key": "RUNWAYML_API_SECRET", "base_url": "RUNWAYML_BASE_URL"}

    api_key: SecretStr = Field(title="API secret", description="A secret made at dev.runwayml.com.")
    base_url: str | None = Field(default=None, title="Base URL", description=_BASE_URL)


def _secret(value: Any) -> SecretStr | None:
    """Return a field's value as settings take it; None for one that says nothing."""
    if isinstance(value, SecretStr):
        return value if value.get_secret_value().strip() else None
    if isinstance(value, bool):
        return SecretStr("true") if value else None
    return SecretStr(value) if value else None


CREDENTIALS = (OpenAICredentials, ElevenLabsCredentials, GoogleCredentials, RunwayCredentials)

__all__ = [
    "CREDENTIALS",
    "ElevenLabsCredentials",
    "GoogleCredentials",
    "OpenAICredentials",
    "RunwayCredentials",
    "VendorCredentials",
]
