"""The media server: what it shows, under which headers, and what it never shows."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import product
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest

from deployments.gateway.app import Rules, create_app
from media_factory.assets import Asset
from media_factory.books.books import Receipt
from media_factory.results import Picture
from tests.deployments.gateway.servers import SECRET, Shelf, client, raw, serving

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)
CANARY = "this must stay inside"


def put(shelf: Shelf, data: bytes, media_type: str = "image/png") -> Asset:
    return asyncio.run(shelf.store.put(data, media_type))


def test_an_asset_comes_by_its_digest_with_the_type_that_its_bytes_show(shelf: Shelf, url: str) -> None:
    shown = {
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff\xe0": "image/jpeg",
        b"RIFF\0\0\0\0WEBPVP8 ": "image/webp",
        b"RIFF\0\0\0\0WAVEfmt ": "audio/wav",
        b"\0\0\0\x1cftypavif": "image/avif",
        b"\0\0\0\x1cftypisom": "video/mp4",
        b"\0\0\0\x1cftypM4A ": "audio/mp4",
        b"ID3\x04": "audio/mpeg",
        b"WEBVTT\n\n": "text/vtt; charset=utf-8",
        b"#EXTM3U\n": "application/vnd.apple.mpegurl; charset=utf-8",
        b"<script>alert(1)</script>": "application/octet-stream",
    }
    with client(url) as asking:
        for head, media_type in shown.items():
            asset = put(shelf, head + b" the rest")
            for name in (asset.digest, asset.hex):
                reply = asking.get(f"/media/{name}")
                assert reply.content == head + b" the rest"
                assert reply.headers["content-type"] == media_type
                assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
                assert reply.headers["x-content-type-options"] == "nosniff"


def test_a_receipt_knows_the_type_better_than_the_bytes(shelf: Shelf, url: str) -> None:
    asset = put(shelf, b'{"words": []}', "application/json")
    picture = Picture(image=asset, provider="fake:1", cost_usd=Decimal(0))
    receipt = Receipt(key="k/v1/0", stage="k", version=1, result=picture.model_dump_json(), seconds=0)
    shelf.books.write_receipt(receipt, [asset.digest])
    with client(url) as asking:
        assert asking.get(f"/media/{asset.hex}").headers["content-type"] == "application/json; charset=utf-8"


def test_where_the_books_can_t_be_read_it_says_so_and_when_to_ask_again(shelf: Shelf, url: str) -> None:
    asset = put(shelf, PNG)
    with shelf.books.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE receipt_assets")
    with client(url) as asking:
        reply = asking.get(f"/media/{asset.hex}")
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
    assert "receipt_assets" not in reply.text


@pytest.mark.parametrize("name", ["", "sha256:", "0" * 63, "0" * 65, "g" * 64, "0" * 64, "sha256:" + "A" * 64, "md5:0"])
def test_what_names_no_asset_is_not_there(url: str, name: str) -> None:
    with client(url) as asking:
        reply = asking.get(f"/media/{name}")
    assert reply.status_code == 404
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("seen_before", [False, True])
@pytest.mark.parametrize("alteration", ["flip", "truncate", "append", "folder", "delete"])
def test_an_altered_asset_is_never_sent_and_set_aside(
    shelf: Shelf, url: str, alteration: str, seen_before: bool
) -> None:
    asset = put(shelf, PNG)
    path = shelf.store.path_of(asset)
    with client(url) as asking:
        if seen_before:
            assert asking.get(f"/media/{asset.hex}").content == PNG
        times = path.stat()
        path.chmod(0o644)
        if alteration in ("flip", "truncate", "append"):
            changed = {"flip": PNG[:-1] + b"\1", "truncate": PNG[:-1], "append": PNG + b"\0"}[alteration]
            path.write_bytes(changed)
            # A change whose time was put back is seen all the same.
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        else:
            path.unlink()
            if alteration == "folder":
                path.mkdir()
        assert asking.get(f"/media/{asset.hex}").status_code == 404
        assert not path.exists()
        set_aside = list((shelf.store.root / "quarantine").iterdir())
        assert len(set_aside) == (alteration != "delete")
        put(shelf, PNG)
        assert asking.get(f"/media/{asset.hex}").content == PNG


def test_an_asset_that_did_not_change_is_hashed_once(shelf: Shelf, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asset = put(shelf, PNG)
    path = shelf.store.path_of(asset)
    looks = []
    fetch = shelf.store.fetch

    async def counted(wanted: Asset) -> Path:
        looks.append(wanted.digest)
        return await fetch(wanted)

    monkeypatch.setattr(shelf.store, "fetch", counted)
    with ThreadPoolExecutor(12) as many, client(url) as asking:
        bodies = set(many.map(lambda _: asking.get(f"/media/{asset.hex}").content, range(60)))
    assert bodies == {PNG}
    # The other 59 requests cost none.
    assert len(looks) == 1
    assert path.exists()


def test_pages_and_files_have_the_headers_that_fit_them(shelf: Shelf, url: str) -> None:
    shelf.deliver("a/index.html", "<!doctype html><p>" + "words " * 500)
    shelf.deliver("a/video.mp4", b"\0\0\0\x1cftypisom" + bytes(5000))
    shelf.deliver("a/logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    with client(url, headers={"Accept-Encoding": "gzip"}) as asking:
        page = asking.get("/deliveries/a/")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["content-encoding"] == "gzip"
        assert page.headers["vary"] == "Accept-Encoding"
        assert page.text.startswith("<!doctype html>")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        video = asking.get("/deliveries/a/video.mp4")
        assert video.headers["content-type"] == "video/mp4"
        assert "content-encoding" not in video.headers
        assert "sandbox" in asking.get("/deliveries/a/logo.svg").headers["content-security-policy"]
        for reply in (page, video):
            assert reply.headers["cache-control"] == "no-cache"
            assert reply.headers["referrer-policy"] == "no-referrer"
            assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
            assert "server" not in reply.headers
        again = asking.get("/deliveries/a/", headers={"If-None-Match": page.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        plain = asking.get("/deliveries/a/", headers={"Accept-Encoding": "gzip;q=0"})
        assert "content-encoding" not in plain.headers
        assert plain.headers["etag"] != page.headers["etag"]


def test_a_delivery_that_was_made_anew_has_another_tag(shelf: Shelf, url: str) -> None:
    path = shelf.deliver("a/manifest.json", "{}")
    with client(url) as asking:
        before = asking.get("/deliveries/a/manifest.json").headers["etag"]
        times = path.stat()
        path.unlink()
        shelf.deliver("a/manifest.json", "[]")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns + 1))
        reply = asking.get("/deliveries/a/manifest.json", headers={"If-None-Match": before})
    assert (reply.status_code, reply.text) == (200, "[]")


def test_a_delivery_is_found_without_its_slash_and_never_listed(shelf: Shelf, url: str) -> None:
    shelf.deliver("a b/index.html", "page")
    shelf.deliver("a b/manifest.json", "{}")
    shelf.deliver("a b/scenes/scene.png", PNG)
    with client(url) as asking:
        moved = asking.get("/deliveries/a%20b")
        assert (moved.status_code, moved.headers["location"]) == (307, "a%20b/")
        assert asking.get("/deliveries/a%20b", follow_redirects=True).text == "page"
        for folder in ("/deliveries/a%20b/scenes", "/deliveries/a%20b/scenes/", "/deliveries/", "/deliveries", "/"):
            assert asking.get(folder).status_code == 404


def traversals() -> list[str]:
    """Return more than 200 forms of leaving a folder."""
    dots = ["..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "..%00", "%c0%ae%c0%ae", "..;", ". .", "...", "%uff0e%uff0e"]
    slashes = ["/", "%2f", "%2F", "\\", "%5c", "%252f", "//", "/./", "%c0%af", "%ef%bc%8f"]
    targets = ["secret.txt", "store/secret.txt"]
    forms = [f"{dot}{slash}{target}" for dot, slash, target in product(dots, slashes, targets)]
    forms += [f"a/{'..' + slash}{'..' + slash}{target}" for slash, target in product(slashes, targets)]
    forms += [f"a/b/{dot}/{dot}/{dot}/secret.txt" for dot in dots]
    return [*forms, "/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd", "C:/secret.txt", "C:%5csecret.txt", "a/.",
            "a/..", ".", "..", "a/.hidden", ".hidden/x", "a/%00", "a/page.html%00.png", "a//page.html", "a/page.html/",
            "a/page.html.", "a/page.html%20", "a/page.html::$DATA", "a/CON", "~/secret.txt", "a/link", "a/linked/x",
            "link/page.html", "a/pipe", "a/loop", "x" * 5000, "/".join(["a"] * 3000)]  # fmt: skip


def test_no_form_of_address_leaves_the_deliveries(shelf: Shelf, url: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(CANARY)
    (tmp_path / "store" / "secret.txt").write_text(CANARY)
    page = shelf.deliver("a/page.html", "page")
    shelf.deliver("a/.hidden", CANARY)
    shelf.deliver(".hidden/x", CANARY)
    (page.parent / "link").symlink_to(tmp_path / "secret.txt")
    (page.parent / "linked").symlink_to(tmp_path)
    (shelf.deliveries / "link").symlink_to("a")
    (page.parent / "loop").symlink_to("loop")
    os.mkfifo(page.parent / "pipe")
    forms = traversals()
    assert len(forms) >= 200
    for form in forms:
        status, body = raw(url, f"/deliveries/{form}")
        assert CANARY.encode() not in body, form
        assert status in (307, 400, 404), form
        assert raw(url, f"/media/{form}")[0] in (400, 404), form
    assert raw(url, "/deliveries/a/page.html") == (200, b"page")


def test_nothing_but_reading_is_allowed(shelf: Shelf, url: str) -> None:
    asset = put(shelf, PNG)
    shelf.deliver("a/index.html", "page")
    with client(url) as asking:
        for path in (f"/media/{asset.hex}", "/deliveries/a/index.html", "/health"):
            for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
                assert asking.request(method, path).status_code == 405
        options = asking.options(f"/media/{asset.hex}")
        assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert shelf.store.path_of(asset).exists()


def test_a_name_that_somebody_gave_this_machine_gets_nothing(shelf: Shelf, url: str) -> None:
    shelf.deliver("a/index.html", "page")
    with client(url) as asking:
        assert asking.get("/deliveries/a/", headers={"Host": "rebound.example"}).status_code == 400
        for host in ("127.0.0.1:1", "localhost", "[::1]:80"):
            assert asking.get("/deliveries/a/", headers={"Host": host}).status_code == 200


def test_scripts_of_other_pages_read_media_only_where_that_is_wanted(shelf: Shelf, url: str) -> None:
    asset = put(shelf, PNG)
    origin = {"Origin": "https://player.example"}
    with client(url) as asking:
        assert "access-control-allow-origin" not in asking.get(f"/media/{asset.hex}", headers=origin).headers
    rules = Rules(secret=SECRET, origins=("https://player.example",))
    app = create_app(shelf.store, shelf.books, shelf.deliveries, rules)
    with serving(app) as guarded, client(guarded) as asking:
        token = {"Authorization": f"Bearer {SECRET.get_secret_value()}"}
        reply = asking.get(f"/media/{asset.hex}", headers=origin | token)
        assert reply.headers["access-control-allow-origin"] == "https://player.example"
        assert "Content-Range" in reply.headers["access-control-expose-headers"]
        asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range, authorization"}
        assert asking.options(f"/media/{asset.hex}", headers=origin | asked).status_code == 200
        other = asking.get(f"/media/{asset.hex}", headers={"Origin": "https://other.example"} | token)
        assert "access-control-allow-origin" not in other.headers


def test_many_readers_at_once_each_get_what_they_asked_for(shelf: Shelf, url: str) -> None:
    random = Random(3)
    contents = [random.randbytes(300_000 + number) for number in range(6)]
    paths = [f"/media/{put(shelf, data).hex}" for data in contents]

    def read(number: int) -> bool:
        data, start = contents[number % 6], number * 997
        reply = asking.get(paths[number % 6], headers={"Range": f"bytes={start}-{start + 100_000}"})
        return reply.status_code == 206 and reply.content == data[start : start + 100_001]

    with ThreadPoolExecutor(24) as many, client(url) as asking:
        assert all(many.map(read, range(200)))


@pytest.mark.parametrize("name", ["a port, réouvert", "日本 #1?", "100% & more"])
def test_a_delivery_may_have_any_name(shelf: Shelf, url: str, name: str) -> None:
    safe = name.replace("?", "")
    shelf.deliver(f"{safe}/index.html", "page")
    with client(url) as asking:
        assert asking.get(f"/deliveries/{quote(safe)}/").text == "page"
