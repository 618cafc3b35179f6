"""What may not be made is refused before anybody is asked, and what wants a look says so."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from media_factory.briefs.model import BRIEF, Brief
from media_factory.calls.admission import admit
from media_factory.calls.pictures import make_picture
from media_factory.errors import ContentBlocked
from media_factory.policy import ContentPolicy, Policy
from media_factory.providers.base import Call, Capabilities, ModerationReply, Moderator
from media_factory.requests import ImageRequest, ModerationRequest
from media_factory.runs import Run, begin_run
from media_factory.testing import Dials, FakeImage
from tests.conftest import MakeFactory

SECRET = "harbourmaster"


def brief(text: str) -> Brief:
    return BRIEF.validate_python({"kind": "story", "title": "News", "scenes": [{"text": "All calm."}, {"text": text}]})


@pytest.fixture
def run() -> Iterator[Run]:
    with begin_run(Run()) as run:
        yield run


@pytest.fixture
def denying(tmp_path: Path) -> Policy:
    (tmp_path / "deny.txt").write_text(f"{SECRET}\n")
    return Policy(content=ContentPolicy(deny_file=tmp_path / "deny.txt"))


class Censor(Moderator):
    name = "censor"
    capabilities = Capabilities(modality="moderation", models=("one",))
    asked = 0

    def price_usd(self, request: ModerationRequest) -> Decimal:
        return Decimal(0)

    async def generate(self, request: ModerationRequest, call: Call) -> ModerationReply:
        self.asked += 1
        bad = "crude" in request.text
        return ModerationReply(flagged=bad, categories=("harassment",) if bad else (), price_usd=Decimal(0))


async def test_a_denied_word_in_any_scene_ends_the_run_without_being_quoted(
    make_factory: MakeFactory, run: Run, denying: Policy
) -> None:
    factory = make_factory(policy=denying)
    await admit(brief("Nothing happened."), factory, run)
    with pytest.raises(ContentBlocked) as refused:
        await admit(brief(f"The {SECRET} spoke."), factory, run)
    assert SECRET not in str(refused.value)


async def test_a_prompt_that_somebody_wrote_is_judged_before_it_is_paid_for(
    make_factory: MakeFactory, denying: Policy
) -> None:
    maker = FakeImage(Dials(name="vendor", vendor=True, price_usd=Decimal("0.04")))
    factory = make_factory(maker, policy=denying)
    with pytest.raises(ContentBlocked):
        await make_picture(
            ImageRequest(provider="vendor:instant", prompt=f"a {SECRET}", width_px=64, height_px=64), factory
        )
    assert not maker.dials.calls
    assert factory.books.ledger.budgets() == ()


async def test_a_vendor_s_moderation_is_asked_once_for_the_same_words_and_its_no_counts(
    make_factory: MakeFactory, run: Run
) -> None:
    censor = Censor()
    factory = make_factory(censor, policy=Policy(content=ContentPolicy(moderation="censor:one")))
    for _ in range(2):
        await admit(brief("Nothing happened."), factory, run)
    assert censor.asked == 1
    with pytest.raises(ContentBlocked, match="harassment"):
        await admit(brief("A crude joke."), factory, run)


async def test_a_plan_asks_nobody(make_factory: MakeFactory) -> None:
    censor = Censor()
    factory = make_factory(censor, policy=Policy(content=ContentPolicy(moderation="censor:one")))
    with begin_run(Run(planning=True)) as planned:
        await admit(brief("A crude joke."), factory, planned)
    assert censor.asked == 0
