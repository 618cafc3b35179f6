"""Ten thousand keys: none leaves its root, whatever texts, templates and files they are made of."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from media_factory.briefs.object_keys import (
    MAX_KEY_BYTES,
    MAX_SEGMENT_BYTES,
    checked_key,
    checked_template,
    key_of,
    slug,
    unversioned,
    versioned,
)
from media_factory.errors import InputError, StoreError
from media_factory.publishing.folder import FolderTarget
from media_factory.publishing.target import Headers
from media_factory.store.local import LocalStore

HEADERS = Headers(content_type="text/plain", cache_control="no-cache")
NASTY = st.sampled_from(
    ["..", "../..", "/", "\\", "C:\\", "//host/share", ".", "", "\0", "a\nb", "~", "con", "NUL.txt", "%2e%2e", "..%2f",
     "link", "folder-link", "．．", "\u202e", "\ud800", "e\u0301", "file://", "-rf", "a" * 300, " ", "*", "{story}"]
)  # fmt: skip
TEXTS = NASTY | st.text(max_size=60) | st.lists(NASTY | st.text(max_size=8), max_size=6).map("/".join)
TEMPLATES = st.sampled_from(
    ["{channel}/{story}/{file}", "{kind}/{year}/{story}-{language}/{version}/{file}", "{date}.{story}/{file}"]
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a folder with a root in it, links in the root that lead out of it, and files outside it.

    It lies in memory where the system has such a place: ten thousand durable writes take minutes on a busy disk.
    """
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else tmp_path_factory.getbasetemp()))
    (place / "outside" / "folder").mkdir(parents=True)
    (place / "outside" / "canary").write_text("alive")
    (place / "root").mkdir()
    (place / "root" / "link").symlink_to(place / "outside" / "canary")
    (place / "root" / "folder-link").symlink_to(place / "outside")
    (place / "root" / "up").symlink_to("..")
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """Give one event loop for all examples."""
    with asyncio.Runner() as runner:
        yield runner


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (path.lstat().st_mtime_ns, data)
    return found


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(keys=st.lists(TEXTS, min_size=20, max_size=20))
@example(keys=["folder-link/folder/x", "link", "up/outside/canary"])
def test_no_key_that_a_user_gives_writes_outside_its_root(place: Path, runner: asyncio.Runner, keys: list[str]) -> None:
    _write_and_compare(place, runner, keys)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(template=TEMPLATES, files=st.lists(TEXTS, min_size=20, max_size=20), channel=TEXTS, story=TEXTS)
@example(template="{story}/{file}", files=["folder/x", "canary"], channel="", story="folder-link")
def test_no_key_that_a_template_gives_writes_outside_its_root(
    place: Path, runner: asyncio.Runner, template: str, files: list[str], channel: str, story: str
) -> None:
    fixed = {"kind": "story", "year": "2026", "language": "en", "version": "v-1", "date": "2026-11-20", "month": "11"}
    keys = []
    for file in files:
        try:
            key = key_of(checked_template(template), {**fixed, "channel": channel, "story": story}, file)
        except InputError as problem:
            assert "longer than" in str(problem) or "empty segment" in str(problem)
            continue
        assert checked_key(key) == key
        assert len(key.encode()) <= MAX_KEY_BYTES
        assert all(segment.isascii() and 0 < len(segment) <= MAX_SEGMENT_BYTES for segment in key.split("/"))
        keys.append(key)
    _write_and_compare(place, runner, keys)


def _write_and_compare(place: Path, runner: asyncio.Runner, keys: list[str]) -> None:
    before = tree(place / "outside")
    target = FolderTarget(place / "root")
    for key in keys:
        try:
            runner.run(target.put(b"intruder", key, HEADERS))
        except InputError:
            continue
        except StoreError:
            continue  # a link, a file in place of a folder, or a folder in place of a file
        assert (place / "root" / key).resolve().is_relative_to((place / "root").resolve())
        runner.run(target.delete([key]))
    assert tree(place / "outside") == before
    assert sorted(path.name for path in place.iterdir()) == ["outside", "root"]


@pytest.mark.parametrize("key", ["../x", "/etc/passwd", "a/../../x", "", "a//b", "\0", "a\nb", "%2e%2e/x"])
async def test_a_key_that_is_none_is_refused_by_every_verb(tmp_path: Path, key: str) -> None:
    target = FolderTarget(tmp_path)
    for call in (
        target.put(b"", key, HEADERS),
        target.read(key),
        target.size_of(key),
        target.delete([key]),
        target.url_of(key, "public", 60),
    ):
        with pytest.raises(InputError):
            await call


@settings(max_examples=500, deadline=None)
@given(text=TEXTS)
def test_a_slug_is_always_a_segment_and_is_its_own_slug(text: str) -> None:
    segment = slug(text)
    assert checked_key(segment) == segment
    assert "/" not in segment
    assert slug(segment) == segment


def test_texts_of_other_scripts_stay_apart() -> None:
    assert len({slug(text) for text in ("月面着陸", "月面", "Привет", "مرحبا", "", "..", "/", "CON", "con")}) == 9


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("goals//x.png", "empty segment"),
        ("/goals/x.png", "empty segment"),
        ("goals/../x.png", "begins with a dot"),
        ("goals/.hidden", "begins with a dot"),
        ("goals/x.", "ends with a dot"),
        ("goals\\x.png", "letters A-Z"),
        ("goals/mü.png", "goals/mu.png would do"),
        ("goals/mu\u0308.png", "not composed"),
        ("goals/x.png\n", "letters A-Z"),
        ("goals/aux.png", "device"),
        ("a/" * 300 + "x", "longer than 512"),
        ("a" * 129, "longer than 128"),
    ],
)
def test_a_key_that_is_none_is_refused_and_named(key: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        checked_key(key)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{channel}/{story}", "ends in /{file}"),
        ("{file}/{story}/{file}", "ends in /{file}"),
        ("{channel}/{file}", "without {story}"),
        ("{nobody}/{story}/{file}", "no field {nobody}; there are {channel}, {date}"),
        ("{story.__class__}/{file}", "no field"),
        ("{story!r}/{file}", "no field"),
        ("{story:>9999999}/{file}", "no field"),
        ("{}/{story}/{file}", "no field"),
        ("../{story}/{file}", "begins with a dot"),
        ("/{story}/{file}", "empty segment"),
        ("{story", "no template"),
        ("{story}-{version}/{file}", "segment of its own"),
        ("{version}/{story}/{version}/{file}", "once"),
    ],
)
def test_a_template_that_is_none_is_refused_when_it_is_read(template: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_template(template)
    assert words in str(caught.value)


def test_a_version_stands_before_the_file_unless_the_template_says_where() -> None:
    assert versioned("{story}/{file}") == "{story}/{version}/{file}"
    assert versioned("{version}/{story}/{file}") == "{version}/{story}/{file}"
    assert unversioned("{version}/{story}/{file}") == "{story}/{file}"


async def test_an_asset_is_linked_from_the_store_and_replaced_at_one_blow(tmp_path: Path) -> None:
    store, target = LocalStore(tmp_path / "store"), FolderTarget(tmp_path / "root", "https://media.example.org/a/")
    one, other = await store.put(b"one", "text/plain"), await store.put(b"other", "text/plain")
    await target.copy(one, store, "news/x.txt", HEADERS)
    assert (tmp_path / "root/news/x.txt").stat().st_ino == store.path_of(one).stat().st_ino
    await target.copy(other, store, "news/x.txt", HEADERS)
    assert await target.read("news/x.txt") == b"other"
    assert await store.read(one) == b"one"
    assert await target.url_of("news/x.txt", "public", 60) == "https://media.example.org/a/news/x.txt"
    with pytest.raises(InputError, match="no signed URLs"):
        await target.url_of("news/x.txt", "signed", 60)


async def test_copies_are_made_where_links_are_not_wanted(tmp_path: Path) -> None:
    store, target = LocalStore(tmp_path / "store"), FolderTarget(tmp_path / "root", link=False)
    asset = await store.put(b"one", "text/plain")
    await target.copy(asset, store, "x.txt", HEADERS)
    assert (tmp_path / "root/x.txt").stat().st_nlink == 1
    assert await target.url_of("x.txt", "public", 60) == (tmp_path / "root/x.txt").as_uri()


async def test_removing_a_file_removes_the_folders_that_it_leaves_empty(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path / "root")
    await target.put(b"1", "a/b/c.txt", HEADERS)
    await target.put(b"2", "a/d.txt", HEADERS)
    assert await target.keys_below("") == ("a/b/c.txt", "a/d.txt")
    assert await target.keys_below("a/b") == ("a/b/c.txt",)
    await target.delete(["a/b/c.txt", "a/nothing.txt", "nowhere/x.txt"])
    assert sorted(path.name for path in (tmp_path / "root").rglob("*")) == ["a", "d.txt"]


async def test_links_inside_the_root_are_neither_followed_nor_listed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    target = FolderTarget(tmp_path / "root")
    await target.put(b"1", "a.txt", HEADERS)
    (tmp_path / "root" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "root" / "file").symlink_to(tmp_path / "outside" / "secret")
    assert await target.keys_below("") == ("a.txt",)
    assert await target.size_of("file") is None
    for call in (
        target.read("out/secret"),
        target.read("file"),
        target.delete(["out/secret"]),
        target.keys_below("out"),
    ):
        with pytest.raises(StoreError, match="a link or a file stands where it needs a folder"):
            await call
    assert (tmp_path / "outside" / "secret").read_text() == "secret"


async def test_what_can_t_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path / "root")
    await target.put(b"old", "a/x.txt", HEADERS)
    with pytest.raises(StoreError):
        await target.put(tmp_path / "missing", "a/x.txt", HEADERS)
    assert await target.read("a/x.txt") == b"old"
    assert [path.name for path in (tmp_path / "root").rglob("*")] == ["a", "x.txt"]
