"""Marked files in a delivery: signed once, kept, and named with both digests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from media_factory.books.makers import Makers
from media_factory.delivery.folder import marked_files
from media_factory.delivery.manifest import Manifest
from media_factory.delivery.provenance.credentials import context_for, read_credentials
from media_factory.delivery.provenance.identity import identity_of
from media_factory.delivery.provenance.keypair import KeyPair, key_pair
from media_factory.delivery.provenance.model import SOURCE_TYPES
from media_factory.errors import InputError
from media_factory.factory import Factory
from media_factory.files import sha256_of
from media_factory.settings import Settings
from tests.delivery.provenance.deliveries import NAMES, deliver
from tests.delivery.provenance.files import AI, TYPES
from tests.delivery.provenance.test_identity import KEYS, chain_for, written


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256_of(path) for path in files}


async def test_the_manifest_names_the_asset_and_the_delivered_file(
    factory: Factory, plain: dict[str, Path], tmp_path: Path
) -> None:
    manifest = await deliver(factory, plain, tmp_path / "out")
    assert Manifest.model_validate_json((tmp_path / "out" / "manifest.json").read_text()) == manifest
    assert (manifest.status, manifest.reasons) == ("passed", ())
    context = context_for(identity_of(key_pair(factory.home, Settings())))
    for output in manifest.outputs:
        path = tmp_path / "out" / output.path
        if output.path.startswith("media/"):
            assert output.marked is not None
            assert output.asset.hex == sha256_of(plain[path.name])
            assert (output.marked.sha256, output.marked.size_bytes) == (sha256_of(path), path.stat().st_size)
            assert output.marked.marks == ("c2pa", "iptc")
            found = read_credentials(path, TYPES[path.name], context)
            assert found is not None and found.generation is not None
            assert (found.state, found.generation.asset) == ("trusted", output.asset.digest)
        else:
            assert output.marked is None and sha256_of(path) == output.asset.hex
    assert marked_files(manifest, tmp_path) == {f"media/{name}": tmp_path / "media" / name for name in NAMES}


async def test_nothing_in_the_store_is_marked(factory: Factory, plain: dict[str, Path], tmp_path: Path) -> None:
    manifest = await deliver(factory, plain, tmp_path / "out")
    for output in manifest.outputs:
        assert sha256_of(await factory.store.fetch(output.asset)) == output.asset.hex


async def test_a_second_delivery_signs_nothing_again(factory: Factory, plain: dict[str, Path], tmp_path: Path) -> None:
    await deliver(factory, plain, tmp_path / "out")
    before = contents(tmp_path / "out")
    await deliver(factory, plain, tmp_path / "out")
    assert contents(tmp_path / "out") == before


async def test_a_delivered_file_that_was_altered_or_lost_is_marked_again(
    factory: Factory, plain: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    await deliver(factory, plain, out)
    before = contents(out)
    data = bytearray((out / "media/film.mp4").read_bytes())
    data[-1] ^= 1
    (out / "media/film.mp4").write_bytes(data)
    (out / "media/still.png").unlink()
    manifest = await deliver(factory, plain, out)
    after = contents(out)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {"media/film.mp4", "media/still.png", "manifest.json"}
    for output in manifest.outputs:
        assert not output.marked or output.marked.sha256 == after[output.path]


async def test_another_claim_or_another_signer_signs_again(
    factory: Factory, plain: dict[str, Path], tmp_path: Path
) -> None:
    names = ("still.png",)
    first = await deliver(factory, plain, tmp_path, names=names)
    other = AI.model_copy(update={"provider": "openai:gpt-image-3"})
    second = await deliver(factory, plain, tmp_path, names=names, origin=other)
    key = KEYS["es256"]()
    factory.settings = Settings(
        {"C2PA_CERTIFICATE": chain_for(key).decode(), "C2PA_PRIVATE_KEY": written(key).decode()}
    )
    third = await deliver(factory, plain, tmp_path, names=names, origin=other)
    marks = [one.output("still").marked for one in (first, second, third)]
    assert len({mark.sha256 for mark in marks if mark}) == 3
    assert marks[0] and marks[1] and marks[2]
    assert marks[0].claim != marks[1].claim == marks[2].claim
    assert marks[0].signer == marks[1].signer != marks[2].signer


async def test_a_brief_that_wants_no_provenance_gets_its_files_bare(
    factory: Factory, plain: dict[str, Path], tmp_path: Path
) -> None:
    manifest = await deliver(factory, plain, tmp_path / "out", signed=False)
    for name in NAMES:
        assert sha256_of(tmp_path / "out" / "media" / name) == sha256_of(plain[name])
    assert all(output.marked is None for output in manifest.outputs)
    assert json.loads((tmp_path / "out" / "publish.json").read_text())["signed"] is False
    assert not (factory.home / "signing").exists()


async def test_a_file_that_cannot_be_marked_is_delivered_bare_and_said_to_be(
    factory: Factory, plain: dict[str, Path], tmp_path: Path
) -> None:
    damaged = tmp_path / "still.png"
    damaged.write_bytes(b"no picture at all")
    manifest = await deliver(
        factory, {**plain, "still.png": damaged}, tmp_path / "out", names=("still.png", "still.jpg")
    )
    assert manifest.status == "degraded"
    assert [reason.partition(":")[0] for reason in manifest.reasons] == [
        "media/still.png does not say where it comes from"
    ]
    assert (tmp_path / "out" / "media" / "still.png").read_bytes() == b"no picture at all"
    assert manifest.output("still").marked is None
    assert manifest.outputs[1].marked is not None
    assert not [path for path in (factory.home / "scratch").glob("*") if path.is_dir()]


async def test_a_certificate_that_cannot_be_used_stops_the_delivery(
    factory: Factory, plain: dict[str, Path], tmp_path: Path
) -> None:
    factory.settings = Settings({"C2PA_CERTIFICATE": "/nowhere.pem"})
    with pytest.raises(InputError, match="C2PA_PRIVATE_KEY"):
        await deliver(factory, plain, tmp_path / "out")
    assert not (tmp_path / "out" / "manifest.json").exists()


async def test_whoever_publishes_is_told_what_to_declare(
    factory: Factory, plain: dict[str, Path], tmp_path: Path
) -> None:
    origin = AI.model_copy(update={"realistic": True})
    await deliver(factory, plain, tmp_path, origin=origin, names=("still.png",))
    notes = json.loads((tmp_path / "publish.json").read_text())
    assert (notes["ai_generated"], notes["realistic"], notes["synthetic_voice"]) == (True, True, False)
    assert notes["files"] == [
        {
            "path": "media/still.png",
            "role": "still",
            "ai_generated": True,
            "realistic": True,
            "synthetic_voice": False,
            "digital_source_type": SOURCE_TYPES + "trainedAlgorithmicMedia",
        }
    ]
    youtube = next(one for one in notes["platforms"] if one["platform"] == "youtube")
    assert youtube["declare"] is True
    assert youtube["label"]["field"] == "status.containsSyntheticMedia"
    assert all(one["label"]["source"] and one["label"]["read_on"] for one in notes["platforms"])


async def test_drawings_need_not_be_declared(factory: Factory, plain: dict[str, Path], tmp_path: Path) -> None:
    drawn = AI.model_copy(update={"source_type": "algorithmicMedia", "provider": "artboard:cards-1"})
    await deliver(factory, plain, tmp_path, origin=drawn, names=("still.png",))
    notes = json.loads((tmp_path / "publish.json").read_text())
    assert (notes["ai_generated"], {one["declare"] for one in notes["platforms"]}) == (False, {False})


async def test_every_delivered_file_is_noted_once_with_what_it_looks_like(
    factory: Factory, plain: dict[str, Path], tmp_path: Path
) -> None:
    manifest = await deliver(factory, plain, tmp_path / "out")
    for output in manifest.outputs:
        path = tmp_path / "out" / output.path
        (noted,) = factory.books.deliveries.of_file(sha256_of(path))
        assert (noted.path, noted.asset, noted.product) == (str(path), output.asset.digest, "product")
        assert (noted.likeness is not None) == (TYPES.get(path.name, "").startswith(("image/", "video/")))
    (first,) = factory.books.deliveries.of_file(sha256_of(tmp_path / "out" / "media" / "still.png"))
    await deliver(factory, plain, tmp_path / "out")
    assert factory.books.deliveries.of_file(first.sha256) == (first,)


def test_a_key_pair_alone_says_who_signs(tmp_path: Path) -> None:
    pair = key_pair(tmp_path, Settings())
    assert KeyPair(pair.chain, b"", own=True).fingerprint == identity_of(pair).fingerprint


def test_nobody_made_what_no_receipt_names(factory: Factory) -> None:
    makers: Makers = factory.books.makers
    assert makers.of([f"sha256:{1:064x}"]) == {}
    assert makers.inputs_of(f"sha256:{1:064x}") == ()
