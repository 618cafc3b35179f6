"""Take the pictures of the story page that the documents show: `python -m tests.browser.pictures URL`.

URL is a page on a running media server, such as that of the delivery of `examples/apollo-11.md`.
"""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path

from PIL import Image

from tests.browser.watching import DESKTOP, PHONE, Scheme, browsing, watching

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
MOST_BYTES = 150_000
PHONE_WIDTH_PX = 585
_SHOTS: tuple[tuple[str, tuple[int, int], Scheme], ...] = (
    ("story-page", DESKTOP, "light"),
    ("story-page-dark", DESKTOP, "dark"),
    ("story-page-phone", PHONE, "light"),
    ("story-page-phone-dark", PHONE, "dark"),
)
_AT_S = 28.4


async def take(url: str) -> None:
    """Take every picture at the same moment of the film, while a word is lit."""
    async with browsing() as browser:
        for name, size, scheme in _SHOTS:
            async with watching(browser, url, size, scheme) as watched:
                await watched.page.evaluate(f"document.querySelector('#media').currentTime = {_AT_S}")
                await watched.page.keyboard.press("k")
                await watched.until(lit=bool, time=lambda time: time > _AT_S + 0.5)
                await watched.page.keyboard.press("k")
                await watched.until(paused=True, lit=bool)
                # The player's own controls fade once nothing moves.
                await asyncio.sleep(4)
                keep(await watched.page.screenshot(), FOLDER / f"{name}.jpg")


def keep(shot: bytes, path: Path) -> None:
    """Write a picture as JPEG, as good as fits."""
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    if picture.width < DESKTOP[0]:
        picture = picture.resize((PHONE_WIDTH_PX, picture.height * PHONE_WIDTH_PX // picture.width), Image.LANCZOS)
    for quality in range(88, 40, -4):
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
        if written.tell() < MOST_BYTES:
            path.write_bytes(written.getvalue())
            return
    raise SystemExit(f"{path.name} does not get smaller than {MOST_BYTES} bytes")


if __name__ == "__main__":
    asyncio.run(take(sys.argv[1]))
