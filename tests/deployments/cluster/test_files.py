"""Images, compose and Kubernetes files: each is what its own schema, linter or reader says it may be."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from prefect.utilities.templating import apply_values
from prefect_kubernetes.worker import KubernetesWorkerJobConfiguration

from media_factory.delivery.links import SECRET_VARIABLE, URL_VARIABLE
from media_factory.factory import BOOKS_VARIABLE
from media_factory.home import HOME_VARIABLE
from media_factory.store.s3.environment import STORE_VARIABLE
from tests.prefect_server import CHECKOUT

DOCKER, KUBERNETES = CHECKOUT / "deployments/docker", CHECKOUT / "deployments/kubernetes"
COMPOSE = DOCKER / "compose.yaml"
# The oldest release that still gets fixes.
KUBERNETES_VERSION = "1.33"
OURS = re.compile(r"MEDIA_FACTORY_[A-Z0-9_]+")
TOOLS = Path(sys.executable).parent


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return found


def objects() -> Iterator[dict[str, Any]]:
    """Return every object of our Kubernetes files."""
    for name in ("factory.yaml", "secrets.example.yaml"):
        for document in yaml.safe_load_all((KUBERNETES / name).read_text()):
            yield from document["items"] if document["kind"] == "List" else [document]


def values_in(tree: Any) -> Iterator[Any]:
    """Return every leaf of a tree of mappings and lists."""
    for inner in tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else []:
        yield from values_in(inner)
    if not isinstance(tree, Mapping | list):
        yield tree


@pytest.mark.parametrize("name", ["Dockerfile", "cuda.Dockerfile"])
def test_the_linter_finds_nothing_in_an_image(name: str) -> None:
    done = subprocess.run([TOOLS / "hadolint", DOCKER / name], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", ["Dockerfile", "cuda.Dockerfile"])
def test_an_image_runs_as_nobody_in_particular_and_says_how_it_feels(name: str) -> None:
    last = (DOCKER / name).read_text().split("\nFROM ")[-1]
    assert "\nUSER 10001:10001\n" in last
    assert re.search(r"\nHEALTHCHECK .* CMD \[\"python\", \"-m\", \"deployments\.healthy\"\]\n", last)


def test_what_an_image_copies_passes_the_ignore_file() -> None:
    ignored = (CHECKOUT / ".dockerignore").read_text().split()
    wanted = {"blocks", "deployments", "flows", "media_factory", "tasks", "pyproject.toml", "README.md", "LICENSE"}
    assert {f"!{name}" for name in wanted} <= set(ignored)
    assert all((CHECKOUT / line[1:]).exists() for line in ignored if line.startswith("!"))


def test_images_install_what_the_tests_have_run_with() -> None:
    tested = pins(CHECKOUT / "requirements.lock")
    installed = pins(DOCKER / "requirements.lock")
    assert installed.items() <= tested.items()
    assert {"prefect", "psycopg2-binary", "prefect-redis", "prefect-kubernetes", "pyarrow"} <= installed.keys()
    assert not {"pytest", "moto", "mypy"} & installed.keys()


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==([^ ;\\]+)", lock.read_text(), re.MULTILINE))


def test_the_compose_file_meets_its_specification() -> None:
    command = [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_variable_that_compose_asks_for_is_in_the_example_and_none_has_a_value_that_is_a_secret() -> None:
    asked = set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE.read_text()))
    example = dict(
        line.split("=", 1)
        for line in (DOCKER / "env.example").read_text().splitlines()
        if line and not line.startswith("#")
    )
    assert asked == set(example)
    assert all(not value or value.startswith("http://localhost") for value in example.values())


def test_every_service_is_healthy_or_ends_before_another_counts_on_it() -> None:
    services = compose()["services"]
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            wanted = services[other]
            if how["condition"] == "service_healthy":
                checks = wanted.get("healthcheck") or {}
                assert "test" in checks or str(wanted["image"]).startswith("media-factory"), (name, other)
                assert not checks.get("disable"), (name, other)
            else:
                assert wanted.get("restart", "no") == "no", (name, other)


def test_nothing_of_the_cluster_is_reachable_from_other_machines_unless_somebody_says_so() -> None:
    ports = [port for service in compose()["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_variables_of_ours_in_the_files_are_ones_that_we_read() -> None:
    sources = "".join(
        path.read_text()
        for folder in ("media_factory", "blocks", "tasks", "deployments")
        for path in (CHECKOUT / folder).rglob("*.py")
    )
    known = set(OURS.findall(sources)) | {URL_VARIABLE, SECRET_VARIABLE, BOOKS_VARIABLE, HOME_VARIABLE, STORE_VARIABLE}
    # Settings of S3 and of publishing are fields behind a prefix.
    known |= {"MEDIA_FACTORY_S3_PRESET", "MEDIA_FACTORY_PUBLISH_ALWAYS"}
    for path in (*DOCKER.iterdir(), *KUBERNETES.iterdir()):
        if path.name != "requirements.lock":
            assert set(OURS.findall(path.read_text())) <= known, path.name


@pytest.mark.parametrize("thing", objects(), ids=lambda thing: f"{thing['kind']}-{thing['metadata']['name']}")
def test_a_kubernetes_object_meets_its_schema(thing: dict[str, Any]) -> None:
    kubernetes_validate.validate(thing, KUBERNETES_VERSION, strict=True)


@pytest.mark.parametrize("pool", ["cpu", "gpu"])
def test_a_pool_makes_a_job_that_meets_its_schema_and_asks_for_what_it_needs(pool: str) -> None:
    template = json.loads((KUBERNETES / f"{pool}-pool.json").read_text())
    variables = template["variables"]["properties"]
    used = set(re.findall(r"\{\{ (\w+) \}\}", json.dumps(template["job_configuration"])))
    assert used == set(variables)
    assert all("default" in variables[name] for name in used - {"name", "env", "labels", "annotations", "command"})
    defaults = {name: field["default"] for name, field in variables.items() if "default" in field}
    given = defaults | {
        "name": "run",
        "env": {},
        "labels": {},
        "annotations": {},
        "command": "prefect flow-run execute",
    }
    filled = apply_values(template["job_configuration"], given)
    configuration = KubernetesWorkerJobConfiguration(**filled)
    manifest = configuration.job_manifest | {"metadata": {"generateName": "run-", "namespace": "media-factory"}}
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    container["args"], container["env"] = container["args"].split(), []
    kubernetes_validate.validate(manifest, KUBERNETES_VERSION, strict=True)
    assert container["resources"]["limits"].get("nvidia.com/gpu") == (1 if pool == "gpu" else None)
    assert manifest["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"] is True


@pytest.mark.parametrize("pool", ["cpu", "gpu"])
def test_a_worker_of_the_cluster_takes_the_pool_that_its_template_is_for(pool: str) -> None:
    worker = yaml.safe_load((KUBERNETES / f"worker-{pool}.yaml").read_text())["worker"]
    assert worker["config"]["workPool"] == pool
    assert worker["config"]["type"] == "kubernetes"
    assert worker["config"]["baseJobTemplate"] == {"existingConfigMapName": f"{pool}-pool"}
    assert worker["extraEnvVarsSecret"] == "media-factory"


def test_the_server_s_values_name_secrets_and_hold_none() -> None:
    values = yaml.safe_load((KUBERNETES / "server.yaml").read_text())
    assert values["server"]["replicaCount"] >= 2
    assert values["backgroundServices"]["runAsSeparateDeployment"] is True
    assert values["secret"] == {"create": False, "name": values["server"]["basicAuth"]["existingSecret"]}
    assert not any("password" in str(value).lower() for value in values_in(values))
