"""A delivered product is noted under its run's key, and counts no more once its folder or an asset says otherwise."""

from __future__ import annotations

from pathlib import Path

from flows.image import create_image
from media_factory.briefs.model import ImageBrief
from media_factory.delivery.manifest import Manifest
from media_factory.factory import Factory, factory_from_environment
from media_factory.products import standing
from media_factory.runs import Run, begin_run

KEY = "product/v1/" + 64 * "0"
BRIEF = ImageBrief(prompt="a port at dawn", width_px=128, height_px=128)


async def deliver(
    folder: Path, key: str | None = KEY, brief: ImageBrief = BRIEF, *, planning: bool = False
) -> Manifest:
    with begin_run(Run(product_key=key, planning=planning)):
        return await create_image.fn(brief, out=folder)


def stands(factory: Factory, folder: Path) -> bool:
    return KEY in standing({KEY: folder}, factory.books)


async def test_what_a_run_with_a_key_delivers_stands_until_something_else_lies_there(
    home: Path, tmp_path: Path
) -> None:
    factory, folder = factory_from_environment(), tmp_path / "out"
    await deliver(folder, planning=True)
    assert not stands(factory, folder)
    manifest = await deliver(folder)
    product = standing({KEY: folder}, factory.books)[KEY]
    assert (product.id, product.kind, product.title) == (manifest.id, "image", manifest.title)
    assert (product.status, product.cost_usd) == (manifest.status, manifest.cost_usd)
    assert product.page == str(folder / "index.html")
    await deliver(folder, key=None, brief=BRIEF.model_copy(update={"seed": 1}))
    assert not stands(factory, folder)
    factory.close()


async def test_a_product_whose_file_is_found_lost_later_is_made_again(home: Path, tmp_path: Path) -> None:
    factory, folder = factory_from_environment(), tmp_path / "out"
    picture = (await deliver(folder)).output("image")
    assert stands(factory, folder)
    factory.books.void_receipts_naming(picture.asset.digest)
    assert not stands(factory, folder)
    await deliver(folder)
    assert stands(factory, folder)
    factory.close()
