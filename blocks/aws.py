"""prefect-aws's credentials, where that package is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect_aws.credentials import AwsCredentials
else:
    try:
        from prefect_aws.credentials import AwsCredentials
    except ImportError:
        # A field of this type takes nothing but None then, and says so in its description.
        AwsCredentials = type(None)

__all__ = ["AwsCredentials"]
