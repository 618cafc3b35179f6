"""deployments/prefect.yaml: every deployment can be made, and says what it is."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from prefect import Flow
from prefect.cli.deploy._models import PrefectYamlModel
from prefect.flows import load_flow_from_entrypoint
from prefect.server.schemas.schedules import CronSchedule
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import validate

from deployments.api.asking import brief_of
from deployments.strictness import TAG
from media_factory.errors import BriefError

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deployments" / "prefect.yaml"
CONTENT: dict[str, Any] = yaml.safe_load(FILE.read_text())
DEPLOYMENTS: list[dict[str, Any]] = CONTENT["deployments"]
KEYS = {
    "name", "entrypoint", "description", "tags", "work_pool", "schedules", "concurrency_limit", "parameters",
}  # fmt: skip
SCHEDULES = [(row, schedule) for row in DEPLOYMENTS for schedule in row.get("schedules", [])]


@cache
def flow_of(entrypoint: str) -> Flow[..., Any]:
    return load_flow_from_entrypoint(str(ROOT / entrypoint))


def name_of(row: dict[str, Any]) -> str:
    return f"{flow_of(row['entrypoint']).name}/{row['name']}"


def of_schedule(value: object) -> str | None:
    return value["slug"] if isinstance(value, dict) and "slug" in value else None


def test_the_deployments_are_those_that_the_documentation_names() -> None:
    named = [name_of(row) for row in DEPLOYMENTS]
    assert len(set(named)) == len(named)
    assert set(named) >= {
        "story/cpu", "image/cpu", "narration/cpu", "video/cpu", "clone-voice/cpu", "upkeep/cpu", "reconcile/cpu",
        "providers/cpu",
    }  # fmt: skip
    documented = (ROOT / "docs" / "api.md").read_text()
    assert [name for name in named if f"`{name}`" not in documented] == []


def test_prefect_s_own_model_takes_the_file_and_no_key_is_unknown_to_it() -> None:
    PrefectYamlModel.model_validate(CONTENT)
    assert set(CONTENT) <= {"name", "prefect-version", "definitions", "pull", "deployments"}
    assert [row["name"] for row in DEPLOYMENTS if set(row) - KEYS] == []


def test_where_the_code_is_comes_from_the_worker_and_from_no_one_s_home() -> None:
    assert CONTENT["pull"] == [
        {"prefect.deployments.steps.set_working_directory": {"directory": "{{ $MEDIA_FACTORY_CHECKOUT }}"}}
    ]
    assert not re.search(r"/(home|root|Users|work)/", FILE.read_text())


@pytest.mark.parametrize("row", DEPLOYMENTS, ids=name_of)
def test_its_flow_loads_alone_says_what_it_does_and_runs_on_a_pool_that_is_defined(row: dict[str, Any]) -> None:
    flow = flow_of(row["entrypoint"])
    assert isinstance(flow, Flow)
    assert flow.isasync
    assert row["work_pool"] == CONTENT["definitions"]["work_pools"][row["name"]]
    assert TAG in row["tags"]
    assert re.fullmatch(r"[A-Z].{20,}\.", row["description"])


@pytest.mark.parametrize("row", DEPLOYMENTS, ids=name_of)
def test_its_file_has_no_classes_and_no_try(row: dict[str, Any]) -> None:
    tree = ast.parse((ROOT / row["entrypoint"].partition(":")[0]).read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.Try)]


@pytest.mark.parametrize("row", DEPLOYMENTS, ids=name_of)
def test_its_defaults_are_what_its_own_form_allows(row: dict[str, Any]) -> None:
    flow = flow_of(row["entrypoint"])
    schema = {**parameter_schema(flow).model_dump_for_openapi(), "additionalProperties": False}
    given = row.get("parameters", {})
    defaults = {name: part["default"] for name, part in schema["properties"].items() if "default" in part}
    assert validate({**defaults, **given}, schema, ignore_required=True) == []
    for schedule in row.get("schedules", []):
        assert validate({**given, **schedule.get("parameters", {})}, schema) == []
    if set(schema.get("required", [])) <= set(given):
        flow.validate_parameters(given)


async def firings(cron: str, timezone: str, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> list[datetime]:
    """Return when a schedule fires from a time to the end of the year, in UTC, as the server finds it out."""
    end = datetime(2026, 12, 31, tzinfo=UTC)
    found = await CronSchedule(cron=cron, timezone=timezone).get_dates(n=9000, start=start, end=end)
    return [datetime.fromtimestamp(one.timestamp(), UTC) for one in found]


@pytest.mark.parametrize(("row", "schedule"), SCHEDULES, ids=of_schedule)
async def test_its_schedule_says_its_time_zone_and_fires_as_often_when_clocks_change(
    row: dict[str, Any], schedule: dict[str, Any]
) -> None:
    assert set(schedule) <= {"slug", "cron", "timezone", "active", "parameters"}
    moments = await firings(schedule["cron"], schedule["timezone"])
    gaps = {later - earlier for earlier, later in pairwise(moments)}
    assert gaps in ({timedelta(hours=1)}, {timedelta(days=1)})


async def test_in_a_zone_with_summer_time_prefect_leaves_out_an_hour_and_moves_a_missing_time() -> None:
    """What docs/api.md tells of the hours between one and three; if this fails, Prefect mended it."""
    before = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    first, second, *_ = await firings("17 * * * *", "Europe/Berlin", before)
    assert second - first == timedelta(hours=2)
    local = [moment.astimezone(ZoneInfo("Europe/Berlin")) for moment in await firings("30 2 * * *", "Europe/Berlin")]
    assert [f"{moment:%m-%d %H:%M}" for moment in local if moment.hour != 2] == ["03-29 01:30"]


@pytest.mark.parametrize("row", [row for row in DEPLOYMENTS if "concurrency_limit" in row], ids=name_of)
def test_where_two_at_once_make_no_sense_the_second_waits_and_no_flow_retries_by_itself(row: dict[str, Any]) -> None:
    assert row["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}
    assert flow_of(row["entrypoint"]).retries == 0


def test_everything_on_a_schedule_runs_one_at_a_time() -> None:
    assert [name_of(row) for row, _ in SCHEDULES if "concurrency_limit" not in row] == []


def test_a_schedule_that_spends_money_waits_for_a_person() -> None:
    assert [name_of(row) for row, schedule in SCHEDULES if schedule["active"]] == ["reconcile/cpu", "upkeep/cpu"]


def test_what_a_brief_gets_wrong_is_named_by_its_field_and_all_at_once() -> None:
    with pytest.raises(BriefError) as refused:
        brief_of({"kind": "image", "prompt": "a port", "aspect": "9:61", "colour": "red"})
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["aspect", "colour"]
