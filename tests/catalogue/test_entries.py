"""The catalogue: what it knows of models, and what vendors' lists change about it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.catalogue.entries import (
    CatalogueEntry,
    catalogue,
    entry_of,
    price_of,
    retirement,
    shipped,
    with_listings,
)
from media_factory.catalogue.listings import ListedModel, Listing, Listings, listings_file, write_listings
from media_factory.errors import InputError

DAY = date(2026, 11, 20)
MONTHS = st.dates(date(2025, 1, 1), date(2028, 1, 1))


def entry(**fields: object) -> CatalogueEntry:
    base = {"provider": "acme", "model": "one", "modality": "image", "source": "a test", "verified_on": DAY}
    return CatalogueEntry.model_validate(base | fields)


def listed(*models: ListedModel) -> Listings:
    return Listings(vendors=(Listing(provider="acme", listed_on=date(2026, 12, 1), models=models),))


def test_every_shipped_model_is_there_once_and_its_replacement_is_in_the_catalogue() -> None:
    keys = [(one.reference, one.modality) for one in shipped()]
    assert len(keys) == len(set(keys))
    references = {one.reference for one in shipped()}
    vendors = {one.provider for one in shipped()}
    named = {one.replacement for one in shipped() if one.replacement}
    assert {name for name in named if name.partition(":")[0] in vendors} <= references


def test_no_replacement_is_itself_retired() -> None:
    retired = {one.reference for one in shipped() if one.status_on(DAY) == "retired"}
    assert not retired & {one.replacement for one in shipped()}


def test_a_retired_model_of_the_catalogue_is_refused_by_name() -> None:
    gone = [one for one in shipped() if one.status_on(DAY) == "retired"]
    assert gone
    for one in gone:
        assert f"{one.reference} was retired" in (retirement(one, DAY) or "")


@given(MONTHS, MONTHS)
def test_a_model_is_retired_from_its_shutdown_date_on(shutdown: date, day: date) -> None:
    one = entry(shutdown_date=shutdown, status="deprecated", replacement="acme:two")
    assert (one.status_on(day) == "retired") == (day >= shutdown)
    said = retirement(one, day)
    assert (said is None) == (day < shutdown)
    if said:
        assert said == f"acme:one was retired on {shutdown}; use acme:two"


def test_a_vendor_s_list_replaces_dates_and_limits_and_keeps_what_it_does_not_say() -> None:
    shutdown = date(2027, 1, 6)
    said = ListedModel(model="one", shutdown_date=shutdown, max_text_chars=900)
    (found,) = with_listings((entry(quality=0.9, replacement="acme:two"),), listed(said))
    assert (found.shutdown_date, found.max_text_chars, found.status) == (shutdown, 900, "deprecated")
    assert (found.quality, found.replacement, found.verified_on) == (0.9, "acme:two", date(2026, 12, 1))


def test_a_model_that_the_vendor_does_not_list_stays_as_it_is() -> None:
    assert with_listings((entry(),), listed(ListedModel(model="other"))) == (entry(),)


def test_a_model_that_only_the_vendor_knows_is_added_if_it_says_what_it_makes() -> None:
    found = with_listings((entry(),), listed(ListedModel(model="two", modality="speech"), ListedModel(model="three")))
    assert [(one.reference, one.modality, one.prices) for one in found[1:]] == [("acme:two", "speech", ())]


def test_a_list_of_one_modality_does_not_touch_the_other_s_model_of_that_name() -> None:
    entries = (entry(), entry(modality="speech"))
    picture, speech = with_listings(entries, listed(ListedModel(model="one", modality="speech", max_text_chars=5)))
    assert (picture.max_text_chars, speech.max_text_chars) == (None, 5)


def test_the_file_in_the_home_folder_stands_over_the_shipped_entries_at_once(home: Path) -> None:
    before = catalogue()
    assert before == shipped()
    target = before[0]
    write_listings(
        listings_file(),
        Listings(
            vendors=(
                Listing(
                    provider=target.provider,
                    listed_on=DAY,
                    models=(
                        ListedModel(model=target.model, shutdown_date=DAY),
                        ListedModel(model="fresh-1", modality="clip"),
                    ),
                ),
            )
        ),
    )
    found = entry_of(target.reference)
    assert found is not None
    assert found.shutdown_date == DAY
    assert entry_of(f"{target.provider}:fresh-1") is not None
    listings_file().unlink()
    assert catalogue() == before


@pytest.mark.parametrize(
    "content", ["{", '{"vendors": [{"provider": "acme"}]}', '{"vendors": [], "more": 1}', "[]", "\xff"]
)
def test_a_file_that_can_t_be_used_is_named_with_the_cure(home: Path, content: str) -> None:
    home.mkdir(parents=True)
    listings_file().write_text(content)
    with pytest.raises(InputError, match=r"listings\.json.*remove the file"):
        catalogue()


def test_prices_are_by_unit_and_variant_and_unknown_is_never_free() -> None:
    priced = [one for one in shipped() if one.prices]
    assert priced
    for one in priced:
        price = one.prices[0]
        assert price_of(one.reference, price.per, 2, price.variant) == price.usd * 2
    unpriced = [one for one in shipped() if not one.prices]
    assert all(price_of(one.reference, "image", 1) is None for one in unpriced)
    assert price_of("nobody:knows", "image", Decimal(1)) is None
