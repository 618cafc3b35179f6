"""A certificate chain of a factory's own: for marks that can be checked, though nobody vouches for who made them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SELF_SIGNED = "Self-signed by Media Factory, vouched for by nobody"
# Without a time-stamp a mark is good for as long as its certificate.
_VALID_FOR = timedelta(days=3650)
_CLOCKS_DIFFER_BY = timedelta(hours=1)


class _Issued(NamedTuple):
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def new_chain() -> tuple[bytes, bytes]:
    """Return a new chain (leaf first) and the leaf's private key, as PEM; the root's key is thrown away."""
    root = _issue(f"{SELF_SIGNED} (root)", None)
    leaf = _issue(SELF_SIGNED, root)
    chain = b"".join(one.certificate.public_bytes(Encoding.PEM) for one in (leaf, root))
    return chain, leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _issue(name: str, issuer: _Issued | None) -> _Issued:
    """Return a certificate that C2PA's profile allows (C2PA 2.2, 14.5): a root, or a leaf that signs claims."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, SELF_SIGNED), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    signing, now = issuer.key if issuer else key, datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER_BY)
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(_usage(root=issuer is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    )
    if issuer:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return _Issued(builder.sign(signing, hashes.SHA256()), key)


def _usage(*, root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=root,
        crl_sign=root,
        encipher_only=False,
        decipher_only=False,
    )


__all__ = ["SELF_SIGNED", "new_chain"]
