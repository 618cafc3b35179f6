"""What is wrong with what an HDR10 film says about its light."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from media_factory.errors import RenderError
from media_factory.rendering.inspect_model import Finding, InspectionRequest
from media_factory.rendering.model import Hdr

if TYPE_CHECKING:
    from media_factory.rendering.hdr import HdrFacts

_CHECK = "hdr-metadata"


def hdr_inspection(asked: InspectionRequest, hdr: Hdr) -> InspectionRequest:
    """Return what to ask of the gate for a film's HDR10 rendition, given what is asked for the film."""
    return asked.model_copy(update={"master": hdr.video, "records": (), "colour": "hdr10"})


def hdr_finding(path: Path) -> Finding:
    """Return whether a film names the monitor that it was made for, and its own light, and both make sense."""
    from media_factory.rendering.hdr import hdr_facts

    try:
        facts = hdr_facts(path)
    except RenderError:
        return Finding(check=_CHECK, verdict="failed", message="the film names no mastering display: it is no HDR10")
    if problem := _problem(facts):
        return Finding(check=_CHECK, verdict="doubtful", message=problem)
    light = facts.light
    message = f"the film's light is said: {light.max_cll} cd/m2 at most, {light.max_fall} in a frame's mean"
    return Finding(check=_CHECK, verdict="passed", message=message)


def _problem(facts: HdrFacts) -> str | None:
    light, display = facts.light, facts.display_max_cdm2
    if not 0 <= facts.display_min_cdm2 < display:
        return f"the mastering display is said to reach from {facts.display_min_cdm2:g} to {display:g} cd/m2"
    if not light.max_cll or not light.max_fall:
        return "the film does not say how bright it gets: displays map its tones as if it used all of the monitor's"
    if light.max_fall > light.max_cll or light.max_cll > display:
        return f"the film's light does not add up: {light.max_cll} cd/m2 at most, {light.max_fall} in a frame's mean"
    return None


__all__ = ["hdr_finding", "hdr_inspection"]
