"""What runs on a GPU pool: lists of pictures or clips that other runs need, made under the keys that those look for."""

from __future__ import annotations

from media_factory.calls.outcomes import Outcome
from media_factory.requests import ClipRequest, ImageRequest
from tasks.clips import generate_clip
from tasks.images import generate_image
from tasks.orchestration import flow
from tasks.run import running
from tasks.taking_over import make_list


@flow(name="image", persist_result=False)
async def paint_list(requests: list[ImageRequest], factory: str = "default", channel: str | None = None) -> Outcome:
    """Make pictures that other runs wait for.

    Args:
        requests: the pictures; those of one model are made in a row.
        factory: name of the saved factory to make them in; its store and books are those of the runs that wait.
        channel: what they are made for.

    Returns:
        What failed; what was made is in the books.
    """
    async with running(factory) as here:
        return await make_list(generate_image, requests, here, channel)


@flow(name="video", persist_result=False)
async def film_list(requests: list[ClipRequest], factory: str = "default", channel: str | None = None) -> Outcome:
    """Make clips that other runs wait for.

    Args:
        requests: the clips; those of one model are made in a row.
        factory: name of the saved factory to make them in; its store and books are those of the runs that wait.
        channel: what they are made for.

    Returns:
        What failed; what was made is in the books.
    """
    async with running(factory) as here:
        return await make_list(generate_clip, requests, here, channel)


__all__ = ["film_list", "paint_list"]
