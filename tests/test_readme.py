"""What README says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from media_factory.briefs.reading import parse_brief
from media_factory.factory import BOOKS_VARIABLE, HOME_VARIABLE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.mark.server
def test_its_python_runs_as_it_stands(prefect_api: None, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = block("python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 6
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[-1] == "image.png"


def test_its_brief_is_a_brief() -> None:
    brief = parse_brief(block("yaml"), "yaml")
    assert brief.kind == "story"
    assert brief.theme == "finance"


def test_every_file_that_it_names_is_there() -> None:
    for link in re.findall(r"\]\(((?!http)[^)#]+)\)", README):
        assert (ROOT / link).exists(), link
    for path in re.findall(r"examples/[\w.-]+", README):
        assert (ROOT / path).exists(), path


def test_every_variable_that_it_names_is_read_somewhere() -> None:
    code = "".join(path.read_text() for path in (ROOT / "media_factory").rglob("*.py"))
    for name in re.findall(r"`(MEDIA_FACTORY_\w+)`", README):
        assert f'"{name}"' in code
    assert {HOME_VARIABLE, BOOKS_VARIABLE} <= set(re.findall(r"`(MEDIA_FACTORY_\w+)`", README))


def test_nothing_in_the_tree_is_long_or_marked_as_left_for_later() -> None:
    for path in ROOT.rglob("*.py"):
        if ".venv" in path.parts or "tests" in path.parts:
            continue
        text = path.read_text()
        assert len(text.splitlines()) <= 310, path
        assert not re.search(r"\b(TODO|FIXME|XXX)\b", text), path
