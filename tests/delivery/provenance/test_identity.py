"""Who signs: certificates that users bring, and one that the factory makes."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from media_factory.delivery.provenance.certificates import SELF_SIGNED
from media_factory.delivery.provenance.credentials import context_for, read_credentials
from media_factory.delivery.provenance.identity import identity_of
from media_factory.delivery.provenance.keypair import CERTIFICATE, PRIVATE_KEY, KeyPair, key_pair
from media_factory.delivery.provenance.own_files import CHAIN, KEY, own_files
from media_factory.errors import InputError, StoreError
from media_factory.settings import Settings
from tests.delivery.provenance.files import mark


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (CERTIFICATE, PRIVATE_KEY):
        monkeypatch.delenv(name, raising=False)


def written(key: Any, password: bytes | None = None) -> bytes:
    hidden = BestAvailableEncryption(password) if password else NoEncryption()
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))


def chain_for(key: Any, *, days: int = 30) -> bytes:
    """Return a leaf for a key, and the root that issued it."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    issued = [("News Desk", key, False), ("News Desk Root", root_key, True)]
    return b"".join(_issue(name, one, root_key, ca=ca, days=days) for name, one, ca in issued)


def _issue(name: str, key: Any, root_key: Any, *, ca: bool, days: int) -> bytes:
    def named(common: str) -> x509.Name:
        parts = ((NameOID.ORGANIZATION_NAME, "News"), (NameOID.COMMON_NAME, common))
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])

    ends = datetime.now(UTC) + timedelta(days=days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("News Desk Root"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=60))
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
    )
    if not ca:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_the_factorys_own_certificate_says_that_nobody_vouches_for_it(tmp_path: Path) -> None:
    pair = key_pair(tmp_path, Settings())
    leaf = x509.load_pem_x509_certificates(pair.chain)[0]
    assert pair.own and identity_of(pair).own
    assert leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == SELF_SIGNED
    assert "vouched for by nobody" in SELF_SIGNED
    assert pair.fingerprint == identity_of(pair).fingerprint == leaf.fingerprint(hashes.SHA256()).hex()


def test_the_factorys_own_key_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "signing"
    first = own_files(folder)
    assert own_files(folder) == first
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in (CHAIN, KEY)} == {0o600}
    assert [path.name for path in tmp_path.iterdir()] == ["signing"]


def test_all_who_make_the_factorys_certificate_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as many:
        found = list(many.map(lambda _: own_files(tmp_path / "signing"), range(8)))
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["signing"]


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a folder must be")
    with pytest.raises(StoreError, match="signing certificate"):
        key_pair(tmp_path / "home", Settings())


KEYS = {
    "es256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "es384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "es512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ps256": lambda: rsa.generate_private_key(65537, 2048),
}


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_users_certificate_signs_with_what_its_key_is_for(
    algorithm: str, plain: dict[str, Path], tmp_path: Path
) -> None:
    key = KEYS[algorithm]()
    (tmp_path / "chain.pem").write_bytes(chain_for(key))
    values = {CERTIFICATE: str(tmp_path / "chain.pem"), PRIVATE_KEY: written(key).decode()}
    identity = identity_of(key_pair(tmp_path, Settings(values)))
    assert (identity.algorithm, identity.name, identity.own) == (algorithm, "News Desk", False)
    signed = mark(plain["still.png"], tmp_path / "signed.png", identity)
    found = read_credentials(signed, "image/png", context_for(identity))
    assert found is not None
    assert (found.state, found.signer) == ("trusted", "News Desk")
    assert not (tmp_path / "signing").exists()


def test_one_of_two_settings_is_refused_by_the_name_of_the_other(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"^{PRIVATE_KEY}: is missing"):
        key_pair(tmp_path, Settings({CERTIFICATE: "/certificate.pem"}))
    with pytest.raises(InputError, match=f"^{CERTIFICATE}: is missing"):
        key_pair(tmp_path, Settings({PRIVATE_KEY: "/key.pem"}))


def test_what_cannot_be_used_is_refused_by_name_and_without_the_key(tmp_path: Path) -> None:
    key, other = KEYS["es256"](), KEYS["es256"]()
    chain = chain_for(key)
    bad = {
        f"{PRIVATE_KEY}: does not belong": (chain, written(other)),
        f"{PRIVATE_KEY}: is no PEM private key": (chain, b"-----BEGIN nothing"),
        f"{PRIVATE_KEY}: is no PEM private key without": (chain, written(key, b"password")),
        f"{PRIVATE_KEY}: give a key on": (chain_for(weak := rsa.generate_private_key(65537, 1024)), written(weak)),
        f"{CERTIFICATE}: holds no PEM": (b"-----BEGIN nothing", written(key)),
        f"{CERTIFICATE}: is valid from": (chain_for(key, days=-1), written(key)),
    }
    for message, (certificate, private) in bad.items():
        with pytest.raises(InputError, match=f"^{message}") as raised:
            identity_of(KeyPair(certificate, private, own=False))
        assert "PRIVATE KEY-----" not in str(raised.value)
    with pytest.raises(InputError, match=f"^{CERTIFICATE}: its file can't be read"):
        key_pair(tmp_path, Settings({CERTIFICATE: str(tmp_path / "none"), PRIVATE_KEY: written(key).decode()}))
    with pytest.raises(InputError, match=f"^{CERTIFICATE}: holds no PEM"):
        _ = KeyPair(b"", b"", own=False).fingerprint


def test_a_key_is_never_shown(tmp_path: Path) -> None:
    pair = key_pair(tmp_path, Settings())
    assert "PRIVATE KEY" not in f"{pair!r} {identity_of(pair)!r}"
