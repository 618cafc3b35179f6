"""`media-factory assets` and `media-factory books`, as people call them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from deployments.cli import cli, main
from media_factory.factory import factory_from_environment
from tests.library.stages import tell


@pytest.fixture(autouse=True)
def at_home(home: Path) -> None:
    """Give every test a home of its own."""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


def told(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def brought(folder: Path, name: str = "logo.png") -> str:
    path = folder / name
    Image.new("RGB", (20, 10), "navy").save(path)
    uploaded = told("assets", "upload", str(path), "--title", "Our logo", "--tag", "logo", "--licence", "CC0-1.0")
    digest: str = uploaded["asset"]["digest"]
    return digest


def made(*words: str) -> list[str]:
    factory = factory_from_environment()
    try:
        return [asyncio.run(tell(factory, word)).digest for word in words]
    finally:
        factory.close()


def test_a_file_is_brought_found_shown_and_taken_out_again(tmp_path: Path) -> None:
    digest = brought(tmp_path)
    (row,) = told("assets", "list", "--tag", "logo", "--type", "image")["entries"]
    assert (row["asset"]["digest"], row["title"]) == (digest, "Our logo")
    table = run("assets", "list").stdout
    assert digest[7:23] in table
    assert "Our logo #logo" in table
    assert told("assets", "show", digest[7:17])["upload"]["about"]["licence"] == "CC0-1.0"
    assert "brought" in run("assets", "show", digest).stdout
    run("assets", "download", digest[7:17], str(tmp_path / "out.png"))
    assert (tmp_path / "out.png").read_bytes() == (tmp_path / "logo.png").read_bytes()


def test_pages_say_where_the_next_one_begins() -> None:
    made("a", "b", "c")
    assert "more: --offset 2" in run("assets", "list", "--limit", "2").stdout
    assert told("assets", "list", "--limit", "2", "--offset", "2")["next_offset"] is None


def test_verify_ends_with_1_if_something_is_lost_and_repair_with_0(home: Path) -> None:
    digest = made("something")[0]
    (path,) = (home / "store" / "assets" / "sha256").glob("*/*")
    path.unlink()
    found = run("assets", "verify")
    assert found.exit_code == 1
    assert f"lost: {digest}" in found.stdout
    assert run("assets", "verify", "--repair").exit_code == 0
    assert run("assets", "verify").exit_code == 0


def test_a_spare_store_mends(home: Path, tmp_path: Path) -> None:
    made("something")
    (path,) = (home / "store" / "assets" / "sha256").glob("*/*")
    spare = tmp_path / "spare" / "assets" / "sha256" / path.name[:2]
    spare.mkdir(parents=True)
    path.rename(spare / path.name)
    found = told("assets", "verify", "--repair", "--from", str(tmp_path / "spare"))
    assert (len(found["mended"]), found["lost"]) == (1, [])


def test_the_policy_s_rules_are_applied(home: Path) -> None:
    home.mkdir()
    (home / "policy.yaml").write_text("retention:\n- {media: text, keep_days: 30}\n")
    made("young")
    assert "would let go of 0 receipts" in run("assets", "retain", "--dry-run").stdout
    assert "removed 0 assets, 0 bytes; kept 1" in run("assets", "gc").stdout


def test_a_takedown_lists_first_and_then_does_it(tmp_path: Path) -> None:
    digest = brought(tmp_path)
    asked = ("assets", "takedown", digest, "--who", "A. Person", "--why", "it is mine")
    assert digest in run(*asked, "--dry-run").stdout
    assert told("assets", "show", digest)["tombstone"] is None
    assert run(*asked).exit_code == 0
    assert "taken down by A. Person" in run("assets", "show", digest).stdout
    assert run("assets", "lift", digest).exit_code == 0
    assert brought(tmp_path) == digest
    assert "removed" in run("assets", "delete", digest).stdout


def test_books_are_backed_up_restored_and_rebuilt(home: Path, tmp_path: Path) -> None:
    made("a", "b")
    run("books", "backup", str(tmp_path / "books.db"))
    run("books", "backup")
    for path in home.glob("books.db*"):
        path.unlink()
    assert told("books", "rebuild")["restored_receipts"] == 2
    assert "what they had is in" in run("books", "restore", str(tmp_path / "books.db"), "--force").stdout
    assert told("books", "restore", "latest", "--force")["rows"] > 0
    assert len(told("assets", "list", "--stage", "tell")["entries"]) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("assets", "upload", "/nowhere.png"), "/nowhere.png: there is no such file"),
        (("assets", "upload", __file__, "--tag", "Not A Tag"), "--tag: "),
        (("assets", "upload", __file__), "no picture, film or sound"),
        (("assets", "show", "abcdef"), "no asset begins so"),
        (("assets", "delete", "sha256:" + "0" * 64), "is not here"),
        (("assets", "lift", "sha256:" + "0" * 64), "was not taken down"),
        (("assets", "takedown", "sha256:" + "0" * 64, "--who", "me", "--why", "so"), "nothing here has to do"),
        (("books", "restore", "latest"), "no backup in the store"),
        (("books", "restore", __file__), "is no backup of books"),
    ],
)
def test_what_can_t_be_done_is_one_message_and_code_2(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert message in said
    assert len(said.splitlines()) == 1
