"""One story on every store that we know: the same bytes, wherever they are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_factory.delivery.manifest import Manifest
from tests.flows.stories import TEXTS, produce, story_brief
from tests.store.servers import Server

# What is delivered beside assets (the page, its manifest) names times and costs of its own run.
BRIEF = story_brief(TEXTS[:2], providers={"image": "artboard", "speech": "espeak"}, provenance="none")


def keep_in(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the factory keep its assets in a new bucket, as a person's environment would, and return its name."""
    bucket = server.new_bucket()
    for name, value in {
        "MEDIA_FACTORY_STORE": f"s3://{bucket}",
        "AWS_ENDPOINT_URL_S3": server.endpoint_url,
        "AWS_ACCESS_KEY_ID": server.access_key_id,
        "AWS_SECRET_ACCESS_KEY": server.secret_access_key,
        "AWS_REGION": "us-east-1",
        "MEDIA_FACTORY_S3_PRESET": "ceph",
    }.items():
        monkeypatch.setenv(name, value)
    return bucket


def digests_of(manifest: Manifest) -> dict[str, str]:
    return {output.path: output.asset.digest for output in manifest.outputs if output.role != "page"}


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """Give the module the story as it is made in a folder of this machine."""
    folder = tmp_path_factory.mktemp("local")
    with pytest.MonkeyPatch.context() as here:
        here.setenv("MEDIA_FACTORY_HOME", str(folder / "home"))
        return produce(BRIEF, folder / "out")


@pytest.mark.parametrize("kind", ["moto", "ceph"])
def test_a_story_has_the_same_bytes_in_a_bucket_as_in_a_folder(
    kind: str,
    at_home: Manifest,
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    server: Server = request.getfixturevalue(kind)
    bucket = keep_in(server, monkeypatch)
    manifest = produce(BRIEF, tmp_path / "out")
    assert all(row.state == "made" for row in manifest.stages)
    assert digests_of(manifest) == digests_of(at_home)
    kept = {one["Key"].rsplit("/", 1)[-1] for one in objects_in(server, bucket)}
    assert {digest.removeprefix("sha256:") for digest in digests_of(manifest).values()} <= kept
    for path in digests_of(manifest):
        assert (tmp_path / "out" / path).is_file()


def objects_in(server: Server, bucket: str) -> list[dict[str, str]]:
    pages = server.client().get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [one for page in pages for one in page.get("Contents", [])]
