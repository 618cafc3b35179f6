from datetime import date
from typing import get_args

import pytest

from media_factory.briefs.destinations import DESTINATIONS, aspects_for, loudness_for
from media_factory.briefs.fields import Aspect, Destination
from media_factory.briefs.publishing import DestinationSpec, Quantity, Sourced

SPECS = list(DESTINATIONS.values())


def rules(spec: DestinationSpec) -> list[Sourced]:
    found = [getattr(spec, name) for name in DestinationSpec.model_fields]
    return [*(rule for rule in found if isinstance(rule, Sourced)), *spec.bounds]


def test_every_destination_of_a_brief_has_its_rules() -> None:
    assert tuple(DESTINATIONS) == get_args(Destination)
    assert all(spec.name == name for name, spec in DESTINATIONS.items())


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_rule_says_where_and_when_it_was_read(spec: DestinationSpec) -> None:
    assert len(rules(spec)) >= 6
    for rule in rules(spec):
        assert len(rule.source) > 5
        assert rule.read_on >= date(2026, 1, 1)
        assert rule.source in rule.citation
        assert rule.reread == ("read again" in rule.citation)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_bound_bounds_something(spec: DestinationSpec) -> None:
    for bound in spec.bounds:
        assert bound.least is not None or bound.most is not None
        assert bound.least is None or bound.most is None or bound.least < bound.most
    binding = [bound.quantity for bound in spec.bounds if not bound.advised]
    assert len(binding) == len(set(binding))


@pytest.mark.parametrize(
    ("name", "quantity", "least", "most", "reread"),
    [
        ("tiktok", "duration_s", None, 600, False),
        ("tiktok", "short_side_px", 360, 4096, False),
        ("reels", "duration_s", 3, 900, False),
        ("reels", "size_bytes", None, 300_000_000, True),
        ("shorts", "duration_s", None, 180, False),
        ("youtube", "rate_fps", 24, 60, False),
        ("x", "duration_s", 0.5, 1200, True),
        ("x", "short_side_px", 32, 720, True),
        ("linkedin", "size_bytes", None, 500_000_000, False),
    ],
)
def test_limits_are_those_that_were_read(
    name: Destination, quantity: Quantity, least: float | None, most: float | None, *, reread: bool
) -> None:
    bound = DESTINATIONS[name].bound(quantity)
    assert bound is not None
    assert (bound.least, bound.most, bound.reread) == (least, most, reread)


def test_what_is_only_advised_binds_nobody() -> None:
    assert any(bound.quantity == "bitrate_bps" for bound in DESTINATIONS["x"].bounds)
    assert DESTINATIONS["x"].bound("bitrate_bps") is None


@pytest.mark.parametrize(
    ("destinations", "aspects"),
    [
        ((), ()),
        (("tiktok",), ("9:16",)),
        (("tiktok", "reels", "shorts"), ("9:16",)),
        (("broadcast", "tiktok", "youtube"), ("16:9", "9:16")),
    ],
)
def test_each_destination_gets_the_aspect_that_suits_it(
    destinations: tuple[Destination, ...], aspects: tuple[Aspect, ...]
) -> None:
    assert aspects_for(destinations) == aspects


@pytest.mark.parametrize(
    ("destinations", "loudness"),
    [
        ((), (-14, -1.5)),
        (("tiktok",), (-14, -1.5)),
        (("reels", "shorts", "x", "linkedin", "youtube"), (-14, -1.5)),
        (("podcast",), (-16, -1.5)),
        (("web",), (-16, -1.5)),
        (("broadcast",), (-23, -1)),
        (("web", "youtube"), (-14, -1.5)),
        (("tiktok", "podcast"), (-16, -1.5)),
        (("youtube", "podcast"), (-14, -1.5)),
        (("broadcast", "tiktok"), (-23, -1)),
    ],
)
def test_one_mix_is_as_loud_as_all_allow_or_else_as_the_first_wants(
    destinations: tuple[Destination, ...], loudness: tuple[float, float]
) -> None:
    assert loudness_for(destinations) == loudness


def test_platforms_without_caption_files_and_fields_for_synthetic_media_are_known() -> None:
    assert [spec.name for spec in SPECS if not spec.captions.formats] == ["tiktok", "reels"]
    assert {spec.name: spec.label.field for spec in SPECS if spec.label.field} == {
        "tiktok": "post_info.is_aigc",
        "reels": "is_ai_generated",
        "shorts": "status.containsSyntheticMedia",
        "youtube": "status.containsSyntheticMedia",
    }
