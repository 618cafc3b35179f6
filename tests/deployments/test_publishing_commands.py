"""`publish`, `unpublish`, and the yes that `make` asks for, as their users meet them."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from media_factory.books.books import Books
from media_factory.delivery.manifest import Manifest
from media_factory.testing.simulator import Simulator

IMAGE = """
kind: image
id: pier
prompt: a pier in the rain
width_px: 64
height_px: 64
providers: {prompt: template, image: fake}
publish: true
approval: true
"""
CLIP = """
kind: video
id: waves
title: waves
size: 360
rate: 12
providers: {clip: "runway:gen4.5"}
shots: [{prompt: waves against a pier, motion: clip, duration_s: 2}]
"""
COMMAND = (sys.executable, "-c", "from deployments.cli import main; main()")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)


@pytest.fixture
def public(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a place to publish to, and return where its picture would be shown."""
    monkeypatch.setenv("MEDIA_FACTORY_PUBLISH", str(tmp_path / "public"))
    monkeypatch.setenv("USER", "ada")
    (tmp_path / "image.yaml").write_text(IMAGE)
    return tmp_path / "public" / "general" / "pier" / "manifest.json"


def manifest_in(home: Path) -> Manifest:
    return Manifest.model_validate_json((home / "deliveries" / "pier" / "manifest.json").read_bytes())


def test_where_nobody_can_be_asked_it_stays_unpublished_until_it_is_published_by_name(
    public: Path, home: Path, tmp_path: Path
) -> None:
    done = run("make", str(tmp_path / "image.yaml"), "--direct")
    assert done.returncode == 0, done.stderr
    assert f"then `media-factory publish {home / 'deliveries' / 'pier'}`" in done.stderr
    assert not public.exists()
    done = run("publish", "pier", "--note", "fine")
    assert done.returncode == 0, done.stderr
    assert "pier is published: " in done.stdout
    assert public.is_file()
    manifest = manifest_in(home)
    assert manifest.approval is not None
    assert (manifest.approval.by, manifest.approval.note) == ("ada", "fine")
    # The yes holds: the same again is published without a question.
    again = run("make", str(tmp_path / "image.yaml"), "--direct", "--json")
    assert json.loads(again.stdout)["published"] is not None
    assert again.stderr == ""
    gone = json.loads(run("unpublish", "pier", "--json").stdout)["removed"]
    assert gone[0] == "general/pier/manifest.json"
    assert [path for path in public.parent.rglob("*") if path.is_file()] == []
    twice = run("unpublish", "pier")
    assert (twice.returncode, twice.stdout) == (2, "")
    assert "pier is not published" in twice.stderr


def test_a_yes_that_was_said_beforehand_is_not_asked_for(public: Path, tmp_path: Path) -> None:
    done = run("make", str(tmp_path / "image.yaml"), "--direct", "--approve")
    assert done.returncode == 0, done.stderr
    assert "not published" not in done.stderr
    assert public.is_file()


@pytest.mark.parametrize(("said", "is_public"), [(b"y\n", True), (b"n\nthe light is wrong\n", False)])
def test_on_a_terminal_make_asks(public: Path, home: Path, tmp_path: Path, said: bytes, is_public: bool) -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, said)
        command = [*COMMAND, "make", str(tmp_path / "image.yaml"), "--direct", "--json"]
        done = subprocess.run(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, text=True, timeout=120)
        asked = os.read(ours, 1 << 16).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 0
    assert "Publish it? [y/N]" in asked
    assert public.is_file() is is_public
    assert Manifest.model_validate_json(done.stdout) == manifest_in(home)
    approval = manifest_in(home).approval
    assert approval is not None
    assert (approval.approved, approval.note) == (is_public, "" if is_public else "the light is wrong")


def test_a_place_and_a_product_are_asked_for_by_name(home: Path) -> None:
    nobody = run("publish", "nobody")
    assert nobody.returncode == 2
    assert "nobody: no manifest.json that can be read lies in" in nobody.stderr
    neither = run("unpublish")
    assert neither.returncode == 2
    assert "give either ID or --key" in neither.stderr
    nowhere = run("unpublish", "--key", "general/pier/manifest.json")
    assert nowhere.returncode == 2
    assert "MEDIA_FACTORY_PUBLISH" in nowhere.stderr


@pytest.fixture
def runway(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    with Simulator() as simulator:
        monkeypatch.setenv("RUNWAYML_API_SECRET", "test-runway-key")
        monkeypatch.setenv("RUNWAYML_BASE_URL", simulator.base_url("runway"))
        simulator.faults.script("slow_job")
        yield simulator


def test_ctrl_c_calls_a_vendor_s_work_off_and_holds_neither_money_nor_leases(
    runway: Simulator, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "clip.yaml").write_text(CLIP)
    process = subprocess.Popen(
        [*COMMAND, "make", str(tmp_path / "clip.yaml"), "--direct"], stderr=subprocess.PIPE, text=True
    )
    with closing(Books(f"sqlite:///{home / 'books.db'}")) as books:
        while not any(intent.state == "ticketed" for intent in books.ledger.unsettled()):
            assert process.poll() is None, process.communicate()[1]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 130, errors
        assert runway.billing.called_off == {"runway": 1}
        assert books.ledger.unsettled() == ()
        assert books.leases() == {}
