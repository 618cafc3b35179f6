"""What users point at: paths and URLs, bounded, kept as assets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from media_factory.errors import InputError
from media_factory.factory import Factory
from media_factory.store.intake import take_in


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run an S3 server on loopback and name a bucket on it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="music")
    yield "music"
    server.stop()


async def test_a_file_is_kept_as_an_asset(factory: Factory, tmp_path: Path) -> None:
    (tmp_path / "bed.wav").write_bytes(b"RIFF....")
    asset = await take_in(str(tmp_path / "bed.wav"), "music", "audio/*", factory.store)
    assert await factory.store.read(asset) == b"RIFF...."


async def test_an_s3_url_is_read(factory: Factory, bucket: str) -> None:
    boto3.client("s3").put_object(Bucket=bucket, Key="beds/calm.wav", Body=b"calm")
    asset = await take_in(f"s3://{bucket}/beds/calm.wav", "music", "audio/*", factory.store)
    assert await factory.store.read(asset) == b"calm"


async def test_a_missing_object_is_named_with_its_field(factory: Factory, bucket: str) -> None:
    with pytest.raises(InputError, match=rf"^music: s3://{bucket}/nothing.wav can't be read"):
        await take_in(f"s3://{bucket}/nothing.wav", "music", "audio/*", factory.store)


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("/nowhere/bed.wav", "can't be read"),
        ("ftp://host/bed.wav", "ftp:// can't be read; give a path"),
        ("/", "can't be read"),
    ],
)
async def test_what_can_t_be_read_is_refused_by_field(factory: Factory, location: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        await take_in(location, "music", "audio/*", factory.store)
    assert str(refused.value).startswith("music: ")


async def test_an_empty_or_oversized_file_is_refused_and_nothing_is_kept(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "large").write_bytes(b"x" * 3_000_000)
    monkeypatch.setattr("media_factory.store.intake.MAX_INTAKE_BYTES", 2_000_000)
    for name, message in (("empty", "is empty"), ("large", "is larger than")):
        with pytest.raises(InputError, match=message):
            await take_in(str(tmp_path / name), "music", "audio/*", factory.store)
    assert not any((tmp_path / "store" / "assets").rglob("sha256/*/*"))


async def test_a_refusal_shows_no_login_and_no_signature(factory: Factory) -> None:
    with pytest.raises(InputError) as refused:
        await take_in("http://user:hunter2@127.0.0.1:9/bed.wav?X-Amz-Signature=abc", "music", "audio/*", factory.store)
    assert "hunter2" not in str(refused.value)
    assert "abc" not in str(refused.value)
