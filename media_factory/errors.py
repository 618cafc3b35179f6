"""Every error that Media Factory raises on purpose.

The tree::

    MediaFactoryError
    ├── InputError                 somebody gave us something we can't use: never retried, exit code 2
    │   ├── BriefError             a field of a brief
    │   ├── ModelRetired           a vendor switched this model off
    │   ├── ContentBlocked         our content rules forbid it; nobody was asked
    │   ├── AddressRefused         no public https address; nobody was asked
    │   └── GlyphsMissing          no installed font can draw this text
    ├── ProviderError              a vendor or engine did not deliver
    │   ├── ProviderUnavailable    failing on its side (5xx), dropped           (retryable)
    │   │   └── NotReached         not installed, refused, switched off by us: it never got the request
    │   ├── ProviderTimeout        no answer within the deadline                (retryable)
    │   │   └── StillMaking        queued work goes on at the vendor; ask again (retryable)
    │   ├── RateLimited            asked too often; `retry_after_s` may say when (retryable)
    │   ├── BadReply               an answer that does not decode or fit        (retryable)
    │   ├── AuthenticationFailed   the key is wrong
    │   ├── QuotaExhausted         the account is empty
    │   ├── InvalidRequest         the vendor says that we asked wrongly
    │   ├── VoiceNotFound          no such voice
    │   ├── ContentRefused         the vendor will not make this
    │   └── OutcomeUnknown         it may have been paid already; a person decides whether to pay again
    ├── BudgetExceeded             a cap would be crossed; no call was made
    ├── StoreError                 bytes by digest
    │   └── AssetLost              missing, or not what its digest says         (retryable)
    ├── NotifyFailed               a webhook or a CDN did not take what we told it   (retryable)
    ├── BooksError                 receipts and leases
    │   └── LeaseLost              somebody else holds the lease by now         (retryable)
    ├── StageTimeout               a stage ran longer than it may               (retryable)
    └── RenderError                frames, sound, files
        ├── FfmpegFailed           the ffmpeg program ended with an error
        └── SilentAudio            nothing to hear, so nothing to scale

Each class answers by attribute: `retryable`, and `retry_after_s` where a vendor said when; a `ProviderError` also
`paid` (has the vendor charged for it?) and `falls_back` (may somebody else be asked?). Decisions read these; nothing
parses messages.
"""

from __future__ import annotations

from typing import Literal

Paid = Literal["no", "yes", "unknown"]


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


class ModelRetired(InputError):
    """The vendor switched this model off; the message names what replaces it."""


class ContentBlocked(InputError):
    """Our content rules forbid what is asked; the message names the rule and never the text."""


class AddressRefused(InputError):
    """The address is none that we ask: no https, or inside a private network."""


class GlyphsMissing(InputError):
    """No installed font can draw this text."""


class ProviderError(MediaFactoryError):
    """A vendor or engine did not deliver.

    `paid` says whether the vendor charged for the call; `falls_back` whether another provider may be asked instead.
    """

    paid: Paid = "no"
    falls_back: bool = False


class ProviderUnavailable(ProviderError):
    """Failing on its side, or gone in the middle of a call."""

    retryable = True
    paid: Paid = "unknown"
    falls_back = True


class NotReached(ProviderUnavailable):
    """The provider never got the request: not installed, connection refused, or kept from it by us.

    Args:
        message: what keeps us from it, and the cure.
        retry_after_s: seconds to wait, where that is known.
    """

    paid = "no"

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message, retry_after_s)
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return str(self.args[0])


class ProviderTimeout(ProviderError):
    """No answer within the deadline."""

    retryable = True
    paid = "unknown"
    falls_back = True


class StillMaking(ProviderTimeout):
    """Queued work goes on at the vendor; its ticket is kept, and the next try asks for it instead of paying again."""

    falls_back = False


class RateLimited(ProviderError):
    """Asked too often.

    Args:
        message: what was asked of whom.
        retry_after_s: seconds to wait, where the vendor said so.
    """

    retryable = True
    falls_back = True

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message, retry_after_s)
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return str(self.args[0])


class BadReply(ProviderError):
    """An answer that does not decode, or is not what was asked for; vendors charge for those too."""

    retryable = True
    paid: Paid = "yes"
    falls_back = True


class AuthenticationFailed(ProviderError):
    """The key is missing or wrong."""

    falls_back = True


class QuotaExhausted(ProviderError):
    """The account has no credit left."""

    falls_back = True


class InvalidRequest(ProviderError):
    """The provider says that we asked for something that it does not do."""


class VoiceNotFound(ProviderError):
    """The provider has no voice of that name or language."""


class ContentRefused(ProviderError):
    """The provider will not make this; nobody else is asked."""


class OutcomeUnknown(ProviderError):
    """Earlier calls may have been paid and left nothing; paying this provider again is for a person to decide.

    Somebody else may be asked: that is another purchase, and the result says so.
    """

    paid = "unknown"
    falls_back = True


class BudgetExceeded(MediaFactoryError):
    """A cap would be crossed, so no call was made; the message names it, `scopes` all budgets that have no room."""

    scopes: tuple[str, ...] = ()


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


class NotifyFailed(MediaFactoryError):
    """A webhook or a CDN did not take what we told it; what was made is whole all the same."""

    retryable = True


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
    "AddressRefused",
    "AssetLost",
    "AuthenticationFailed",
    "BadReply",
    "BooksError",
    "BriefError",
    "BudgetExceeded",
    "ContentBlocked",
    "ContentRefused",
    "FfmpegFailed",
    "GlyphsMissing",
    "InputError",
    "InvalidRequest",
    "LeaseLost",
    "MediaFactoryError",
    "ModelRetired",
    "NotReached",
    "NotifyFailed",
    "OutcomeUnknown",
    "Paid",
    "ProviderError",
    "ProviderTimeout",
    "ProviderUnavailable",
    "QuotaExhausted",
    "RateLimited",
    "RenderError",
    "SilentAudio",
    "StageTimeout",
    "StillMaking",
    "StoreError",
    "VoiceNotFound",
]
