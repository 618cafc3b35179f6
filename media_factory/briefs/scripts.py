"""The script of a short video: a hook, the points that it promises, and what to do next."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from media_factory.briefs.fields import SpokenText
from media_factory.briefs.limits import MAX_POINTS
from media_factory.forms import as_form
from media_factory.model import Model


class ShortScript(Model):
    """A short-video script, spoken from the hook through the points to the call to action."""

    model_config = ConfigDict(title="Script", json_schema_extra=as_form)

    hook: SpokenText = Field(
        title="Hook",
        description="The first sentence: what the viewer gets, in at most a dozen words",
        examples=["Sixty seconds can slow your heart."],
    )
    points: tuple[SpokenText, ...] = Field(
        title="Main points",
        description="What is said, one point after the other",
        min_length=1,
        max_length=MAX_POINTS,
        examples=[["Breathe in for four.", "Hold for four."]],
    )
    call_to_action: SpokenText = Field(
        title="Call to action", description="What the viewer should do next", examples=["Follow for more."]
    )

    @property
    def lines(self) -> tuple[str, ...]:
        """The script in the order in which it is spoken."""
        return (self.hook, *self.points, self.call_to_action)


__all__ = ["ShortScript"]
