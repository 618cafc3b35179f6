"""Memory is what the system has available, or less where a container allows less."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_factory.capacity import GPU_VARIABLE, available_memory_bytes, has_gpu, processors

GIB = 1 << 30


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def system(tmp_path: Path) -> Path:
    write(tmp_path, {"proc/meminfo": f"MemTotal: 9 kB\nMemAvailable: {8 * GIB >> 10} kB\n"})
    return tmp_path


def test_without_groups_it_is_what_the_system_has_available(system: Path) -> None:
    assert available_memory_bytes(system) == 8 * GIB


@pytest.mark.parametrize(("limit", "left"), [(str(4 * GIB), 2 * GIB), ("max", 8 * GIB), (str(100 * GIB), 8 * GIB)])
def test_a_group_s_limit_counts_less_what_is_taken_but_for_idle_cache(system: Path, limit: str, left: int) -> None:
    group = {
        "memory.max": limit,
        "memory.current": str(3 * GIB),
        "memory.stat": f"anon 5\ninactive_file {GIB}\n",
    }
    write(system, {"proc/self/cgroup": "0::/user/me\n", **{f"sys/fs/cgroup/user/{k}": v for k, v in group.items()}})
    assert available_memory_bytes(system) == left


def test_in_a_container_the_group_s_own_folder_stands_for_a_path_that_is_not_there(system: Path) -> None:
    group = {
        "memory.limit_in_bytes": str(2 * GIB),
        "memory.usage_in_bytes": str(GIB),
        "memory.stat": "total_inactive_file 0\n",
    }
    write(system, {f"sys/fs/cgroup/memory/{k}": v for k, v in group.items()})
    write(system, {"proc/self/cgroup": "5:cpu:/x\n4:memory:/docker/0123\n0::/\n"})
    assert available_memory_bytes(system) == GIB


def test_a_group_that_takes_more_than_its_limit_has_nothing_left(system: Path) -> None:
    group = {"memory.max": "10", "memory.current": "20", "memory.stat": ""}
    write(system, {"proc/self/cgroup": "0::/\n", **{f"sys/fs/cgroup/{k}": v for k, v in group.items()}})
    assert available_memory_bytes(system) == 0


def test_this_machine_has_processors_and_memory() -> None:
    assert processors() >= 1
    found = available_memory_bytes()
    assert found is None or found > 1 << 20


@pytest.mark.parametrize("device", ["dev/nvidia0", "dev/kfd", "dev/dxg"])
def test_a_gpu_is_seen_by_its_device_unless_it_is_hidden_from_us(
    device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in (GPU_VARIABLE, "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(variable, raising=False)
    assert not has_gpu(tmp_path)
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/nvidiactl").touch()
    assert not has_gpu(tmp_path)
    (tmp_path / device).touch()
    assert has_gpu(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert not has_gpu(tmp_path)


def test_the_environment_says_whether_there_is_a_gpu_where_it_says_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(GPU_VARIABLE, "1")
    assert has_gpu(tmp_path)
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/nvidia0").touch()
    monkeypatch.setenv(GPU_VARIABLE, "0")
    assert not has_gpu(tmp_path)
