"""The key of a product: it follows everything that decides what comes out, and nothing else."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from media_factory import products
from media_factory.books.products import Product
from media_factory.briefs.model import Brief, ImageBrief, NarrationBrief, StoryBrief, VideoBrief
from media_factory.catalogue.listings import ListedModel, Listing, Listings, write_listings
from media_factory.design.brand import Brand
from media_factory.errors import InputError
from media_factory.factory import Factory
from media_factory.policy import Caps, ContentPolicy, Pace, Policy, Weights
from media_factory.products import product_key, standing, surroundings_of
from media_factory.settings import Endpoint, Settings
from media_factory.testing import FakeImage, FakeSpeech
from tests.conftest import MakeFactory

VERSIONS = {"speak": 1, "paint": 2}
BRIEF = StoryBrief(article="The port reopened.", id="port")


@pytest.fixture(autouse=True)
def own_home(home: Path) -> Path:
    return home


def digest(factory: Factory, versions: dict[str, int] = VERSIONS) -> str:
    return surroundings_of(factory, versions).digest


def test_the_same_surroundings_give_the_same_key_in_another_factory(make_factory: MakeFactory) -> None:
    one, other = make_factory(), make_factory()
    assert digest(one) == digest(other, dict(reversed(VERSIONS.items())))
    key = product_key(BRIEF, surroundings_of(one, VERSIONS))
    assert key == product_key(BRIEF.model_copy(), surroundings_of(other, VERSIONS))
    assert key.startswith("product/v1/") and len(key) == len("product/v1/") + 64


@pytest.mark.parametrize(
    "changed",
    [
        {"policy": Policy(weights=Weights(quality=0.9))},
        {"policy": Policy(fall_back=False)},
        {"policy": Policy(content=ContentPolicy(review="block"))},
        {"policy": Policy(caps=Caps(unknown_price="allow"))},
        {"policy": Policy(endpoints=(Endpoint(name="own", base_url="http://host/v1"),))},
        {"brand": Brand(primary="#0b1f1a")},
    ],
)
def test_what_decides_changes_the_key(make_factory: MakeFactory, changed: dict[str, Any]) -> None:
    assert digest(make_factory(**changed)) != digest(make_factory())


@pytest.mark.parametrize(
    "changed",
    [
        {"policy": Policy(caps=Caps(run_usd=None, day_usd=None))},
        {"policy": Policy(pace={"fake": Pace(at_once=1)}, deadline_s={"image": 3.0})},
        {"workers": 7, "lease_s": 99.0, "memory_bytes": 1 << 30},
    ],
)
def test_how_fast_and_for_how_much_does_not(make_factory: MakeFactory, changed: dict[str, Any]) -> None:
    assert digest(make_factory(**changed)) == digest(make_factory())


def test_a_stage_a_version_and_a_provider_count(make_factory: MakeFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = digest(make_factory())
    found = {
        digest(make_factory(), {**VERSIONS, "paint": 3}),
        digest(make_factory(), {**VERSIONS, "sing": 1}),
        digest(make_factory(FakeImage())),
        plain,
    }
    lacking = FakeSpeech()
    monkeypatch.setattr(lacking, "missing", lambda: "a key")
    assert digest(make_factory(FakeImage(), lacking)) == digest(make_factory(FakeImage()))
    monkeypatch.setattr(products, "__version__", "9.9")
    found.add(digest(make_factory()))
    assert len(found) == 5


def test_the_vendors_lists_and_a_day_of_switching_off_count(
    factory: Factory, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = digest(factory)
    listed = ListedModel(model="gpt-image-2", shutdown_date=date(2030, 1, 1))
    listing = Listing(provider="openai", listed_on=date(2026, 11, 1), models=(listed,))
    write_listings(home / "listings.json", Listings(vendors=(listing,)))
    told = digest(factory)
    monkeypatch.setattr(products, "today", lambda: date(2030, 1, 2))
    assert len({plain, told, digest(factory)}) == 3


def test_phrases_that_are_allowed_count_by_their_words(make_factory: MakeFactory, tmp_path: Path) -> None:
    phrases = tmp_path / "allowed.txt"
    phrases.write_text("one\n")
    factory = make_factory(policy=Policy(content=ContentPolicy(allow_file=phrases)))
    before = digest(factory)
    phrases.write_text("another one\n")
    assert digest(factory) != before


def test_whose_certificate_signs_counts_and_half_of_one_is_refused(make_factory: MakeFactory, tmp_path: Path) -> None:
    def signing(body: str) -> str:
        pem = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
        return digest(make_factory(settings=Settings({"C2PA_CERTIFICATE": pem, "C2PA_PRIVATE_KEY": SecretStr(pem)})))

    assert len({signing("AAAA"), signing("BBBB"), digest(make_factory())}) == 3
    with pytest.raises(InputError, match="C2PA_PRIVATE_KEY: is missing"):
        digest(make_factory(settings=Settings({"C2PA_CERTIFICATE": "-----BEGIN x"})))


@pytest.mark.parametrize(
    "brief",
    [
        BRIEF.model_copy(update={"seed": 1}),
        BRIEF.model_copy(update={"id": "other"}),
        NarrationBrief(text="The port reopened.", id="port"),
        ImageBrief(prompt="The port reopened.", id="port"),
    ],
)
def test_every_word_of_a_brief_counts(factory: Factory, brief: Brief) -> None:
    around = surroundings_of(factory, VERSIONS)
    assert product_key(brief, around) != product_key(BRIEF, around)


def test_a_file_that_a_brief_names_counts_by_its_content_and_a_url_by_its_name(
    factory: Factory, tmp_path: Path
) -> None:
    around = surroundings_of(factory, VERSIONS)
    music, shot = tmp_path / "calm.wav", tmp_path / "a.png"
    story = BRIEF.model_copy(update={"music": str(music)})
    video = VideoBrief.model_validate({"title": "V", "shots": [{"image": "https://h/p.png"}, {"image": str(shot)}]})
    keys = [product_key(story, around), product_key(video, around)]
    music.write_bytes(b"one")
    shot.write_bytes(b"one")
    keys += [product_key(story, around), product_key(video, around)]
    music.write_bytes(b"two")
    shot.write_bytes(b"two")
    os.utime(music, ns=(1, 1))
    os.utime(shot, ns=(1, 1))
    keys += [product_key(story, around), product_key(video, around)]
    assert len(set(keys)) == 6
    music.write_bytes(b"one")
    assert product_key(story, around) == keys[2]


def test_a_key_takes_less_than_a_third_of_a_millisecond(factory: Factory) -> None:
    around = surroundings_of(factory, VERSIONS)
    briefs = [BRIEF.model_copy(update={"id": f"port-{number}"}) for number in range(1_000)]
    began = time.process_time()
    assert len({product_key(brief, around) for brief in briefs}) == 1_000
    assert time.process_time() - began < 0.3


def test_a_product_stands_as_long_as_its_manifest_lies_in_its_folder(factory: Factory, tmp_path: Path) -> None:
    wanted: dict[str, Path] = {}
    for name, status in (("a", "passed"), ("b", "degraded"), ("c", "passed")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "manifest.json").write_text("{}")
        wanted[f"product/v1/{name}"] = folder
        product = Product(
            key=f"product/v1/{name}",
            folder=str(folder),
            id=name,
            kind="story",
            title=name,
            status=status,  # type: ignore[arg-type]
            page=str(folder / "index.html"),
        )
        factory.books.products.note(product)
    (tmp_path / "c" / "manifest.json").unlink()
    assert {product.id for product in standing(wanted, factory.books).values()} == {"a", "b"}
    assert {product.id for product in standing(wanted, factory.books, degraded=False).values()} == {"a"}
    assert standing({"product/v1/a": tmp_path / "b"}, factory.books) == {}
