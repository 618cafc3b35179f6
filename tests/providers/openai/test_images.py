"""Pictures from OpenAI: sizes, prices, and what is asked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.errors import ContentRefused, InvalidRequest
from media_factory.providers.openai import OpenAIImages
from media_factory.providers.openai.images import size_for
from media_factory.testing.conformance import CALL
from media_factory.testing.simulator import Faults, Simulator
from tests.providers.openai.asked import IMAGE, settings

SIDES = st.integers(min_value=64, max_value=8192)


def _allowed(width: int, height: int) -> bool:
    in_steps = width % 16 == 0 and height % 16 == 0
    return (
        in_steps
        and max(width, height) <= 3840
        and 655_360 <= width * height <= 3840 * 2160
        and width <= 3 * height
        and height <= 3 * width
    )


@given(SIDES, SIDES)
def test_every_size_becomes_one_that_the_model_allows(width: int, height: int) -> None:
    assert _allowed(*size_for("gpt-image-2.5-flare", width, height))


@given(SIDES, SIDES)
def test_a_size_that_the_model_allows_is_asked_for_as_it_is(width: int, height: int) -> None:
    width, height = width // 16 * 16, height // 16 * 16
    if _allowed(width, height):
        assert size_for("gpt-image-2", width, height) == (width, height)


@given(SIDES, SIDES)
def test_a_size_within_the_limits_is_never_made_smaller(width: int, height: int) -> None:
    if (
        max(width, height) <= 3840
        and width * height <= 3840 * 2160 * 0.98
        and max(width, height) <= 3 * min(width, height)
    ):
        given_width, given_height = size_for("gpt-image-2", width, height)
        assert given_width >= width
        assert given_height >= height


@pytest.mark.parametrize(
    ("asked", "given_size"),
    [((1080, 1920), (1088, 1920)), ((1920, 1080), (1920, 1088)), ((90, 64), (960, 688)), ((8192, 64), (3840, 1280))],
)
def test_sizes_are_the_nearest_in_steps_of_sixteen(asked: tuple[int, int], given_size: tuple[int, int]) -> None:
    assert size_for("gpt-image-2.5-flare", *asked) == given_size


@pytest.mark.parametrize(
    ("asked", "given_size"), [((1920, 1080), (1536, 1024)), ((1080, 1920), (1024, 1536)), ((700, 640), (1024, 1024))]
)
def test_older_models_get_one_of_their_three_sizes(asked: tuple[int, int], given_size: tuple[int, int]) -> None:
    assert size_for("gpt-image-1.5", *asked) == given_size


@pytest.mark.parametrize("model", ["gpt-image-2.5-flare", "gpt-image-2.5-sunburst", "gpt-image-2"])
async def test_the_price_is_what_the_vendor_s_usage_comes_to_and_the_estimate_covers_it(model: str) -> None:
    request = IMAGE.model_copy(update={"provider": f"openai:{model}"})
    with Simulator() as simulator:
        provider = OpenAIImages(settings(simulator.base_url("openai")))
        reply = await provider.generate(request, CALL)
        (charge,) = simulator.billing.charges
    assert reply.price_usd is not None
    assert float(reply.price_usd) == pytest.approx(charge.price_usd)
    estimate = provider.price_usd(request)
    assert estimate is not None
    assert reply.price_usd * Decimal("0.95") <= estimate <= reply.price_usd * 2
    assert reply.vendor_id is not None
    assert reply.vendor_id.startswith("req_")


async def test_a_larger_picture_is_estimated_dearer() -> None:
    provider = OpenAIImages(settings("http://127.0.0.1:9"))
    small, large = (
        provider.price_usd(IMAGE.model_copy(update={"width_px": side, "height_px": side})) for side in (1024, 2048)
    )
    assert small is not None
    assert large is not None
    assert small < large < 3 * small


def test_a_model_whose_price_nobody_knows_has_none() -> None:
    request = IMAGE.model_copy(update={"provider": "openai:gpt-image-2.6-flare"})
    assert OpenAIImages(settings("http://127.0.0.1:9")).price_usd(request) is None


async def test_a_model_that_is_gone_is_refused_by_name() -> None:
    with (
        Simulator() as simulator,
        pytest.raises(InvalidRequest, match=r"openai:dall-e-3 answered 404: The model `dall-e-3`"),
    ):
        gone = IMAGE.model_copy(update={"provider": "openai:dall-e-3"})
        await OpenAIImages(settings(simulator.base_url("openai"))).generate(gone, CALL)


async def test_a_prompt_that_is_too_long_is_not_sent() -> None:
    with Simulator() as simulator, pytest.raises(InvalidRequest, match="at most 32000"):
        long = IMAGE.model_copy(update={"prompt": "x" * 32_001})
        await OpenAIImages(settings(simulator.base_url("openai"))).generate(long, CALL)


async def test_a_refusal_is_never_tried_again_nor_by_others() -> None:
    with Simulator(Faults(script=["refused"])) as simulator, pytest.raises(ContentRefused) as caught:
        await OpenAIImages(settings(simulator.base_url("openai"))).generate(IMAGE, CALL)
    assert not caught.value.retryable
    assert not caught.value.falls_back
    assert "safety system" in str(caught.value)
