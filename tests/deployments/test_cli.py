"""The command line as its users meet it: a process, its output, its exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from media_factory.delivery.manifest import Manifest

STORY = """
kind: story
title: A port reopens
providers: {image: fake, speech: fake}
size: 360
rate: 12
scenes:
  - text: The port reopened this morning after a storm.
  - text: Forty vessels are waiting offshore.
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line; the home is the test's."""
    command = [sys.executable, "-c", "from deployments.cli import main; main()", *arguments]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=120)


@pytest.fixture
def story(tmp_path: Path, home: Path) -> Path:
    path = tmp_path / "story.yaml"
    path.write_text(STORY)
    return path


def test_help_and_version_come_without_prefect_or_the_renderer() -> None:
    script = (
        "import sys; from deployments.cli import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'prefect', 'cv2', 'av', 'numpy', 'sqlalchemy', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert "Turn briefs into finished media" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
    assert run("--version").stdout.startswith("media-factory, version ")


def test_make_direct_prints_plain_lines_and_what_was_delivered(story: Path, tmp_path: Path) -> None:
    done = run("make", str(story), "--direct", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert "render-segment (1 of" in done.stderr
    assert "video-9x16.mp4" in done.stdout
    assert "cost $0" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    again = run("make", str(story), "--direct", "--out", str(tmp_path / "out"))
    assert "0 stages made" in again.stdout


def test_make_json_prints_the_manifest_and_nothing_else(story: Path, tmp_path: Path) -> None:
    done = run("make", str(story), "--direct", "--json", "--out", str(tmp_path / "out"))
    manifest = Manifest.model_validate_json(done.stdout)
    assert manifest == Manifest.model_validate_json((tmp_path / "out" / "manifest.json").read_text())
    assert done.stderr == ""


def test_plan_says_what_would_be_made_and_spends_nothing(story: Path, home: Path) -> None:
    done = run("plan", str(story), "--json")
    plan = json.loads(done.stdout)
    assert {row["state"] for row in plan["stages"]} == {"made"}
    assert plan["cost_usd"] == "0"
    table = run("plan", str(story)).stdout
    assert "synthesize-speech" in table
    assert "to make" in table
    assert not any((home / "store" / "assets").rglob("sha256/*/*"))


def test_providers_lists_who_can_make_what(home: Path) -> None:
    rows = json.loads(run("providers", "--json").stdout)
    assert {row["name"] for row in rows} >= {"artboard", "espeak", "template", "fake"}
    assert "artboard" in run("providers").stdout


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.yaml", None, "missing.yaml"),
        ("typo.yaml", "kind: story\ntitel: x\narticle: Some text here.\n", "titel"),
        ("size.yaml", "kind: image\nprompt: x\nwidth_px: 9\nheight_px: 9\n", "width_px"),
        ("language.yaml", "kind: narration\ntext: Hello there.\nlanguage: xx-klingon\n", "language"),
        ("broken.json", '{"kind": "story",', "broken.json"),
        ("provider.yaml", "kind: image\nprompt: x\nproviders: {image: dalle}\n", "providers.image"),
        ("notes.txt", "kind: image", "notes.txt"),
    ],
)
@pytest.mark.parametrize("command", [("make", "--direct"), ("plan",)])
def test_bad_input_gets_one_message_exit_code_2_and_no_traceback(
    home: Path, tmp_path: Path, command: tuple[str, ...], name: str, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    done = run(*command, str(tmp_path / name))
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "deliveries").exists()


def test_a_server_that_does_not_answer_is_named(story: Path) -> None:
    done = run("make", str(story), PREFECT_API_URL="http://127.0.0.1:9/api", PREFECT_CLIENT_MAX_RETRIES="0")
    assert done.returncode == 1
    assert "http://127.0.0.1:9/api does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.glob("*/children") for child in task.read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see child processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_make_leaves_nothing_half_written_and_no_child_behind(
    tmp_path: Path, home: Path, number: signal.Signals
) -> None:
    story = tmp_path / "long.yaml"
    story.write_text(STORY.replace("size: 360", "size: 1080").replace("rate: 12", "rate: 60"))
    command = [sys.executable, "-c", "from deployments.cli import main; main()", "make", str(story), "--direct"]
    process = subprocess.Popen([*command, "--out", str(tmp_path / "out")], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if "mix-sound (1 of 1)" in line:
            break
    children = children_of(process.pid)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, "".join(seen) + errors
    assert "nothing is half-written" in errors
    assert "Traceback" not in errors
    deadline = time.monotonic() + 2
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    assert not (tmp_path / "out").exists()
    assert list((home / "scratch").iterdir()) == []
    assert list((home / "store" / "incoming").iterdir()) == []
