"""What was delivered goes public after a person's yes, and is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_factory.briefs.model import BRIEF, ImageBrief
from media_factory.delivery.approval import files_digest, is_approved, judged, still_approved
from media_factory.delivery.folder import Delivery, read_manifest, write_manifest
from media_factory.delivery.manifest import Manifest, Output
from media_factory.delivery.releasing import awaits_approval, delivered, publish_delivered, release, withdraw
from media_factory.errors import InputError
from media_factory.factory import Factory
from media_factory.publishing.folder import FolderTarget
from media_factory.publishing.rules import Publisher
from tests.delivery.test_publishing import product

BRIEF_THAT_ASKS = ImageBrief(prompt="a pier", id="rates-hold", publish=True, approval=True)


@pytest.fixture
def publisher(factory: Factory, tmp_path: Path) -> Publisher:
    factory.publisher = Publisher(FolderTarget(tmp_path / "public", "https://media.example.org"))
    return factory.publisher


async def lying(factory: Factory, shade: int = 1, **changes: object) -> Manifest:
    """Have a product lie in the factory's deliveries, and return its manifest."""
    made = await product(factory.store, shade, kind="image", **changes)
    delivery = Delivery(factory)
    for output in made.outputs:
        if output.role != "page":
            delivery.add(output)
    return await delivery.finish(made, None)


def public(publisher: Publisher) -> list[Path]:
    assert isinstance(publisher.target, FolderTarget)
    root = Path(publisher.target.name)
    return [path for path in root.rglob("*") if path.is_file()]


async def test_nothing_is_public_before_somebody_said_yes(factory: Factory, publisher: Publisher) -> None:
    manifest = await lying(factory)
    left = await release(manifest, BRIEF_THAT_ASKS, factory, None, "run")
    assert left.published is None
    assert public(publisher) == []
    out = await release(judged(left, approved=True, by="Ada"), BRIEF_THAT_ASKS, factory, None, "run")
    assert out.published is not None
    assert public(publisher)
    assert read_manifest(factory.deliveries / "rates-hold") == out


async def test_a_no_is_kept_with_the_product_and_the_next_run_asks_again(
    factory: Factory, publisher: Publisher
) -> None:
    refused = judged(await lying(factory), approved=False, note="too dark")
    await release(refused, BRIEF_THAT_ASKS, factory, None, "run")
    assert public(publisher) == []
    kept = read_manifest(factory.deliveries / "rates-hold")
    assert kept is not None
    assert kept.approval == refused.approval
    assert awaits_approval(await lying(factory), BRIEF_THAT_ASKS, publisher)


async def test_a_yes_holds_for_the_same_files_and_for_no_others(factory: Factory, publisher: Publisher) -> None:
    agreed = judged(await lying(factory), approved=True)
    await release(agreed, BRIEF_THAT_ASKS, factory, None, "run")
    assert not awaits_approval(await lying(factory), BRIEF_THAT_ASKS, publisher)
    assert awaits_approval(await lying(factory, shade=2), BRIEF_THAT_ASKS, publisher)


async def test_the_page_of_a_product_may_change_under_a_yes(factory: Factory) -> None:
    manifest = await lying(factory)
    other = await factory.store.put(b"<!doctype html><p>another run", "text/html")
    outputs = [
        one if one.role != "page" else Output(role="page", path=one.path, asset=other) for one in manifest.outputs
    ]
    again = manifest.model_copy(update={"outputs": tuple(outputs)})
    assert files_digest(again) == files_digest(manifest)
    assert still_approved(again, judged(manifest, approved=True)) is not None
    assert still_approved(again, judged(manifest, approved=False)) is None


async def test_who_does_not_ask_is_not_waited_for_and_what_is_blocked_is_not_asked_about(
    factory: Factory, publisher: Publisher
) -> None:
    manifest = await lying(factory)
    plain = BRIEF_THAT_ASKS.model_copy(update={"approval": False})
    assert not awaits_approval(manifest, plain, publisher)
    assert (await release(manifest, plain, factory, None, "run")).published is not None
    blocked = manifest.model_copy(update={"status": "blocked", "reasons": ("black frames",)})
    assert not awaits_approval(blocked, BRIEF_THAT_ASKS, publisher)
    with pytest.raises(InputError, match="rates-hold is blocked and is not published: black frames"):
        await publish_delivered(blocked, factory, factory.deliveries / "rates-hold")


async def test_what_is_withdrawn_is_gone_and_its_yes_with_it(factory: Factory, publisher: Publisher) -> None:
    manifest = await release(judged(await lying(factory), approved=True), BRIEF_THAT_ASKS, factory, None, "run")
    back, gone = await withdraw(manifest, factory, factory.deliveries / "rates-hold")
    assert gone[0] == "general/rates-hold/manifest.json"
    assert public(publisher) == []
    assert back == read_manifest(factory.deliveries / "rates-hold")
    assert back.published is None
    assert not any(output.url for output in back.outputs)
    assert not is_approved(back)
    with pytest.raises(InputError, match="rates-hold is not published"):
        await withdraw(back, factory, factory.deliveries / "rates-hold")


async def test_a_product_is_found_by_its_id_and_by_its_folder(factory: Factory, tmp_path: Path) -> None:
    manifest = await lying(factory)
    assert delivered("rates-hold", factory) == (manifest, factory.deliveries / "rates-hold")
    write_manifest(replace_id(manifest, "elsewhere"), tmp_path / "out")
    assert delivered(str(tmp_path / "out"), factory)[0].id == "elsewhere"
    with pytest.raises(InputError, match="nobody: no manifest.json that can be read"):
        delivered("nobody", factory)


def replace_id(manifest: Manifest, name: str) -> Manifest:
    return manifest.model_copy(update={"id": name})


def test_a_brief_that_is_not_to_be_published_has_nothing_to_ask() -> None:
    with pytest.raises(ValueError, match="nothing to wait for where publish is false"):
        BRIEF.validate_python({"kind": "image", "prompt": "a pier", "publish": False, "approval": True})
