"""Nothing goes on encoding once nobody waits for it, and nothing half-made gets a final name: real processes killed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from media_factory.factory import Factory
from tasks.segments import render_segment
from tasks.sound import mix_sound
from tests.rendering.films import PUSH, Gallery, segment
from tests.rendering.sounds import Records, chatter, mix_request

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see child processes")

GONE_WITHIN_S = 2.0
SOON_S = 120.0
STORY = """
kind: story
title: A port reopens
providers: {image: fake, speech: fake}
size: 720
rate: 30
scenes:
  - text: The port reopened this morning after a storm, and pilots went out at first light to meet the ships.
  - text: Forty vessels are waiting offshore, and the last of them may not be unloaded before the end of the week.
"""


def descendants_of(pid: int) -> list[int]:
    """Return all processes below one."""
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            below = [int(child) for child in children.read_text().split()]
        except OSError:
            continue
        for child in below:
            found += [child, *descendants_of(child)]
    return found


def is_alive(pid: int) -> bool:
    """Say whether a process still runs; one that is dead and was not asked for its end does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def reached(condition: Callable[[], object], within_s: float) -> bool:
    """Wait until a condition holds; False if it doesn't in time."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


@contextlib.contextmanager
def stopped_in(story: Path, out: Path, moment: Callable[[int], object]) -> Iterator[int]:
    """Make a story in a process of its own, stop it in a moment of its work, and kill it after the block.

    It stands still inside the block, so what is seen there is what is killed.
    """
    command = [sys.executable, "-c", "from deployments.cli import main; main()", "make", str(story), "--direct"]
    with (out.parent / "said").open("wb") as said:
        process = subprocess.Popen([*command, "--out", str(out)], stdout=said, stderr=said)
    try:
        while True:
            assert reached(lambda: moment(process.pid) or process.poll() is not None, SOON_S), "it took too long"
            assert process.poll() is None, (out.parent / "said").read_text()
            process.send_signal(signal.SIGSTOP)
            if moment(process.pid):
                break
            process.send_signal(signal.SIGCONT)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def unsound_assets(store: Path) -> list[Path]:
    """Return the assets of a store whose bytes are not what their name says."""
    files = [path for path in (store / "assets" / "sha256").glob("*/*") if path.is_file()]
    return [path for path in files if hashlib.sha256(path.read_bytes()).hexdigest() != path.name]


@pytest.mark.parametrize("moment", ["mix", "render"])
def test_kill_9_leaves_no_encoder_and_nothing_half_made_under_a_final_name(
    tmp_path: Path, home: Path, moment: str
) -> None:
    story, out = tmp_path / "story.yaml", tmp_path / "out"
    story.write_text(STORY)

    begun = {"mix": "*/.mix.*.part.m4a", "render": "*/.segment*.part.mp4"}[moment]
    with stopped_in(story, out, lambda _: any((home / "scratch").glob(begun))) as pid:
        below = descendants_of(pid)
    assert reached(lambda: not any(map(is_alive, below)), GONE_WITHIN_S), "a program outlived its parent"
    assert not out.exists()
    assert unsound_assets(home / "store") == []


def test_the_next_start_removes_what_a_killed_one_left_and_finishes_the_work(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The killed one's leases must run out first; nobody waits long for that here.
    monkeypatch.setenv("MEDIA_FACTORY_LEASE_S", "1")
    story, out = tmp_path / "story.yaml", tmp_path / "out"
    story.write_text(STORY.replace("size: 720", "size: 360").replace("rate: 30", "rate: 10"))
    with stopped_in(story, out, lambda _: any((home / "scratch").glob("*/*"))):
        pass
    assert any((home / "scratch").iterdir())
    again = subprocess.run(
        [sys.executable, "-c", "from deployments.cli import main; main()", "make", str(story), "--direct"],
        capture_output=True,
        text=True,
        timeout=SOON_S,
    )
    assert again.returncode == 0, again.stderr
    assert list((home / "scratch").iterdir()) == []
    assert unsound_assets(home / "store") == []


@pytest.mark.parametrize("moment", ["*/.mixing-*/utterance.f32", "*/.mix.*.part.m4a"])
async def test_a_cancelled_mix_stops_and_leaves_no_file(factory: Factory, tmp_path: Path, moment: str) -> None:
    records = Records(tmp_path)
    speech = records.press(chatter(60), 22_050)
    stored = await factory.store.put(records.paths[speech.digest], "audio/wav")
    # Ten minutes of speech: each step takes long enough to be met in the middle.
    asked = mix_request(18_300, *((stored, 3 + 1830 * minute) for minute in range(10)))
    work = asyncio.create_task(mix_sound(asked, factory))
    while not list((factory.home / "scratch").glob(moment)):
        assert not work.done()
        await asyncio.sleep(0.005)
    began = time.monotonic()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert time.monotonic() - began < GONE_WITHIN_S
    assert list((factory.home / "scratch").iterdir()) == []


async def test_a_cancelled_segment_stops_encoding_and_leaves_no_file(factory: Factory, tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    card = gallery.card(1)
    stored = await factory.store.put(gallery.paths[card.digest], "image/png", width_px=432, height_px=768)
    asked = segment((stored, PUSH, 0, 9000), frames=9000, rate=Fraction(30))
    work = asyncio.create_task(render_segment(asked, factory))
    while not list((factory.home / "scratch").glob("*/.*.part.mp4")):
        assert not work.done()
        await asyncio.sleep(0.005)
    began = time.monotonic()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert time.monotonic() - began < GONE_WITHIN_S
    assert list((factory.home / "scratch").iterdir()) == []
    assert unsound_assets(tmp_path / "store") == []
