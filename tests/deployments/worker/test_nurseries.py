from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.worker.nurseries import Nurseries, Nursery, _disown
from deployments.worker.sources import Snapshot
from deployments.worker.wire import pair, pid_message
from deployments.worker.worker import can_fork

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="runs are forked on Linux only")


def snapshot_of(file: Path) -> Snapshot:
    return Snapshot(folders=(), single=(file,), seen={str(file): (file.stat().st_mtime_ns, file.stat().st_size)})


@pytest.fixture(autouse=True)
def all_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployments.worker.nurseries._PATIENCE_S", 200.0)


def pid_of(nursery: Nursery | None) -> int:
    assert nursery is not None
    return nursery._process.pid


async def test_a_warm_process_is_kept_until_the_code_changes_and_ends_then(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text("1")
    nurseries = Nurseries(lambda: os.environ, lambda: snapshot_of(code))
    try:
        first = pid_of(await nurseries.fit())
        assert pid_of(await nurseries.fit()) == first
        files = [str(file.readlink()) for file in Path(f"/proc/{first}/fd").iterdir() if int(file.name) > 2]
        assert [name.partition(":")[0] for name in files] == ["socket"]
        code.write_text("22")
        second = pid_of(await nurseries.fit())
        assert second != first
        assert not Path(f"/proc/{first}").exists()
    finally:
        await nurseries.close()
    assert not Path(f"/proc/{second}").exists()


async def test_code_that_does_not_load_is_tried_again_only_once_it_has_changed(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text("1")
    tried = []

    def broken() -> dict[str, str]:
        tried.append(code.read_text())
        return {"PYTHONHOME": str(tmp_path)}

    nurseries = Nurseries(broken, lambda: snapshot_of(code))
    assert await nurseries.fit() is None
    assert await nurseries.fit() is None
    assert tried == ["1"]
    code.write_text("22")
    assert await nurseries.fit() is None
    assert tried == ["1", "22"]
    await nurseries.close()


@pytest.mark.parametrize(("platform", "able"), [("linux", True), ("darwin", False), ("win32", False)])
def test_only_linux_forks(platform: str, able: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployments.worker.worker.sys.platform", platform)
    assert can_fork() is able


async def test_who_has_no_more_patience_starts_plainly_while_loading_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "code.py"
    code.write_text("1")
    nurseries = Nurseries(lambda: os.environ, lambda: snapshot_of(code))
    monkeypatch.setattr("deployments.worker.nurseries._PATIENCE_S", 0.0)
    assert await nurseries.fit() is None
    loading = nurseries._loading
    assert loading is not None and not loading.done()
    await nurseries.close()
    assert loading.cancelled()


@pytest.mark.parametrize("said", [True, False])
def test_a_run_that_nobody_waits_for_ends(said: bool) -> None:
    ours, theirs = pair()
    program = subprocess.Popen(["sleep", "300"], start_new_session=True)
    try:
        with theirs:
            if said:
                theirs.send(pid_message(program.pid))
            ours.setblocking(False)
            _disown(ours)
            with pytest.raises(OSError):
                theirs.send(b"too late")
        if said:
            assert program.wait(30) == -signal.SIGKILL
    finally:
        program.kill()
        program.wait()
