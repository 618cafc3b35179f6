"""`init` writes settings once, and `check-config` says what is missing by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from pydantic import SecretStr

from deployments.check_config import check_config
from deployments.init import init
from deployments.setting_up import BLOCKS, save_blocks
from media_factory.errors import InputError
from media_factory.policy import policy_from_environment
from media_factory.store.local import LocalStore

SECRET = "canary-0123456789"


@pytest.fixture(autouse=True)
def bare(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home with nothing in it, and an environment that names no vendor and no server."""
    for name in ("OPENAI_API_KEY", "GEMINI_API_KEY", "MEDIA_FACTORY_STORE", "MEDIA_FACTORY_PUBLISH", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return home


def run_init(*flags: str, asked: str | None = None) -> str:
    done = CliRunner().invoke(init, ["--no-server", *flags], input=asked, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def found(**environment: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = CliRunner(env=environment).invoke(check_config, ["--json"], catch_exceptions=False)
    return done.exit_code, {one["part"]: one for one in json.loads(done.output)}


def test_init_writes_a_policy_that_is_read_again_and_is_kept_as_it_is(home: Path) -> None:
    assert "written" in run_init("--yes", "--run-usd", "2.50")
    before = (home / "policy.yaml").read_bytes()
    caps = policy_from_environment(home).caps
    assert (str(caps.run_usd), str(caps.day_usd)) == ("2.50", "50")
    assert "kept as it is" in run_init("--yes")
    assert "kept as it is" in run_init("--yes", "--run-usd", "2.50")
    assert (home / "policy.yaml").read_bytes() == before
    assert [path.name for path in home.iterdir()] == ["policy.yaml"]


def test_init_changes_only_what_a_flag_says_and_keeps_what_was_there(home: Path) -> None:
    home.mkdir()
    (home / "policy.yaml").write_text("fall_back: false  # mine\ncaps: {run_usd: 1}\n")
    assert "changed" in run_init("--yes", "--day-usd", "none")
    policy = policy_from_environment(home)
    assert (policy.fall_back, str(policy.caps.run_usd), policy.caps.day_usd) == (False, "1", None)
    assert (home / "policy.yaml.before").read_text() == "fall_back: false  # mine\ncaps: {run_usd: 1}\n"


def test_init_asks_for_what_no_flag_says(home: Path) -> None:
    run_init(asked="0.75\nnone\n")
    caps = yaml.safe_load((home / "policy.yaml").read_text())["caps"]
    assert (caps["run_usd"], caps["day_usd"]) == ("0.75", None)


@pytest.mark.parametrize("amount", ["much", "-1", "nan", "inf"])
def test_init_refuses_what_is_no_amount(home: Path, amount: str) -> None:
    with pytest.raises(InputError, match="--run-usd: .* is no amount"):
        CliRunner().invoke(init, ["--yes", "--no-server", "--run-usd", amount], catch_exceptions=False)
    assert not home.exists()


def test_a_fresh_machine_has_everything_it_needs_and_is_told_what_it_could_have(home: Path) -> None:
    code, findings = found()
    assert code == 0
    assert findings["store"]["state"] == findings["books"]["state"] == findings["image: artboard"]["state"] == "ok"
    assert findings["image: openai"] == {
        "part": "image: openai",
        "state": "missing",
        "what": "set OPENAI_API_KEY",
    }
    assert findings["publishing"]["state"] == findings["webhook"]["state"] == "off"
    store = LocalStore(home / "store")
    assert [path for path in (store.root / "assets").rglob("*") if path.is_file()] == []


def test_what_is_wrong_is_named_and_the_exit_code_is_two(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    code, findings = found(MEDIA_FACTORY_PUBLISH=str(tmp_path / "file"))
    assert (code, findings["publishing"]["state"]) == (2, "wrong")
    assert str(tmp_path / "file") in findings["publishing"]["what"]
    code, findings = found(MEDIA_FACTORY_STORE=str(tmp_path / "file"))
    assert (code, findings["factory"]["state"]) == (2, "wrong")
    code, findings = found(MEDIA_FACTORY_BOOKS_URL="mysql://x/y")
    assert (code, findings["factory"]["state"]) == (2, "wrong")


def test_a_place_to_publish_to_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    code, findings = found(MEDIA_FACTORY_PUBLISH=str(tmp_path / "public"))
    assert (code, findings["publishing"]["state"]) == (0, "ok")
    assert list((tmp_path / "public").iterdir()) == []


def test_no_key_is_shown(tmp_path: Path) -> None:
    done = CliRunner(env={"OPENAI_API_KEY": SECRET}).invoke(check_config, [], catch_exceptions=False)
    assert "image: openai" in done.output
    assert SECRET not in done.output


@pytest.mark.server
async def test_blocks_are_registered_and_saved_once(
    prefect_api: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blocks.factory import FactoryBlock, load_factory

    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    lines = [line async for line in save_blocks("of-init", save_keys=True, overwrite=False)]
    assert lines[0] == f"{len(BLOCKS)} block types registered"
    assert all(line.endswith(": saved") for line in lines[1:])
    assert not any(SECRET in line for line in lines)
    again = [line async for line in save_blocks("of-init", save_keys=True, overwrite=False)]
    assert all(line.endswith(": kept as it is") for line in again[1:])
    factory = await load_factory("of-init")
    try:
        assert factory.settings.secret("OPENAI_API_KEY") == SecretStr(SECRET)
        assert isinstance(factory.store, LocalStore)
        assert factory.store.root == home / "store"
    finally:
        factory.close()
    block = await FactoryBlock.aload("of-init")
    assert block.publishing is None
    with pytest.raises(InputError, match="no block media-factory/nobody is saved"):
        await load_factory("nobody")
