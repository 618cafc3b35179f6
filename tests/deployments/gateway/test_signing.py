"""A guarded media server: who gets in, and how far."""

from __future__ import annotations

import asyncio
import time

import pytest

from media_factory.delivery.links import CLOCK_SKEW_S, MediaLinks, sign_folder, sign_url
from tests.deployments.gateway.servers import SECRET, Shelf, client, raw

TOKEN = SECRET.get_secret_value()


@pytest.fixture
def media(shelf: Shelf) -> str:
    """Keep an asset and a delivery; give the asset's path."""
    shelf.deliver("a/index.html", "page")
    shelf.deliver("a/scenes/scene.png", b"scene")
    shelf.deliver("b/index.html", "other page")
    return f"/media/{asyncio.run(shelf.store.put(b'bytes', 'image/png')).digest}"


def test_without_a_signature_or_a_token_nothing_opens_and_existence_is_not_told(media: str, guarded: str) -> None:
    with client(guarded) as asking:
        for path in (media, "/media/none", "/deliveries/a/", "/deliveries/none/", "/", "/signed", "/nowhere"):
            reply = asking.get(path)
            assert (reply.status_code, reply.headers["cache-control"]) == (401, "no-store")
            assert reply.headers["www-authenticate"] == "Bearer"
        assert asking.get("/health").text == "ok\n"


def test_the_secret_as_a_bearer_token_opens_everything_for_its_bearer_alone(media: str, guarded: str) -> None:
    with client(guarded) as asking:
        for scheme in ("Bearer", "bearer"):
            reply = asking.get(media, headers={"Authorization": f"{scheme} {TOKEN}"})
            assert reply.content == b"bytes"
            # A cache that many share would give it to who has no token.
            assert reply.headers["cache-control"].startswith("private")
        wrong = ("Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN)
        for header in wrong:
            assert asking.get(media, headers={"Authorization": header}).status_code == 403


def test_a_signed_url_opens_its_file_and_no_other(media: str, guarded: str) -> None:
    signed = sign_url(media, 60, SECRET)
    query = signed.partition("?")[2]
    with client(guarded) as asking:
        assert asking.get(signed).content == b"bytes"
        assert asking.get(signed, headers={"Range": "bytes=1-2"}).content == b"yt"
        assert asking.head(signed).headers["content-length"] == "5"
        # However its path is written: what is signed is what it means.
        assert asking.get(signed.replace("sha256:", "sha256%3A")).content == b"bytes"
        assert asking.get(f"/deliveries/a/index.html?{query}").status_code == 403
        assert asking.get(f"{media}x?{query}").status_code == 403


def test_a_signature_that_was_tampered_with_opens_nothing(media: str, guarded: str) -> None:
    path, _, query = sign_url(media, 60, SECRET).partition("?")
    expires, signature = (part.partition("=")[2] for part in query.split("&"))
    flipped = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    forms = [
        f"expires={int(expires) + 1000}&signature={signature}",
        f"expires={expires}&signature={flipped}",
        f"expires={expires}&signature={signature.upper()}",
        f"expires={expires}&signature=",
        f"expires=&signature={signature}",
        f"signature={signature}",
        f"expires={expires}&expires={expires}&signature={signature}",
        f"expires={expires}&signature={flipped}&signature={signature}",
        f"expires=%00{expires}&signature={signature}",
        f"expires={'9' * 4000}&signature={signature}",
        f"expires={expires}&signature=%ff{signature}",
    ]
    with client(guarded) as asking:
        assert [asking.get(f"{path}?{form}").status_code for form in forms] == [403] * len(forms)


def test_a_signed_url_expires_but_forgives_clocks_that_differ_a_little(media: str, guarded: str) -> None:
    now = time.time()
    with client(guarded) as asking:
        assert asking.get(sign_url(media, 1, SECRET, now=now - CLOCK_SKEW_S / 2)).status_code == 200
        assert asking.get(sign_url(media, 1, SECRET, now=now + 3600)).status_code == 200
        assert asking.get(sign_url(media, 1, SECRET, now=now - CLOCK_SKEW_S - 2)).status_code == 403
        assert asking.get(sign_folder("/deliveries/a/", 1, SECRET, now=now - 100) + "index.html").status_code == 403


def test_a_signed_folder_opens_what_lies_below_it_and_nothing_beside_it(media: str, guarded: str) -> None:
    folder = sign_folder("/deliveries/a/", 60, SECRET)
    with client(guarded) as asking:
        assert asking.get(folder).text == "page"
        assert asking.get(f"{folder}index.html").text == "page"
        assert asking.get(f"{folder}scenes/scene.png").content == b"scene"
        assert asking.get(folder.replace("/deliveries/a/", "/deliveries/b/")).status_code == 403
        assert asking.get(folder.replace("/deliveries/a/", media)).status_code == 403
        assert asking.get(folder.replace("/deliveries/a/", "/deliveries/")).status_code == 403
        assert asking.get(folder.rstrip("/")).status_code == 403
    for way in ("../b/index.html", "%2e%2e/b/index.html", "..%2fb/index.html", "../../media/x"):
        status, body = raw(guarded, folder + way)
        assert status in (403, 404)
        assert b"other page" not in body


def test_a_path_of_endless_folders_is_refused(guarded: str) -> None:
    assert raw(guarded, "/signed/1/0" + "/a" * 7000)[0] == 403


def test_the_links_that_we_hand_out_open_what_they_name(media: str, guarded: str, shelf: Shelf) -> None:
    links = MediaLinks(guarded, SECRET)
    asset = asyncio.run(shelf.store.put(b"bytes", "image/png"))
    with client("") as asking:
        assert asking.get(links.asset(asset)).content == b"bytes"
        assert asking.get(links.delivery("a")).text == "page"
        assert asking.get(links.delivery("a", "scenes/scene.png")).content == b"scene"
