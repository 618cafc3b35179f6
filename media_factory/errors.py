"""Every error that Media Factory raises on purpose.

The tree::

    MediaFactoryError
    ├── InputError                 somebody gave us something we can't use: never retried, exit code 2
    │   ├── BriefError             a field of a brief
    │   └── GlyphsMissing          no installed font can draw this text
    ├── ProviderError              a vendor or engine did not deliver
    │   ├── ProviderUnavailable    not installed, not reachable, 5xx            (retryable)
    │   ├── ProviderTimeout        no answer within the deadline                (retryable)
    │   ├── RateLimited            asked too often; `retry_after_s` may say when (retryable)
    │   ├── BadReply               an answer that does not decode or fit        (retryable)
    │   ├── AuthenticationFailed   the key is wrong
    │   ├── QuotaExhausted         the account is empty
    │   ├── InvalidRequest         the vendor says that we asked wrongly
    │   ├── VoiceNotFound          no such voice
    │   └── ContentRefused         the vendor will not make this
    ├── StoreError                 bytes by digest
    │   └── AssetLost              missing, or not what its digest says         (retryable)
    ├── BooksError                 receipts and leases
    │   └── LeaseLost              somebody else holds the lease by now         (retryable)
    ├── StageTimeout               a stage ran longer than it may               (retryable)
    └── RenderError                frames, sound, files
        ├── FfmpegFailed           the ffmpeg program ended with an error
        └── SilentAudio            nothing to hear, so nothing to scale

Each class answers by attribute: `retryable`, and `retry_after_s` where a vendor said when. Decisions read these;
nothing parses messages.
"""

from __future__ import annotations


class MediaFactoryError(Exception):
    """The root of the tree."""

    retryable: bool = False
    retry_after_s: float | None = None
    exit_code: int = 1


class InputError(MediaFactoryError):
    """Somebody gave us something that we can't use; the message names it and says what is allowed."""

    exit_code = 2


class BriefError(InputError):
    """Report one or more fields of a brief that can't be used.

    Args:
        problems: one line each, `field: what is wrong and what is allowed`.
        source: the file that the brief came from.
    """

    def __init__(self, problems: tuple[str, ...] | str, source: str | None = None) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        self.source = source
        super().__init__(self.problems, source)

    def __str__(self) -> str:
        lines = "\n".join(self.problems)
        return f"{self.source}: {lines}" if self.source else lines


class GlyphsMissing(InputError):
    """No installed font can draw this text."""


class ProviderError(MediaFactoryError):
    """A vendor or engine did not deliver."""


class ProviderUnavailable(ProviderError):
    """Not installed, not reachable, or failing on its side."""

    retryable = True


class ProviderTimeout(ProviderError):
    """No answer within the deadline."""

    retryable = True


class RateLimited(ProviderError):
    """Asked too often.

    Args:
        message: what was asked of whom.
        retry_after_s: seconds to wait, where the vendor said so.
    """

    retryable = True

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message, retry_after_s)
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return str(self.args[0])


class BadReply(ProviderError):
    """An answer that does not decode, or is not what was asked for."""

    retryable = True


class AuthenticationFailed(ProviderError):
    """The key is missing or wrong."""


class QuotaExhausted(ProviderError):
    """The account has no credit left."""


class InvalidRequest(ProviderError):
    """The provider says that we asked for something that it does not do."""


class VoiceNotFound(ProviderError):
    """The provider has no voice of that name or language."""


class ContentRefused(ProviderError):
    """The provider will not make this; nobody else is asked."""


class StoreError(MediaFactoryError):
    """The store could not take or give bytes."""


class AssetLost(StoreError):
    """An asset is missing, or is not what its digest says (then it was quarantined).

    Args:
        digest: the asset that was asked for.
        problem: what was found instead.
    """

    retryable = True

    def __init__(self, digest: str, problem: str) -> None:
        super().__init__(digest, problem)
        self.digest = digest
        self.problem = problem

    def __str__(self) -> str:
        return f"asset {self.digest}: {self.problem}"


class BooksError(MediaFactoryError):
    """The books could not be read or written."""


class LeaseLost(BooksError):
    """The lease on a stage passed to somebody else while we worked."""

    retryable = True


class StageTimeout(MediaFactoryError):
    """A stage ran longer than it may."""

    retryable = True


class RenderError(MediaFactoryError):
    """Frames, sound or files could not be made."""


class FfmpegFailed(RenderError):
    """The ffmpeg program ended with an error; the message carries its last words."""


class SilentAudio(RenderError):
    """There is nothing to hear, so there is nothing to scale."""


__all__ = [
    "AssetLost",
    "AuthenticationFailed",
    "BadReply",
    "BooksError",
    "BriefError",
    "ContentRefused",
    "FfmpegFailed",
    "GlyphsMissing",
    "InputError",
    "InvalidRequest",
    "LeaseLost",
    "MediaFactoryError",
    "ProviderError",
    "ProviderTimeout",
    "ProviderUnavailable",
    "QuotaExhausted",
    "RateLimited",
    "RenderError",
    "SilentAudio",
    "StageTimeout",
    "StoreError",
    "VoiceNotFound",
]
