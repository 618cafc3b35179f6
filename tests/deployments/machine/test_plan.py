"""What of prefect.yaml is deployed: what has a pool, and no decision of a person's is undone."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from deployments.machine.plan import Known, deploying, queues_of
from deployments.machine.pools import pools_for
from deployments.machine.registering import PREFECT_FILE
from media_factory.capacity import processors
from media_factory.errors import InputError

PLAN = """
pull:
  - prefect.deployments.steps.set_working_directory: {directory: "{{ $MEDIA_FACTORY_CHECKOUT }}"}
deployments:
  - name: cpu
    entrypoint: flows/story.py:produce_story
    work_pool: {name: cpu, work_queue_name: default}
    schedules:
      - {slug: nightly, cron: "0 2 * * *", timezone: Etc/UTC, active: false}
      - {slug: hourly, cron: "0 * * * *", timezone: Etc/UTC, active: true}
  - name: gpu
    entrypoint: flows/image.py:create_image
    work_pool: {name: gpu, work_queue_name: urgent}
  - name: gpu
    entrypoint: flows/video.py:create_video
    work_pool: {name: gpu, work_queue_name: default}
"""


def deployed(**options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(deploying(PLAN, **options))["deployments"]
    return found


def test_deployments_of_a_pool_that_is_not_here_are_left_out() -> None:
    assert [one["entrypoint"] for one in deployed(pools=["cpu"])] == ["flows/story.py:produce_story"]
    assert len(deployed(pools=["cpu", "gpu"])) == 3


def test_a_new_schedule_is_as_the_file_says() -> None:
    (story,) = deployed(pools=["cpu"])
    assert [(one["slug"], one["active"]) for one in story["schedules"]] == [("nightly", False), ("hourly", True)]


def test_a_schedule_that_is_there_stays_as_active_as_it_is() -> None:
    entrypoint = "flows/story.py:produce_story"
    here = Known(entrypoint=entrypoint, name="cpu", slugs=("hourly",))
    elsewhere = Known(entrypoint=entrypoint, name="other", slugs=("nightly",))
    (story,) = deployed(pools=["cpu"], known=[here, elsewhere])
    assert [(one["slug"], one.get("active")) for one in story["schedules"]] == [("nightly", False), ("hourly", None)]


@pytest.mark.parametrize("paused", [True, False])
def test_a_deployment_that_is_there_stays_as_paused_as_it_is(paused: bool) -> None:
    here = Known(entrypoint="flows/image.py:create_image", name="gpu", paused=paused)
    story, image, video = deployed(pools=["cpu", "gpu"], known=[here])
    assert image["paused"] is paused
    assert "paused" not in story
    assert "paused" not in video


def test_a_schedule_without_a_slug_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"flows/story\.py:produce_story: a schedule has no slug"):
        deploying(PLAN.replace("slug: hourly, ", ""), pools=["cpu"])


def test_queues_are_those_that_the_file_names() -> None:
    assert queues_of(PLAN, "gpu") == ("urgent", "default")
    assert queues_of(PLAN, "cpu") == ("default",)


def test_the_plan_that_we_come_with_can_be_deployed() -> None:
    text = PREFECT_FILE.read_text()
    named = {one["work_pool"]["name"] for one in yaml.safe_load(text)["deployments"]}
    assert named <= {pool.name for pool in pools_for(gpu=True)}
    assert "produce_story" in deploying(text, pools=["cpu"])


def test_the_processors_say_how_many_runs_there_are_at_once() -> None:
    cpu, gpu = pools_for(gpu=True)
    assert (cpu.name, cpu.limit, cpu.asked) == ("cpu", max(2, processors() // 2), False)
    assert (gpu.name, gpu.limit, gpu.asked) == ("gpu", 1, False)
    assert [(pool.limit, pool.asked) for pool in pools_for(gpu=True, cpu_runs=7, gpu_runs=1)] == [(7, True), (1, True)]
    assert [pool.name for pool in pools_for(gpu=False)] == ["cpu"]
