from __future__ import annotations

from fractions import Fraction

from media_factory.assets import Asset
from media_factory.delivery.extras_model import ImageSetRequest, PreviewRequest, Rung, RungsRequest, StoryboardRequest
from media_factory.delivery.footprint import film_pictures_memory, image_set_memory, rungs_memory
from media_factory.rendering.model import Segment

MIB = 1 << 20


def asset(width_px: int | None, height_px: int | None) -> Asset:
    return Asset(
        digest=f"sha256:{1:064x}", media_type="video/mp4", size_bytes=9, width_px=width_px, height_px=height_px
    )


def test_estimates_are_at_least_what_was_measured() -> None:
    rung = Rung(width_px=640, height_px=360, max_bitrate_bps=500_000)
    for (width_px, height_px), smaller, preview, storyboard in (
        ((1920, 1080), 219, 81, 69),
        ((3840, 2160), 718, 171, 160),
    ):
        film = asset(width_px, height_px)
        rungs = RungsRequest(segment=Segment(video=film, frames=1), rate=Fraction(30), rungs=(rung,))
        assert smaller <= rungs_memory(rungs) / MIB <= 2 * smaller
        assert preview <= film_pictures_memory(PreviewRequest(master=film)) / MIB
        assert storyboard <= film_pictures_memory(StoryboardRequest(master=film, frames=1, rate=Fraction(30))) / MIB
    assert image_set_memory(ImageSetRequest(image=asset(1350, 2400))) >= 159 * MIB
    assert image_set_memory(ImageSetRequest(image=asset(8000, 6000))) >= 550 * MIB


def test_a_film_that_does_not_say_its_size_takes_a_share_at_least() -> None:
    assert film_pictures_memory(PreviewRequest(master=asset(None, None))) > 0
