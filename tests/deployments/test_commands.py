"""The commands that show what providers are, can, cost and did."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deployments.cli import cli
from deployments.showing import choice_lines
from deployments.tables import show
from media_factory.books.books import Books
from media_factory.calls.selection import Need, choose
from media_factory.catalogue.entries import today
from media_factory.catalogue.listings import listings_file, read_listings
from media_factory.errors import InputError, MediaFactoryError
from media_factory.providers.base import AnyProvider
from media_factory.providers.registry import Providers
from tests.calls.ledgers import note_call
from tests.calls.markets import entry, market, speech
from tests.calls.test_cloning import STATEMENT, Clones
from tests.calls.test_refreshing import Lists

KEYS = ("OPENAI_API_KEY", "ELEVENLABS_API_KEY", "ELEVEN_API_KEY", "XI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY",
        "RUNWAYML_API_SECRET", "RUNWAY_API_KEY")  # fmt: skip


@pytest.fixture(autouse=True)
def bare(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the test a home of its own and no key."""
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that says which providers are installed."""

    def install(*providers: AnyProvider) -> None:
        monkeypatch.setattr(Providers, "installed", classmethod(lambda _cls, _settings=None: Providers.of(*providers)))

    return install


def run(*arguments: str) -> Result:
    """Run a command in this process; what it raises is raised here."""
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


def rows_of(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def books(home: Path) -> Books:
    return Books(f"sqlite:///{home / 'books.db'}")


def test_models_lists_the_catalogue_without_what_was_switched_off() -> None:
    rows = rows_of("models")
    assert rows
    assert "retired" not in {row["status"] for row in rows}
    everything = rows_of("models", "--all")
    assert {row["status"] for row in everything} >= {"retired", "active"}
    assert len(everything) > len(rows)
    assert {row["modality"] for row in rows_of("models", "--modality", "speech")} == {"speech"}
    assert {row["provider"] for row in rows_of("models", "--provider", "runway")} == {"runway"}


def test_a_model_without_a_price_reads_unknown_and_never_free() -> None:
    unpriced = next(row for row in rows_of("models") if not row["prices"])
    lines = run("models").stdout.splitlines()
    line = next(line for line in lines if line.startswith(f"{unpriced['provider']}:{unpriced['model']} "))
    assert "unknown" in line
    assert "$0 " not in line


def test_models_refresh_keeps_what_vendors_list_and_says_what_came_of_it(installed: Callable[..., None]) -> None:
    installed(Lists("a", "one", "two"), Lists("b", lacks="set KEY"))
    done = run("models", "--refresh")
    assert "a: lists 2 models; not in the catalogue: one, two" in done.stderr
    assert "b: not asked or no answer: set KEY" in done.stderr
    assert [one.provider for one in read_listings(listings_file()).vendors] == ["a"]


def test_providers_shows_what_they_can_what_they_lack_and_what_came_of_calls(
    home: Path, installed: Callable[..., None]
) -> None:
    installed(speech("a", word_timing=True, emotions=("sad",)), speech("b", lacks="set KEY"), Clones())
    note_call(books(home), "a:m", seconds=2.0)
    note_call(books(home), "a:m", "QuotaExhausted")
    lines = run("providers").stdout.splitlines()
    assert any(line.split()[:2] == ["speech", "a"] and "word times, emotions" in line for line in lines)
    assert any(line.split()[:2] == ["speech", "b"] and "set KEY" in line for line in lines)
    assert any("cloning" in line and "acme" in line for line in lines)
    used = next(line for line in lines if line.startswith("a:m (speech)"))
    assert all(part in used for part in ("2.00 s", "$0.01", "QuotaExhausted: it said no"))
    rows = {row["name"]: row for row in rows_of("providers")}
    assert rows["a"]["use"][0]["succeeded"] == 1
    assert rows["a"]["reached"] is None
    assert {row["name"]: row["reached"] for row in rows_of("providers", "--reach")} == {
        "a": True, "acme": None, "b": None,
    }  # fmt: skip


def test_metrics_are_the_same_by_both_commands(home: Path) -> None:
    note_call(books(home), "a:m")
    text = run("metrics").stdout
    assert 'mf_provider_requests_total{kind="speech",outcome="succeeded",provider="a:m"} 1.0' in text
    assert run("providers", "--prometheus").stdout == text


def test_metrics_are_served_as_they_stand_at_each_scrape_until_ctrl_c(home: Path) -> None:
    kept = books(home)
    command = [sys.executable, "-c", "from deployments.cli import main; main()", "metrics", "--serve", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        url = process.stderr.readline().split()[0]
        for calls in (1, 2):
            note_call(kept, "a:m")
            with urllib.request.urlopen(url, timeout=10) as reply:
                assert f'outcome="succeeded",provider="a:m"}} {calls}.0' in reply.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert "Traceback" not in process.stderr.read()


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match=f"can't listen on 127.0.0.1:{taken.getsockname()[1]}"):
            run("metrics", "--serve", str(taken.getsockname()[1]))


@pytest.mark.parametrize(("by", "name"), [("day", today().isoformat()), ("channel", "news"), ("provider", "a:m")])
def test_costs_tell_what_was_spent_and_saved_by_name(home: Path, by: str, name: str) -> None:
    kept, scope = books(home), f"day/{today().isoformat()}"
    note_call(kept, "a:m", usd=Decimal("0.25"), channel="news", scopes={scope: Decimal(5)})
    kept.statistics.note_saving(today(), "news", "a:m", Decimal("0.1"))
    content = rows_of("costs", "--by", by)
    (row,) = content["rows"]
    assert (row["name"], row["calls"], row["hits"]) == (name, 1, 1)
    assert (Decimal(row["spent_usd"]), Decimal(row["saved_usd"])) == (Decimal("0.25"), Decimal("0.1"))
    assert [Decimal(one["cap_usd"]) for one in content["budgets"]] == [5]
    shown = run("costs", "--by", by).stdout
    assert "spent $0.25, saved $0.1" in shown
    assert f"{scope}: $4.75 of $5 left" in shown
    assert run("costs", "--since", "2999-01-01").stdout.strip() == "nothing was spent"


def test_voices_are_listed_by_provider_and_language_with_those_that_can_t_be_asked_named() -> None:
    rows = rows_of("voices", "list", "--provider", "espeak", "--language", "pt-BR")
    assert {"pt-br", "f3"} <= {row["id"] for row in rows}
    assert "de" not in {row["id"] for row in rows}
    assert {row["id"] for row in rows_of("voices", "list", "--language", "pt")} >= {"pt", "pt-br"}
    with pytest.raises(InputError, match="'artboard' lists no voices; those that do: .*espeak"):
        run("voices", "list", "--provider", "artboard")


def test_install_says_that_there_is_nothing_to_install_and_who_brings_voices() -> None:
    said = run("voices", "install").stdout
    assert "Nothing to install" in said
    assert "espeak: ready" in said


def clone(sample: Path, *more: str) -> Result:
    return run("voices", "clone", "--provider", "acme", "--name", "Ada", str(sample), *more)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "ada.wav"
    path.write_bytes(b"RIFF a recording")
    return path


def test_a_voice_is_cloned_only_with_a_consent(
    installed: Callable[..., None], home: Path, sample: Path, tmp_path: Path
) -> None:
    vendor = Clones()
    installed(vendor)
    statement = tmp_path / "consent.txt"
    for words in (("--speaker", "Ada Example"), ()):
        with pytest.raises(InputError, match="only with its speaker's consent"):
            clone(sample, *words)
    statement.write_text("yes")
    with pytest.raises(InputError, match="consent: the statement has 3 characters"):
        clone(sample, "--speaker", "Ada Example", "--consent", str(statement))
    assert (vendor.heard, (home / "consents").exists()) == ([], False)
    statement.write_text(STATEMENT)
    done = clone(sample, "--speaker", "Ada Example", "--consent", str(statement))
    assert "Ada: voice: v1 with providers.speech: acme" in done.stdout
    (record,) = (home / "consents").glob("*.json")
    assert json.loads(record.read_text())["statement"] == STATEMENT
    again = clone(sample, "--speaker", "Ada Example", "--consent", str(statement), "--json")
    assert json.loads(again.stdout)["voice"]["id"] == "v1"
    assert len(vendor.heard) == 1


def test_who_clones_nothing_is_refused_before_anybody_is_asked_for_a_consent(sample: Path) -> None:
    with pytest.raises(MediaFactoryError, match="'acme' does not clone voices"):
        clone(sample)


def test_a_plan_says_who_was_chosen_why_and_who_was_not(capsys: pytest.CaptureFixture[str]) -> None:
    here = market(
        speech("fine", price=Decimal("0.05"), models=("m",)),
        speech("[odd]", draft=True),
        speech("keyless", lacks="set KEY"),
        entries=(entry("fine:m", quality=0.9),),
    )
    show(*choice_lines("speech", choose(here, Need(modality="speech"))))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "speech: fine:m, the best score of those that can"
    assert lines[2].split()[:3] == ["->", "fine:m", "0.825"]
    assert "$0.05" in lines[2]
    assert any("[odd]:m" in line and "draft" in line for line in lines)
    assert "   not keyless: set KEY" in lines
    assert "   if it fails for good: [odd]:m" in lines
    show(*choice_lines("speech", choose(here, Need(modality="speech", named="fine"))))
    assert capsys.readouterr().out.splitlines() == ["speech: fine:m, named by the brief"]
