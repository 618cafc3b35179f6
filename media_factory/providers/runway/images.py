"""Pictures by Runway."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from media_factory.catalogue.entries import models_of, price_of
from media_factory.providers.base import Call, Capabilities, ImageJobProvider, ImageReply
from media_factory.providers.downloads import MAX_PICTURE_BYTES
from media_factory.providers.runway.problems import NAME, runway_errors
from media_factory.providers.runway.tasks import RunwayTasks, Sizes, nearest_size, seed_of
from media_factory.requests import ImageRequest

if TYPE_CHECKING:
    from runwayml import AsyncRunwayML

# runwayml 5.24, `text_to_image`.
_SIZES: dict[str, Sizes] = {
    "gen4_image": (
        *((720, 720), (960, 720), (720, 960), (1280, 720), (720, 1280), (1680, 720), (1168, 880), (1024, 1024)),
        *((1360, 768), (1080, 1080), (1440, 1080), (1080, 1440), (1808, 768), (1920, 1080), (1080, 1920), (2112, 912)),
    )
}
_LARGER_FROM_PX = 721


class RunwayImages(RunwayTasks[ImageRequest, ImageReply], ImageJobProvider):
    """Draws with Runway, in the nearest of its sizes."""

    media_types = ("image/png", "image/jpeg", "image/webp")
    most_bytes = MAX_PICTURE_BYTES
    capabilities = Capabilities(
        modality="image", models=models_of(NAME, "image"), exact_size=False, max_text_chars=1000, max_side_px=2112
    )

    def price_usd(self, request: ImageRequest) -> Decimal | None:
        """Return the price of one picture in the size that would be asked for."""
        size = nearest_size(_sizes(request), request.width_px, request.height_px)
        return price_of(request.provider, "image", 1, "1080p" if min(size) >= _LARGER_FROM_PX else "720p")

    async def _create(self, client: AsyncRunwayML, request: ImageRequest, call: Call) -> Any:
        width_px, height_px = nearest_size(_sizes(request), request.width_px, request.height_px)
        asked: dict[str, Any] = {
            "model": request.provider.partition(":")[2],
            "prompt_text": request.prompt,
            "ratio": f"{width_px}:{height_px}",
            "seed": seed_of(request.seed),
        }
        with runway_errors(request.prompt):
            return await client.text_to_image.create(**asked)

    def _reply(self, **content: Any) -> ImageReply:
        return ImageReply(**content)


def _sizes(request: ImageRequest) -> Sizes:
    return _SIZES.get(request.provider.partition(":")[2], _SIZES["gen4_image"])


__all__ = ["RunwayImages"]
