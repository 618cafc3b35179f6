"""What picture formats cost at equal quality, which the settings of `delivery/renditions.py` rest on.

JPEG at the quality that is delivered sets the mark; WebP and AVIF are then searched for the quality that reaches the
same SSIMULACRA2 (100 is the original, 90 can't be told from it, 70 is high). Photographs come from wheels of
scikit-image and scikit-learn where these are installed, cards from our own artboard. `--json` prints one object
{"figures": {name: number}}; `--quick` takes one photograph and one card.

    python -m benchmarks.images [--json] [--quick]
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import time
from dataclasses import dataclass
from typing import Any

from PIL import Image
from ssimulacra2 import compute_ssimulacra2

from benchmarks.rendering.pictures import photographs
from media_factory.delivery.extras_model import ImageFormat
from media_factory.delivery.renditions import encoded, settings
from media_factory.drawing.picture import draw_picture
from media_factory.requests import Card, DataPoint, ImageRequest

_WIDTH, _HEIGHT = 480, 854
_POINTS = tuple(
    DataPoint(label=month, value=value, shown=f"{value}%") for month, value in (("May", 2.8), ("June", 3.4))
)
_CARDS = (
    Card(layout="title", kicker="Markets", headline="The board left rates alone and hinted at one cut"),
    Card(layout="figure", headline="Jobs added in May", figure="$300,000", figure_label="in exports a day"),
    Card(layout="chart", headline="Consumer prices rose", points=_POINTS, attribution="Statistics office"),
    Card(layout="list", headline="Three numbers will matter", items=("wages", "rents", "energy prices")),
)
_BEST, _WORST = 98, 40


@dataclass(frozen=True)
class Row:
    """One picture in one format, and in what it is as good as JPEG."""

    kind: str
    form: ImageFormat
    label: str
    quality: int
    score: float
    bytes_over_jpeg: float
    cpu_ms: float


def cards() -> list[Image.Image]:
    """Return designed cards with type."""
    asked = (
        ImageRequest(
            provider="artboard:1",
            prompt=card.headline or "",
            width_px=_WIDTH,
            height_px=_HEIGHT,
            seed=seed,
            theme=("news", "futuristic")[seed % 2],
            card=card,
        )
        for seed, card in enumerate(_CARDS)
    )
    return [draw_picture(request).image for request in asked]


def score(original: Image.Image, data: bytes) -> float:
    """Return the SSIMULACRA2 of an encoded picture."""
    reference = io.BytesIO()
    original.save(reference, "PNG", compress_level=1)
    shown = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("RGB").save(shown, "PNG", compress_level=1)
    return float(compute_ssimulacra2(reference, shown))


def least_quality(picture: Image.Image, form: ImageFormat, options: dict[str, Any], mark: float) -> int:
    """Return the lowest quality whose score reaches the mark; the best there is if none does."""
    low, high = _WORST, _BEST
    while low < high:
        middle = (low + high) // 2
        if score(picture, encoded(picture, form, **{**options, "quality": middle})) >= mark:
            high = middle
        else:
            low = middle + 1
    return low


def candidates(*, lettered: bool) -> list[tuple[ImageFormat, str, dict[str, Any]]]:
    """Return what is compared: formats, with the colour sampling where they have a choice."""
    avif = settings("avif", lettered=lettered)
    tried = ((7, "4:2:0"), (7, "4:4:4"), (8, avif["subsampling"]))
    return [
        ("webp", "webp", settings("webp", lettered=lettered)),
        *(
            ("avif", f"avif s{speed} {sampling}", {**avif, "speed": speed, "subsampling": sampling})
            for speed, sampling in tried
        ),
    ]


def measure(picture: Image.Image, kind: str) -> list[Row]:
    """Return one picture's rows."""
    lettered = kind == "card"
    base = settings("jpeg", lettered=lettered)
    data, cpu_ms = timed(picture, "jpeg", base)
    mark = score(picture, data)
    rows = [Row(kind, "jpeg", "jpeg", base["quality"], mark, 1.0, cpu_ms)]
    for form, label, options in candidates(lettered=lettered):
        quality = least_quality(picture, form, options, mark)
        made, cpu_ms = timed(picture, form, {**options, "quality": quality})
        rows.append(Row(kind, form, label, quality, score(picture, made), len(made) / len(data), cpu_ms))
    return rows


def timed(picture: Image.Image, form: ImageFormat, options: dict[str, Any]) -> tuple[bytes, float]:
    """Return an encoded picture, and what encoding took in CPU ms per megapixel."""
    began = time.process_time()
    data = encoded(picture, form, **options)
    return data, (time.process_time() - began) * 1e9 / (picture.width * picture.height)


def medians(rows: list[Row]) -> dict[tuple[str, str], dict[str, float]]:
    """Return the medians over the pictures, by kind and label."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.kind, row.label), []).append(row)
    names = ("quality", "score", "bytes_over_jpeg", "cpu_ms")
    return {
        key: {name: statistics.median(getattr(row, name) for row in group) for name in names}
        for key, group in groups.items()
    }


def main() -> None:
    """Measure all pictures and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    pictures = [("photo", Image.fromarray(pixels)) for pixels in photographs()[: 1 if options.quick else None]]
    pictures += [("card", picture) for picture in cards()[: 1 if options.quick else None]]
    found = medians([row for kind, picture in pictures for row in measure(picture, kind)])
    if options.json:
        figures = {
            f"{kind}_{label}_{name}".replace(" ", "_").replace(":", ""): round(value, 3)
            for (kind, label), values in found.items()
            for name, value in values.items()
        }
        print(json.dumps({"figures": figures}))
        return
    print(f"{'pictures':<10}{'format':<16}{'quality':>8}{'SSIMULACRA2':>13}{'bytes/JPEG':>12}{'CPU ms/Mpx':>12}")
    for (kind, label), row in found.items():
        numbers = f"{row['quality']:>8.0f}{row['score']:>13.1f}{row['bytes_over_jpeg']:>12.2f}{row['cpu_ms']:>12.0f}"
        print(f"{kind:<10}{label:<16}{numbers}")


if __name__ == "__main__":
    main()
