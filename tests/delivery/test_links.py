"""Addresses of media, and signatures that open one thing for a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from media_factory.assets import Asset
from media_factory.delivery.links import (
    CLOCK_SKEW_S,
    MAX_EXPIRES_S,
    MediaLinks,
    media_secret,
    media_url,
    opens,
    sign_folder,
    sign_url,
)
from media_factory.errors import InputError

SECRET = SecretStr("0123456789abcdef0123456789abcdef")
OTHER = SecretStr("fedcba9876543210fedcba9876543210")
ASSET = Asset(digest="sha256:" + "0" * 64, media_type="image/png", size_bytes=1)
paths = st.text(st.characters(codec="utf-8"), max_size=30).map(lambda text: f"/{text.lstrip('/')}")


def parts_of(url: str) -> tuple[str, str]:
    """Return expiry and signature of a signed file's URL."""
    query = dict(pair.split("=") for pair in url.rpartition("?")[2].split("&"))
    return query["expires"], query["signature"]


@given(path=paths, other=paths, expires_s=st.integers(1, MAX_EXPIRES_S), now=st.integers(0, 4 * 10**9))
def test_a_signature_opens_its_path_in_its_time_with_its_secret_and_nothing_else(
    path: str, other: str, expires_s: int, now: int
) -> None:
    expires, signature = parts_of(sign_url(path, expires_s, SECRET, now=now))
    assert int(expires) == now + expires_s
    assert opens("file", path, expires, signature, SECRET, now=now + expires_s + CLOCK_SKEW_S)
    assert not opens("file", path, expires, signature, SECRET, now=now + expires_s + CLOCK_SKEW_S + 1)
    assert not opens("file", path, str(int(expires) + 1), signature, SECRET, now=now)
    assert not opens("folder", path, expires, signature, SECRET, now=now)
    assert not opens("file", path, expires, signature, OTHER, now=now)
    assert opens("file", other, expires, signature, SECRET, now=now) == (other == path)


@given(position=st.integers(0, 63), digit=st.sampled_from("0123456789abcdef"))
def test_no_digit_of_a_signature_can_be_changed(position: int, digit: str) -> None:
    expires, signature = parts_of(sign_url("/media/x", 60, SECRET, now=0))
    changed = signature[:position] + digit + signature[position + 1 :]
    assert opens("file", "/media/x", expires, changed, SECRET, now=0) == (changed == signature)


@pytest.mark.parametrize("expires", ["", "-1", "1e9", "0x10", " 100", "99999999999999", "٣٣٣", "nan"])
def test_an_expiry_that_is_no_time_opens_nothing(expires: str) -> None:
    _, signature = parts_of(sign_url("/media/x", 60, SECRET))
    assert not opens("file", "/media/x", expires, signature, SECRET, now=0)


@pytest.mark.parametrize("signature", ["", "é" * 64, "0" * 63, "A" * 64])
def test_a_signature_of_any_shape_is_only_wrong(signature: str) -> None:
    assert not opens("file", "/media/x", "100", signature, SECRET, now=0)


@pytest.mark.parametrize("expires_s", [0, -5, MAX_EXPIRES_S + 1, float("nan"), float("inf")])
def test_a_url_holds_for_seven_days_at_most(expires_s: float) -> None:
    with pytest.raises(InputError, match="expires_s"):
        sign_url("/media/x", expires_s, SECRET)


@pytest.mark.parametrize("path", ["", "media/x", "//evil.example/x"])
def test_a_path_begins_with_one_slash(path: str) -> None:
    with pytest.raises(InputError, match="one slash"):
        sign_url(path, 60, SECRET)


def test_a_folder_ends_with_a_slash() -> None:
    with pytest.raises(InputError, match="slash"):
        sign_folder("/deliveries/a", 60, SECRET)


def test_without_a_server_there_is_no_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDIA_FACTORY_MEDIA_URL", raising=False)
    assert media_url(ASSET) is None


def test_urls_are_plain_where_no_secret_is_set_and_signed_where_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDIA_FACTORY_MEDIA_SECRET", raising=False)
    monkeypatch.setenv("MEDIA_FACTORY_MEDIA_URL", "http://127.0.0.1:4210/")
    assert media_url(ASSET) == f"http://127.0.0.1:4210/media/{ASSET.digest}"
    links = MediaLinks.from_environment()
    assert links
    assert links.delivery("a b") == "http://127.0.0.1:4210/deliveries/a%20b/index.html"
    monkeypatch.setenv("MEDIA_FACTORY_MEDIA_SECRET", SECRET.get_secret_value())
    signed = media_url(ASSET, 60)
    assert signed
    assert opens("file", f"/media/{ASSET.digest}", *parts_of(signed), SECRET)
    links = MediaLinks.from_environment()
    assert links
    page = links.delivery("a b", "scenes/one.png", 60)
    _, expires, signature, rest = page.removeprefix("http://127.0.0.1:4210").split("/", 4)[1:]
    assert rest == "deliveries/a%20b/scenes/one.png"
    assert opens("folder", "/deliveries/a b/", expires, signature, SECRET)


@pytest.mark.parametrize("url", ["media.example", "ftp://media.example", "http://", "https://media.example/?a=b"])
def test_a_server_s_address_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("MEDIA_FACTORY_MEDIA_URL", url)
    with pytest.raises(InputError, match="MEDIA_FACTORY_MEDIA_URL"):
        media_url(ASSET)


def test_a_secret_that_could_be_guessed_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIA_FACTORY_MEDIA_SECRET", "swordfish")
    with pytest.raises(InputError, match="MEDIA_FACTORY_MEDIA_SECRET has 9 characters") as refused:
        media_secret()
    assert "swordfish" not in str(refused.value)
    monkeypatch.setenv("MEDIA_FACTORY_MEDIA_SECRET", "  ")
    assert media_secret() is None
