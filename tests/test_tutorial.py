"""The tutorial for provider authors does what it says: one file, one entry point, one test."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

TUTORIAL = Path(__file__).parents[1] / "docs" / "adding-a-provider.md"
_BLOCK = re.compile(r'```\w+ title="(?P<name>[^"]+)"\n(?P<text>.*?)```', re.DOTALL)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Give the test a folder with the tutorial's files, installed as the tutorial's package."""
    folder = tmp_path / "package"
    metadata = folder / "solid-1.0.dist-info"
    metadata.mkdir(parents=True)
    for block in _BLOCK.finditer(TUTORIAL.read_text()):
        (folder / block["name"]).write_text(block["text"])
    entry_points = (folder / "pyproject.toml").read_text().replace('[project.entry-points."', "[").replace('"]', "]")
    (metadata / "entry_points.txt").write_text(entry_points.replace('"', ""))
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: solid\nVersion: 1.0\n")
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder), "MEDIA_FACTORY_HOME": str(folder / "home")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


def test_its_first_provider_has_fewer_than_25_lines(package: Path) -> None:
    assert len((package / "solid.py").read_text().strip().splitlines()) < 25


def test_a_brief_that_names_it_is_made_by_it(package: Path) -> None:
    made = run(
        package, "-c", "from deployments.cli import main; main()", "make", "brief.yaml", "--direct", "--out", "out"
    )
    assert made.returncode == 0, made.stderr
    (picture,) = (package / "out").glob("image*.png")
    with Image.open(picture) as opened:
        assert opened.size == (256, 256)
        assert len(opened.convert("RGB").getcolors() or ()) == 1


def test_its_conformance_test_passes(package: Path) -> None:
    tested = run(package, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "test_solid.py")
    assert tested.returncode == 0, tested.stdout


def test_it_needs_one_file_one_entry_point_and_one_test(package: Path) -> None:
    assert sorted(path.name for path in package.iterdir() if path.is_file()) == [
        "brief.yaml",
        "pyproject.toml",
        "solid.py",
        "test_solid.py",
    ]
    assert (package / "pyproject.toml").read_text().strip().count("\n") == 1
