"""Images and narrations, and both ways to run a flow from Python."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from PIL import Image

from flows.image import create_image
from flows.narration import create_narration
from media_factory.briefs.model import ImageBrief, NarrationBrief
from media_factory.errors import InputError
from tests.flows.stories import made

IMAGE = {"prompt": "container port at dawn, calm water", "width_px": 200, "height_px": 120}
TEXT = "The port reopened this morning. Forty vessels are waiting.\n\nFreight rates rose 4% while the gates were shut."


async def test_an_image_brief_becomes_a_picture_of_its_size(home: Path, tmp_path: Path) -> None:
    manifest = await create_image.fn(ImageBrief.model_validate(IMAGE), out=tmp_path)
    with Image.open(tmp_path / manifest.output("image").path) as picture:
        assert picture.size == (200, 120)
    assert manifest.status == "passed"
    assert [row.stage for row in manifest.stages] == ["write-prompt", "generate-image"]
    assert (tmp_path / "index.html").exists()


async def test_the_same_image_again_is_cached_and_another_seed_is_not(home: Path, tmp_path: Path) -> None:
    brief = ImageBrief.model_validate(IMAGE)
    await create_image.fn(brief, out=tmp_path)
    assert made(await create_image.fn(brief, out=tmp_path)) == set()
    other = brief.model_copy(update={"seed": 1})
    assert made(await create_image.fn(other, out=tmp_path)) == {("generate-image", None)}


async def test_without_a_folder_a_product_lies_in_the_factory_s_deliveries(home: Path) -> None:
    manifest = await create_image.fn(ImageBrief.model_validate(IMAGE))
    assert (home / "deliveries" / manifest.id / "manifest.json").exists()


async def test_a_narration_has_sound_captions_and_every_word(home: Path, tmp_path: Path) -> None:
    brief = NarrationBrief.model_validate({"text": TEXT, "providers": {"speech": "fake"}})
    manifest = await create_narration.fn(brief, out=tmp_path / "out")
    words = json.loads((tmp_path / "out" / "alignment.json").read_text())["words"]
    assert [word["text"] for word in words] == TEXT.split()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "narration.m4a", "captions.vtt", "captions.srt", "alignment.json", "index.html", "manifest.json",
        "publish.json",
    }  # fmt: skip
    assert manifest.duration_s is not None
    assert words[-1]["end_s"] <= manifest.duration_s
    assert manifest.status == "passed"


async def test_a_provider_that_isn_t_there_is_refused_by_name(home: Path, tmp_path: Path) -> None:
    brief = ImageBrief.model_validate({**IMAGE, "providers": {"image": "dalle"}})
    with pytest.raises(InputError, match=r"providers\.image: there is no image provider 'dalle'; installed: artboard"):
        await create_image.fn(brief, out=tmp_path)
    assert list(tmp_path.iterdir()) == [home]


async def test_a_named_factory_needs_prefect(home: Path) -> None:
    with pytest.raises(InputError, match="factory: 'studio' is a saved block"):
        await create_image.fn(ImageBrief.model_validate(IMAGE), factory="studio")


@pytest.mark.server
def test_from_a_plain_script_a_flow_runs_with_a_prefect_api(prefect_api: None, home: Path, tmp_path: Path) -> None:
    manifest = asyncio.run(create_image(ImageBrief.model_validate(IMAGE), out=tmp_path))
    assert manifest.output("image").path == "image.png"


@pytest.mark.server
async def test_where_a_loop_runs_already_as_in_a_notebook_a_flow_is_awaited(
    prefect_api: None, home: Path, tmp_path: Path
) -> None:
    manifest = await create_image(ImageBrief.model_validate(IMAGE), out=tmp_path)
    assert manifest.status == "passed"


@pytest.mark.server
async def test_a_factory_block_is_found_by_name(prefect_api: None, home: Path, tmp_path: Path) -> None:
    from blocks.factory import FactoryBlock
    from blocks.storage import LocalStorage

    storage = LocalStorage(folder=tmp_path / "studio-store")
    await storage.asave("studio", overwrite=True)
    await FactoryBlock(storage=storage, home=tmp_path / "studio").asave("studio", overwrite=True)
    await create_image(ImageBrief.model_validate(IMAGE), factory="studio")
    assert (tmp_path / "studio" / "books.db").exists()
    assert any((tmp_path / "studio-store" / "assets").rglob("sha256/*/*"))
    with pytest.raises(InputError, match="no block media-factory/nowhere is saved"):
        await create_image(ImageBrief.model_validate(IMAGE), factory="nowhere")
