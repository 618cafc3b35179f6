"""Products in Prefect's UI: which artifacts a run leaves, under which keys, and that none of them can harm a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import Artifact, FlowRun
from prefect.runtime import flow_run

from flows.image import create_image
from media_factory.briefs.model import ImageBrief, Providers
from media_factory.delivery.links import URL_VARIABLE
from media_factory.delivery.manifest import Manifest
from media_factory.runs import Run, begin_run
from tasks.result import RESULT_TYPE
from tasks.showing import MOST_ROWS, artifact_key, shown
from tests.delivery.pages import image, story

pytestmark = pytest.mark.server

EVIL = "Up {factory.settings} {0.__class__} %s { *3%* [x](javascript:x)"


@flow(name="showing", persist_result=False)
async def showing(manifest: Any, out: Path | None = None) -> str:
    assert await shown(manifest, out) is manifest
    return str(flow_run.id)


async def artifacts_of(run_id: str) -> dict[str, Artifact]:
    """Return a run's artifacts by the last part of their keys."""
    async with get_client() as client:
        wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))
        found = await client.read_artifacts(artifact_filter=wanted)
    return {
        str(artifact.key).rpartition("-")[2]: artifact
        for artifact in found
        if artifact.type not in ("result", RESULT_TYPE)
    }


async def newest_run() -> FlowRun:
    async with get_client() as client:
        return max(await client.read_flow_runs(), key=lambda run: run.created or run.expected_start_time)


async def test_a_product_s_run_leaves_its_page_its_picture_its_stages_and_its_account(
    prefect_api: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, "http://127.0.0.1:4210")
    title = EVIL + " and so on" * 12
    brief = ImageBrief(title=title, prompt="a port", id="port", provenance="none", providers=Providers(image="fake"))
    manifest = await create_image(brief)
    run = await newest_run()
    found = await artifacts_of(str(run.id))
    assert run.name == f"image: {title}"[:99] + "…"
    assert {part: (artifact.key, artifact.type) for part, artifact in found.items()} == {
        "page": ("image-port-page", "markdown"),
        "picture": ("image-port-picture", "image"),
        "stages": ("image-port-stages", "table"),
        "account": ("image-port-account", "markdown"),
    }
    assert found["page"].data == ("[Open the page of this image](http://127.0.0.1:4210/deliveries/port/index.html)")
    assert found["picture"].data == f"http://127.0.0.1:4210/deliveries/port/{manifest.output('image').path}"
    rows = json.loads(str(found["stages"].data))
    assert [(row["stage"], row["state"]) for row in rows] == [(row.stage, row.state) for row in manifest.stages]
    assert str(found["account"].data).startswith("## Up \\{factory.settings\\}")


async def test_the_same_product_made_again_has_the_same_keys_so_that_its_history_is_seen(prefect_api: None) -> None:
    runs = [await showing(story()), await showing(story(status="degraded", reasons=("less",)))]
    keys = [{artifact.key for artifact in (await artifacts_of(run)).values()} for run in runs]
    assert keys[0] == keys[1] == {artifact_key(story(), "stages"), artifact_key(story(), "account")}


async def test_what_is_shown_holds_no_key_of_the_media_server_for_long_and_never_its_secret(
    prefect_api: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, "http://127.0.0.1:4210")
    monkeypatch.setenv("MEDIA_FACTORY_MEDIA_SECRET", "0123456789abcdef0123456789abcdef")
    found = await artifacts_of(await showing(image()))
    assert "/signed/" in str(found["picture"].data)
    assert "opens for 60 minutes" in str(found["picture"].description)
    assert "0123456789abcdef" not in str([artifact.model_dump() for artifact in found.values()])


async def test_a_media_server_that_is_not_well_named_costs_the_links_and_nothing_else(
    prefect_api: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(URL_VARIABLE, "not an address")
    assert set(await artifacts_of(await showing(image()))) == {"account", "stages"}
    assert "apollo-11: something is not shown as an artifact: InputError" in caplog.text


async def test_artifacts_that_the_server_refuses_do_not_fail_the_run(
    prefect_api: None, caplog: pytest.LogCaptureFixture
) -> None:
    refused = story(id="No Key At All")
    assert await artifacts_of(await showing(refused)) == {}
    assert caplog.text.count("No Key At All: something is not shown as an artifact") == 2


async def test_a_story_of_many_stages_shows_the_first_and_says_how_many_there_are(prefect_api: None) -> None:
    row = story().stages[0]
    many = story(stages=tuple(row.model_copy(update={"scene": at}) for at in range(MOST_ROWS + 7)))
    found = await artifacts_of(await showing(many))
    assert len(json.loads(str(found["stages"].data))) == MOST_ROWS
    assert found["stages"].description == f"{MOST_ROWS} of {MOST_ROWS + 7} stages"


async def test_a_plan_is_no_product(prefect_api: None) -> None:
    with begin_run(Run(planning=True)):
        assert await artifacts_of(await showing(story())) == {}


async def test_outside_a_flow_run_nothing_is_shown_and_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    # An address at which nobody answers: a call would fail.
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv(URL_VARIABLE, "not an address")
    manifest: Manifest = story()
    assert await shown(manifest) is manifest
