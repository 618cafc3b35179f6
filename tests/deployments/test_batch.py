"""The command line over batches: what it makes, what it says, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from deployments.cli import cli
from deployments.showing_batches import progress_table, show_batch_progress
from media_factory.batches.outcomes import Totals
from media_factory.batches.progress import Progress
from media_factory.errors import BriefError, InputError


def row(number: int, **fields: Any) -> dict[str, Any]:
    base = {"title": f"Picture {number}", "prompt": f"port number {number}", "width_px": 64, "height_px": 64}
    return {**base, "providers": {"image": "fake"}, **fields}


@pytest.fixture
def manifest(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row(number)) + "\n" for number in range(3)))
    return path


@pytest.fixture
def defaults(tmp_path: Path) -> Path:
    path = tmp_path / "defaults.yaml"
    path.write_text("kind: image\nprovenance: none\n")
    return path


def run(*arguments: object) -> Result:
    """Run a command in this process; what it raises is raised here."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False)


def test_a_manifest_with_defaults_is_made_and_the_second_time_found(
    manifest: Path, defaults: Path, tmp_path: Path
) -> None:
    options = ("--direct", "--defaults", defaults, "--out", tmp_path / "out")
    first = run("batch", manifest, *options)
    assert first.exit_code == 0
    assert "3 rows: 3 made" in first.stdout
    assert "3 of 3 rows, 0 of them not there" in first.stderr
    assert (tmp_path / "out" / "picture-1" / "index.html").is_file()
    again = run("batch", manifest, *options, "--json")
    assert json.loads(again.stdout)["totals"]["cached"] == 3


def test_a_row_that_is_not_there_shows_in_the_exit_code_and_the_report(
    manifest: Path, defaults: Path, tmp_path: Path
) -> None:
    with manifest.open("a") as file:
        file.write(json.dumps(row(4, promt="a slip of the pen")) + "\n")
    found = run("batch", manifest, "--direct", "--defaults", defaults, "--out", tmp_path / "out")
    assert found.exit_code == 1
    assert "4 rows: 3 made, 1 refused" in found.stdout
    assert "run it again to make what is missing" in found.stdout
    assert "report.html" in found.stdout


@pytest.mark.server
def test_in_prefect_it_says_the_same_though_the_flow_run_has_failed(
    prefect_api: None, manifest: Path, defaults: Path, tmp_path: Path
) -> None:
    with manifest.open("a") as file:
        file.write(json.dumps(row(4, promt="a slip of the pen")) + "\n")
    found = run("batch", manifest, "--defaults", defaults, "--out", tmp_path / "out")
    assert found.exit_code == 1
    assert "4 rows: 3 made, 1 refused" in found.stdout


def test_a_strict_batch_makes_nothing_if_a_row_is_bad(manifest: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1: kind: is missing") as refusal:
        run("batch", manifest, "--direct", "--strict", "--out", tmp_path / "out")
    assert refusal.value.exit_code == 2
    assert not (tmp_path / "out" / "picture-1").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--budget", "a lot"), "'a lot' is no amount of US dollars"),
        (("--budget", "-1"), "'-1' is no amount of US dollars"),
        (("--at-once", "0"), "0 is not in the range"),
        (("--deadline-s", "0"), "0.0 is not in the range"),
    ],
)
def test_options_that_can_t_be_used_are_refused_by_name(manifest: Path, options: tuple[str, str], message: str) -> None:
    found = CliRunner().invoke(cli, ["batch", str(manifest), *options])
    assert (found.exit_code, message in found.output, options[0] in found.output) == (2, True, True)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("fields.txt", "kind: image", "fields.txt ends in '.txt'"),
        ("fields.yaml", "- image", "holds no fields"),
        ("missing.yaml", None, "missing.yaml can't be read"),
    ],
)
def test_defaults_that_can_t_be_read_are_named(
    manifest: Path, tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match="--defaults: .*") as refusal:
        run("batch", manifest, "--direct", "--defaults", tmp_path / name)
    assert message in str(refusal.value)


def test_defaults_that_no_row_has_are_refused(manifest: Path, tmp_path: Path) -> None:
    (tmp_path / "defaults.json").write_text('{"voise": "amy"}')
    with pytest.raises(BriefError, match="voise"):
        run("batch", manifest, "--direct", "--defaults", tmp_path / "defaults.json")


def test_a_batch_brief_is_made_and_planned_like_any_other(manifest: Path, tmp_path: Path) -> None:
    brief = tmp_path / "nightly.yaml"
    brief.write_text(f"kind: batch\nmanifest: {manifest.name}\ndefaults: {{kind: image, provenance: none}}\n")
    planned = json.loads(run("plan", brief, "--json").stdout)
    assert (planned["rows"], planned["made"], planned["to_make"], planned["cost_usd"]) == (3, 0, 3, "0")
    stages = {stage["stage"]: stage["to_make"] for stage in planned["stages"]}
    assert stages == {"write-prompt": 3, "generate-image": 3}
    made = json.loads(run("make", brief, "--direct", "--json").stdout)
    assert made["totals"]["made"] == 3
    again = run("plan", brief)
    assert "3 rows: 3 made already, 0 to make, estimated cost $0" in again.stdout


def test_a_plan_names_rows_that_nobody_could_make(manifest: Path, tmp_path: Path) -> None:
    manifest.write_text(json.dumps(row(1, kind="image", providers={"image": "nobody"})) + "\n")
    brief = tmp_path / "nightly.yaml"
    brief.write_text(f"kind: batch\nmanifest: {manifest}\n")
    planned = json.loads(run("plan", brief, "--json").stdout)
    assert planned["problems"][0].startswith("line 1: providers.image: there is no image provider 'nobody'")


def test_the_live_table_says_how_far_it_is_and_how_long_it_will_take() -> None:
    console = Console(width=120)
    with console.capture() as captured:
        console.print(
            progress_table(Progress(rows=10, totals=Totals(made=2, cached=3, failed=1), to_make=7, seconds=30.0))
        )
    assert "6 of 10" in captured.get()
    assert "2 made  3 cached  1 failed" in captured.get()
    assert "about 40 s left" in captured.get()


def test_elsewhere_than_on_a_terminal_progress_is_lines_and_the_last_one_is_never_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with show_batch_progress() as watch:
        for made in range(11):
            watch(Progress(rows=10, totals=Totals(made=made), to_make=10, seconds=float(made)))
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].endswith("10 of 10 rows, 0 of them not there; cost $0")
    assert len(lines) < 11
