"""Who signs: a key pair looked through, with the algorithm that goes with its key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from media_factory.delivery.provenance.keypair import CERTIFICATE, PRIVATE_KEY, KeyPair
from media_factory.errors import InputError

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_SHORTEST_RSA_BITS = 2048


@dataclass(frozen=True)
class Identity:
    """A signer: its chain as PEM (leaf first), its key as PKCS 8 PEM, and C2PA's name of what the key signs with.

    `serial` is the leaf's serial number, decimal; `anchor` is the chain's last certificate as PEM: whoever trusts that
    trusts the signer. `own` says that nobody vouches for it, since the factory made the chain itself.
    """

    chain: bytes
    key: bytes = field(repr=False)
    algorithm: str
    name: str
    serial: str
    fingerprint: str
    anchor: str
    own: bool


def identity_of(pair: KeyPair) -> Identity:
    """Return the signer that a key pair stands for.

    Raises:
        InputError: a part of it can't be used, they don't belong together, or the certificate is not valid now.
    """
    try:
        certificates = x509.load_pem_x509_certificates(pair.chain)
    except ValueError:
        raise InputError(f"{CERTIFICATE}: holds no PEM certificate") from None
    try:
        private = load_pem_private_key(pair.key, password=None)
    except (TypeError, ValueError):
        raise InputError(f"{PRIVATE_KEY}: is no PEM private key without a password") from None
    leaf = certificates[0]
    if _public(private.public_key()) != _public(leaf.public_key()):
        raise InputError(f"{PRIVATE_KEY}: does not belong to the first certificate of {CERTIFICATE}")
    if not leaf.not_valid_before_utc <= datetime.now(UTC) <= leaf.not_valid_after_utc:
        raise InputError(f"{CERTIFICATE}: is valid from {leaf.not_valid_before_utc} to {leaf.not_valid_after_utc}")
    named = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Identity(
        chain=pair.chain,
        key=private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        algorithm=_algorithm(private),
        name=str(named[0].value) if named else leaf.subject.rfc4514_string(),
        serial=str(leaf.serial_number),
        fingerprint=pair.fingerprint,
        anchor=certificates[-1].public_bytes(Encoding.PEM).decode(),
        own=pair.own,
    )


def _public(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _algorithm(key: object) -> str:
    """Return C2PA's name of what a key signs with (C2PA 2.2, 13.2.1)."""
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _SHORTEST_RSA_BITS:
        return "ps256"
    raise InputError(f"{PRIVATE_KEY}: give a key on P-256, P-384 or P-521, of Ed25519, or RSA with 2048 bits or more")


__all__ = ["Identity", "identity_of"]
