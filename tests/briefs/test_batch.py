"""The batch brief: read like any other, and refused by field."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from media_factory.briefs.batch import BatchBrief
from media_factory.briefs.reading import parse_brief, read_brief
from media_factory.errors import BriefError


def test_a_batch_is_read_from_every_format_of_briefs(tmp_path: Path) -> None:
    (tmp_path / "n.yaml").write_text("kind: batch\nmanifest: rows/nightly stories.csv\nbudget_usd: 2.5\n")
    (tmp_path / "n.toml").write_text('kind = "batch"\nmanifest = "rows/nightly stories.csv"\nbudget_usd = 2.5\n')
    (tmp_path / "n.json").write_text('{"kind": "batch", "manifest": "rows/nightly stories.csv", "budget_usd": 2.5}')
    found = [read_brief(tmp_path / name) for name in ("n.yaml", "n.toml", "n.json")]
    assert found[0] == found[1] == found[2]
    brief = found[0]
    assert isinstance(brief, BatchBrief)
    assert (brief.title, brief.id, brief.budget_usd) == ("nightly stories", "nightly-stories", Decimal("2.5"))
    assert (brief.strict, brief.retry_degraded, brief.at_once, brief.deadline_s) == (False, False, None, None)


def test_paths_of_a_batch_are_meant_from_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "n.yaml").write_text(
        "kind: batch\nmanifest: rows.csv\n"
        "defaults: {kind: story, music: calm.wav, shots: [{image: a.png, depth: 's3://b/d.png'}, 3]}\n"
    )
    brief = read_brief(tmp_path / "n.yaml")
    assert isinstance(brief, BatchBrief)
    assert brief.manifest == str(tmp_path / "rows.csv")
    assert brief.defaults == {
        "kind": "story",
        "music": str(tmp_path / "calm.wav"),
        "shots": [{"image": str(tmp_path / "a.png"), "depth": "s3://b/d.png"}, 3],
    }


@pytest.mark.parametrize(
    ("manifest", "name"), [("s3://b/nightly.jsonl?versionId=3", "nightly"), ("C:\\rows\\a.csv", "a"), ("/x/y.csv", "y")]
)
def test_a_batch_without_a_title_is_called_as_its_manifest(manifest: str, name: str) -> None:
    assert BatchBrief(manifest=manifest).id == name
    assert BatchBrief.model_validate({"manifest": manifest, "title": None, "id": ""}).title == name


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ("", "manifest: is missing; it is needed"),
        (
            ", manifest: a.csv, strct: true",
            "strct: 'strct' is no field; did you mean strict; allowed: kind, title,",
        ),
        (", manifest: a.csv, at_once: 0", "at_once: is 0; at least 1 is allowed"),
        (", manifest: a.csv, deadline_s: -1", "deadline_s: is -1; more than 0"),
        (
            ", manifest: a.csv, defaults: {voic: Ann}",
            "defaults: 'voic' is no field of any kind of row; did you mean ",
        ),
        (", manifest: a.csv, defaults: {kind: batch}", "defaults: 'batch' can't be a row's kind; image, narration,"),
    ],
)
def test_what_is_wrong_with_a_batch_is_said_by_field(fields: str, problem: str) -> None:
    with pytest.raises(BriefError) as refused:
        parse_brief(f"{{kind: batch{fields}}}", "yaml")
    assert refused.value.problems[0].startswith(problem)


def test_an_unknown_kind_is_told_of_batches_too() -> None:
    with pytest.raises(BriefError, match="'bach' is unknown; did you mean batch; image, .*, story, batch are allowed"):
        parse_brief("kind: bach", "yaml")
    with pytest.raises(BriefError, match="kind: 'batch' takes no text from Markdown"):
        parse_brief("---\nkind: batch\nmanifest: a.csv\n---\nSome text.", "markdown")


def test_every_field_of_the_form_has_a_title_and_a_meaning() -> None:
    for name, field in BatchBrief.model_fields.items():
        assert field.title and field.description, name
    schema = BatchBrief.model_json_schema()
    assert schema["required"] == ["manifest"]
    assert BatchBrief.model_validate_json(BatchBrief(manifest="a.csv").model_dump_json()).id == "a"
