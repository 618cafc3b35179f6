"""What runs are called in Prefect's UI.

Names are made by functions. A template would be text to format, and what users write must never become one.
"""

from __future__ import annotations

from typing import Any

_MOST_CHARS = 100


def run_name() -> str:
    """Return the name of the flow run that asks: its brief's kind and title, such as "story: Port reopens"."""
    from prefect.runtime import flow_run

    brief = flow_run.parameters["brief"]
    return _short(f"{brief.kind}: {brief.title}")


def stage_run_name(stage: str, request: Any, scene: int | None) -> str:
    """Return the name of a stage's run, such as "synthesize-speech: scene 2 · espeak".

    Args:
        stage: its name.
        request: what it is asked; its provider is named, or else the size of its frames.
        scene: index of the scene that it belongs to.
    """
    provider = getattr(request, "provider", None)
    width_px, height_px = getattr(request, "width_px", None), getattr(request, "height_px", None)
    size = f"{width_px}×{height_px}" if width_px and height_px else None
    by = provider.partition(":")[0] if isinstance(provider, str) else size
    parts = [part for part in (None if scene is None else f"scene {scene + 1}", by) if part]
    return _short(f"{stage}: {' · '.join(parts)}" if parts else stage)


def _short(name: str) -> str:
    return name if len(name) <= _MOST_CHARS else f"{name[: _MOST_CHARS - 1].rstrip()}…"


__all__ = ["run_name", "stage_run_name"]
