"""A back end's way in, against a real server with an auth string and a worker: what is asked once is made once."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.client.orchestration import PrefectClient
from pydantic import SecretStr

from deployments.api import Client
from deployments.api.errors import RunFailed, RunUnfinished, ServerUnreachable
from deployments.automations import EVENTS, NAME, STUCK_NAME, end_stuck_cancellations, tell_of_dead_runs
from deployments.strictness import refuse_unknown_parameters
from media_factory.errors import BriefError, InputError
from media_factory.publishing.webhooks import Webhook
from tests.prefect_server import CHECKOUT, PrefectServer, free_port, prefect_server

pytestmark = pytest.mark.server
AUTH = "operator:correct-horse-battery"
BASIC = httpx.BasicAuth(*AUTH.split(":"))
PICTURE = {"kind": "image", "prompt": "a port at dawn", "width_px": 90, "height_px": 64, "title": "Port"}
PATIENCE_S = 240.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """Give a server with an auth string, our deployments on it, strict, and a worker."""
    settings = {
        "PREFECT_SERVER_API_AUTH_STRING": AUTH,
        "PREFECT_API_AUTH_STRING": AUTH,
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
        "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "2",
    }
    with prefect_server(tmp_path_factory.mktemp("api"), **settings) as running:
        running.deploy()
        assert asyncio.run(made_strict(running)) == ()
        with running.worker("cpu"):
            yield running


async def made_strict(server: PrefectServer) -> tuple[str, ...]:
    async with PrefectClient(server.api_url, auth_string=AUTH) as client:
        return await refuse_unknown_parameters(client)


def client_of(server: PrefectServer, url: str | None = None) -> Client:
    return Client(url or server.api_url, AUTH)


def call(server: PrefectServer, method: str, path: str, body: object = None) -> httpx.Response:
    """Ask as a back end without our client does: again when the server is busy."""
    while (
        answer := httpx.request(method, f"{server.api_url}{path}", json=body, auth=BASIC, timeout=60)
    ).is_server_error:
        assert answer.status_code == 503, answer.text
    return answer


def id_of(server: PrefectServer, deployment: str) -> str:
    return str(call(server, "GET", f"/deployments/name/{deployment}").json()["id"])


def create(server: PrefectServer, deployment: str, parameters: dict[str, Any]) -> httpx.Response:
    return call(server, "POST", f"/deployments/{id_of(server, deployment)}/create_flow_run", {"parameters": parameters})


@contextmanager
def flaky(server: PrefectServer, failures: list[str]) -> Iterator[str]:
    """Give the URL of a proxy that answers 503 while `failures` last: `before` asking the server, or `after` it did."""

    class Proxy(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            failure = failures.pop(0) if failures and self.path.endswith("create_flow_run") else None
            code, content = 503, b'{"detail": "busy"}'
            if failure != "before":
                headers = {name: self.headers[name] for name in ("Authorization", "Content-Type") if self.headers[name]}
                answer = httpx.request(
                    self.command, f"{server.url}{self.path}", content=body, headers=headers, timeout=60
                )
                if failure is None:
                    code, content = answer.status_code, answer.content
            self.send_response(code)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = handle_any  # noqa: N815 - the base class's names

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{proxy.server_port}/api"
    finally:
        proxy.shutdown()
        proxy.server_close()


@pytest.fixture
def at_rest(server: PrefectServer) -> Iterator[None]:
    """Keep the worker from taking runs, so that they stay as they were asked for."""
    for paused in (True, False):
        call(server, "PATCH", "/work_pools/cpu", {"is_paused": paused}).raise_for_status()
        if paused:
            yield


async def test_who_is_not_known_is_refused_and_told_how_to_be(server: PrefectServer) -> None:
    refused = httpx.post(f"{server.api_url}/flow_runs/filter", json={})
    assert refused.status_code == 401
    async with Client(server.api_url.replace("//", "//someone:else@"), "operator:wrong-password") as client:
        with pytest.raises(InputError, match="PREFECT_API_AUTH_STRING: the Prefect server at .* answered 401") as told:
            await client.runs()
    assert not [secret for secret in ("wrong-password", "someone", "else") if secret in str(told.value)]


async def test_where_no_server_is_the_address_is_named() -> None:
    async with Client(f"http://127.0.0.1:{free_port()}/api", AUTH) as client:
        with pytest.raises(ServerUnreachable, match="127.0.0.1:.* does not answer .ConnectError.; is it running"):
            await client.runs()


async def test_a_brief_becomes_one_run_though_the_server_fails_twice_and_its_manifest_comes_back(
    server: PrefectServer,
) -> None:
    failures = ["before", "after"]
    with flaky(server, failures) as url:
        async with client_of(server, url) as client:
            asked = await client.submit(PICTURE)
    assert (failures, asked.created) == ([], True)
    async with client_of(server) as client:
        with pytest.raises(RunUnfinished, match="has not ended within 0.01 s"):
            await client.result(asked.run_id, timeout_s=0.01)
        again = await client.submit({**PICTURE, "kind": "image", "id": "port"})
        assert (again.run_id, again.created) == (asked.run_id, False)
        assert again.ui_url == f"{server.url}/runs/flow-run/{asked.run_id}"
        manifest = await client.result(asked.run_id, PATIENCE_S)
        status = await client.status(asked.run_id)
        listed = await client.runs(limit=200)
    assert (manifest.title, manifest.status) == ("Port", "passed")
    assert manifest == manifest.model_validate_json(
        (server.folder / "home" / "deliveries" / "port" / "manifest.json").read_text()
    )
    assert (status.name, status.state, status.state_name, status.final) == (
        "image: Port", "completed", "Completed", True,
    )  # fmt: skip
    assert status.started is not None
    assert status.ended is not None
    assert status.started < status.ended
    assert asked.run_id in {one.run_id for one in listed}


async def test_a_key_of_the_caller_s_is_one_run_for_callers_at_the_same_time(
    server: PrefectServer, at_rest: None
) -> None:
    async with client_of(server) as client:
        asked = await asyncio.gather(
            *(client.submit({**PICTURE, "seed": 1}, idempotency_key="order-66") for _ in range(5))
        )
        assert len({one.run_id for one in asked}) == 1
        assert [one.created for one in asked].count(True) == 1
        assert (await client.cancel(asked[0].run_id)).state == "cancelled"
        later = await client.submit({**PICTURE, "seed": 1}, idempotency_key="order-66")
        assert (later.run_id, later.created) == (asked[0].run_id, False)


async def test_without_a_key_what_was_cancelled_may_be_asked_for_again_once(
    server: PrefectServer, at_rest: None
) -> None:
    brief = {**PICTURE, "seed": 2}
    async with client_of(server) as client:
        first = await client.submit(brief)
        assert (await client.cancel(first.run_id)).state == "cancelled"
        with pytest.raises(RunFailed, match="ended as Cancelled"):
            await client.result(first.run_id, PATIENCE_S)
        second, third = await asyncio.gather(client.submit(brief), client.submit(brief))
        assert second.run_id == third.run_id != first.run_id
        await client.cancel(second.run_id)
        assert (await client.cancel(first.run_id)).state == "cancelled"


async def test_a_run_that_is_cancelled_while_it_works_ends(server: PrefectServer) -> None:
    sentence = "The port reopened this morning after a storm that had kept forty vessels waiting offshore. "
    brief = {"kind": "story", "title": "Long", "article": sentence * 40, "size": 1080}
    async with client_of(server) as client:
        asked = await client.submit(brief)
        async with asyncio.timeout(PATIENCE_S):
            while (await client.status(asked.run_id)).state != "running":
                await asyncio.sleep(0.2)
        await client.cancel(asked.run_id)
        assert (await client.wait(asked.run_id, PATIENCE_S)).state == "cancelled"


async def test_what_is_wrong_with_a_brief_is_said_before_anything_is_asked(server: PrefectServer) -> None:
    async with client_of(server) as client:
        before = await client.runs(limit=200)
        with pytest.raises(
            BriefError, match="^aspect: '9:61' is unknown; did you mean 9:16; 9:16, 16:9, 1:1, 4:5 are allowed"
        ):
            await client.submit({**PICTURE, "aspect": "9:61"})
        with pytest.raises(BriefError) as refused:
            await client.submit_all([PICTURE, {**PICTURE, "colour": "red"}, {"kind": "film"}])
        assert [problem.partition(":")[0] for problem in refused.value.problems] == [
            "briefs[1].colour",
            "briefs[2].kind",
        ]
        with pytest.raises(InputError, match="deployment: the server has no 'image/moon'"):
            await client.submit(PICTURE, deployment="image/moon")
        with pytest.raises(InputError, match="run 'x' is no run id"):
            await client.status("x")
        with pytest.raises(InputError, match="the server has none of this id"):
            await client.status("00000000-0000-0000-0000-000000000000")
        assert await client.runs(limit=200) == before


def test_an_unknown_parameter_is_refused_by_name_and_so_is_an_unknown_field(server: PrefectServer) -> None:
    unknown = create(server, "image/cpu", {"brief": PICTURE, "colour": "red"})
    assert unknown.status_code == 409
    assert "'colour' was unexpected" in unknown.json()["detail"]
    field = create(server, "image/cpu", {"brief": {**PICTURE, "colour": "red"}})
    assert field.status_code == 409
    assert "'colour' was unexpected" in field.json()["detail"]
    missing = create(server, "story/cpu", {})
    assert missing.status_code == 409


async def test_what_only_the_server_knows_to_be_wrong_is_an_input_error_in_its_words(server: PrefectServer) -> None:
    async with client_of(server) as client:
        with pytest.raises(InputError, match="refused it .409.: .*'colour' was unexpected"):
            body = {"parameters": {"brief": PICTURE, "colour": "red"}}
            await client._server.ask("POST", f"/deployments/{id_of(server, 'image/cpu')}/create_flow_run", body)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_the_python_example_and_the_commands_ask_for_the_same_run(server: PrefectServer, tmp_path: Path) -> None:
    key = "examples/port-at-dawn"
    (artifact,) = json.loads(server.run("sh", "examples/submit.sh"))
    assert artifact["data"]["kind"] == "image"
    digest = artifact["data"]["outputs"][0]["asset"]["digest"]
    said = server.run(sys.executable, "examples/submit.py")
    assert artifact["flow_run_id"] in said
    assert f"image image.png {digest}" in said
    brief = tmp_path / "port.json"
    brief.write_text(json.dumps(PICTURE))
    program = (sys.executable, "-c", "from deployments.cli import main; main()")
    assert "container-port-at-dawn: passed" in server.run(*program, "submit", str(brief), "--wait", "--key", key)
    shown = json.loads(server.run(*program, "runs", artifact["flow_run_id"], "--json"))
    assert (shown["name"], shown["state"]) == ("image: container port at dawn", "completed")


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_curl_example_ends_when_it_is_refused(server: PrefectServer) -> None:
    environment = {**server.environment, "PREFECT_API_AUTH_STRING": 'x:"\\'}
    done = subprocess.run(
        ["sh", "examples/submit.sh"], cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "401" in done.stderr


@pytest.mark.long
async def test_a_cron_schedule_fires_a_batch(server: PrefectServer, tmp_path: Path) -> None:
    manifest = tmp_path / "tonight.jsonl"
    manifest.write_text(
        "".join(
            json.dumps({**PICTURE, "title": f"Port {number}", "prompt": f"port {number} at night"}) + "\n"
            for number in range(3)
        )
    )
    deployment, out = id_of(server, "batch/cpu"), tmp_path / "out"
    brief = {"kind": "batch", "title": "Tonight", "manifest": str(manifest)}
    schedule = {
        "active": True,
        "schedule": {"cron": "* * * * *", "timezone": "Etc/UTC"},
        "parameters": {"brief": brief, "out": str(out)},
    }
    (set_up,) = call(server, "POST", f"/deployments/{deployment}/schedules", [schedule]).json()
    ended = {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}}
    wanted = {"deployments": {"id": {"any_": [deployment]}}, "flow_runs": ended, "sort": "START_TIME_ASC"}
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (fired := call(server, "POST", "/flow_runs/filter", wanted).json()):
                await asyncio.sleep(0.5)
    finally:
        call(server, "DELETE", f"/deployments/{deployment}/schedules/{set_up['id']}").raise_for_status()
    assert (fired[0]["auto_scheduled"], fired[0]["state_name"]) == (True, "Completed")
    async with client_of(server) as client:
        result = await client.batch_result(fired[0]["id"])
    assert (result.totals.made, result.all_well) == (3, True)
    assert {folder.name for folder in out.iterdir() if folder.is_dir()} == {"port-0", "port-1", "port-2"}


async def test_the_server_is_set_to_tell_of_dead_runs_once_and_a_person_s_no_stays(server: PrefectServer) -> None:
    webhook = Webhook(url=SecretStr("https://hooks.example.com/a"), secret=SecretStr("sixteen characters"))
    async with PrefectClient(server.api_url, auth_string=AUTH) as client:
        first = await tell_of_dead_runs(client, webhook)
        await client.pause_automation(first)
        assert (
            await tell_of_dead_runs(client, webhook.model_copy(update={"url": SecretStr("https://x.example.com")}))
            == first
        )
        assert await end_stuck_cancellations(client) == await end_stuck_cancellations(client) != first
        (kept,) = await client.read_automations_by_name(NAME)
        (ending,) = await client.read_automations_by_name(STUCK_NAME)
        assert (kept.id, ending.enabled) == (first, True)
        assert not kept.enabled
        assert set(kept.trigger.expect) == set(EVENTS)  # type: ignore[union-attr]
        document = await client.read_block_document(kept.actions[0].block_document_id, include_secrets=True)  # type: ignore[union-attr]
    assert document.data["url"] == "https://x.example.com"
    assert document.data["allow_private_urls"] is False
    assert "sixteen characters" not in json.dumps(document.data)
