"""The certificate chain and the key to sign with: a user's, or the factory's own. Loads no cryptography to look."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from media_factory.delivery.provenance.own_files import own_files
from media_factory.errors import InputError
from media_factory.settings import Settings

CERTIFICATE, PRIVATE_KEY = "C2PA_CERTIFICATE", "C2PA_PRIVATE_KEY"
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_PEM = "-----BEGIN"
_FOLDER = "signing"


@dataclass(frozen=True)
class KeyPair:
    """A chain as PEM, leaf first, and the private key of its leaf; `own` says that the factory made both itself."""

    chain: bytes
    key: bytes = field(repr=False)
    own: bool

    @property
    def fingerprint(self) -> str:
        """The sha256 of the leaf certificate, 64 hex digits.

        Raises:
            InputError: the chain holds no certificate.
        """
        written = self.chain.partition(_BEGIN)[2].partition(_END)[0]
        try:
            decoded = base64.b64decode(b"".join(written.split()), validate=True)
        except binascii.Error:
            decoded = b""
        if not decoded:
            raise InputError(f"{CERTIFICATE}: holds no PEM certificate")
        return hashlib.sha256(decoded).hexdigest()


def key_pair(home: Path, settings: Settings | None = None) -> KeyPair:
    """Return what to sign with: the settings' certificate, or the factory's own, kept under its home.

    C2PA_CERTIFICATE and C2PA_PRIVATE_KEY are paths of PEM files, or PEM texts.

    Raises:
        InputError: only one of them is set, or its file can't be read.
        StoreError: the factory's own chain can't be kept.
    """
    values = settings or Settings()
    certificate, key = values.secret(CERTIFICATE), values.secret(PRIVATE_KEY)
    if certificate is None and key is None:
        chain, private = own_files(home / _FOLDER)
        return KeyPair(chain, private, own=True)
    if certificate is None or key is None:
        lacking, given = (PRIVATE_KEY, CERTIFICATE) if certificate else (CERTIFICATE, PRIVATE_KEY)
        raise InputError(f"{lacking}: is missing; {given} is set, and signing needs both")
    chain = _pem(CERTIFICATE, certificate.get_secret_value())
    return KeyPair(chain, _pem(PRIVATE_KEY, key.get_secret_value()), own=False)


def _pem(variable: str, value: str) -> bytes:
    if _PEM in value:
        return value.encode()
    try:
        return Path(value).expanduser().read_bytes()
    except OSError as problem:
        raise InputError(f"{variable}: its file can't be read: {problem.strerror}") from None


__all__ = ["CERTIFICATE", "PRIVATE_KEY", "KeyPair", "key_pair"]
