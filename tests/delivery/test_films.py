"""What the gate says of a film and of its HDR10 rendition is said of the product."""

from __future__ import annotations

import pytest

from media_factory.assets import Asset
from media_factory.delivery.extras_model import FilmExtras
from media_factory.delivery.films import FinishedFilm, are_blocked, reasons_of
from media_factory.rendering.inspect_model import Finding, Inspection, InspectionFigures, Verdict, status_of
from media_factory.rendering.model import Hdr, Master

ASSET = Asset(digest=f"sha256:{1:064x}", media_type="video/mp4", size_bytes=9)


def gate(*found: tuple[str, Verdict]) -> Inspection:
    findings = tuple(Finding(check=message, verdict=verdict, message=message) for message, verdict in found)
    return Inspection(status=status_of(findings), findings=findings, figures=InspectionFigures(frames=1))


def film(inspection: Inspection, hdr: Inspection | None = None) -> FinishedFilm:
    return FinishedFilm(
        aspect="9:16",
        master=Master(video=ASSET, frames=1),
        poster=ASSET,
        inspection=inspection,
        extras=FilmExtras(aspect="9:16"),
        hdr=Hdr(video=ASSET, max_cll=9, max_fall=4) if hdr else None,
        hdr_inspection=hdr,
    )


def test_what_is_wrong_with_both_is_said_once_and_what_is_wrong_with_hdr10_alone_is_said_so() -> None:
    made = film(gate(("too quiet", "doubtful")), gate(("too quiet", "doubtful"), ("no light levels", "doubtful")))
    assert reasons_of([made, made]) == ("too quiet", "HDR10: no light levels")
    assert not are_blocked([made])


@pytest.mark.parametrize(("verdict", "blocked"), [("failed", True), ("doubtful", False), ("passed", False)])
def test_an_hdr10_rendition_that_fails_blocks_the_product(verdict: Verdict, blocked: bool) -> None:
    fine = gate(("decodes", "passed"))
    assert are_blocked([film(fine), film(fine, gate(("hdr-metadata", verdict)))]) is blocked
    assert not are_blocked([film(fine)])
