"""Manifests in every form: the same rows, the right lines, and no bad row that hides another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_factory.batches import reading
from media_factory.batches.reading import read_rows
from media_factory.batches.rows import RowForm
from media_factory.briefs.model import ImageBrief, NarrationBrief, StoryBrief, VideoBrief
from media_factory.errors import InputError
from tests.batches.manifests import FORMS, Fields, manifest, read_text, write_manifest

LINED: tuple[RowForm, ...] = ("jsonl", "csv", "yaml", "json")
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40).map(
    lambda text: f"Word {text} {'end'}"
)


@st.composite
def some_rows(draw: st.DrawFn) -> list[Fields]:
    rows: list[Fields] = []
    for number in range(draw(st.integers(1, 5))):
        row: Fields = {"kind": draw(st.sampled_from(("story", "narration", "image"))), "id": f"row-{number}"}
        row["title"] = draw(WORDS)
        body = {"story": "article", "narration": "text", "image": "prompt"}[row["kind"]]
        row[body] = draw(WORDS)
        if row["kind"] == "story":
            row |= draw(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "aspects": st.lists(st.sampled_from(("9:16", "16:9", "1:1")), min_size=1, unique=True),
                        "size": st.sampled_from((720, 1080)),
                        "hdr": st.booleans(),
                        "rate": st.sampled_from(("25", "30000/1001")),
                    },
                )
            )
        row |= draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "providers": st.dictionaries(st.sampled_from(("prompt", "image")), st.just("fake"), min_size=1),
                    "seed": st.integers(0, 2**32 - 1),
                    "language": st.sampled_from(("en", "de", "pt-BR")),
                },
            )
        )
        rows.append(row)
    return rows


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=some_rows())
def test_the_same_rows_read_the_same_in_every_form(tmp_path: Path, rows: list[Fields]) -> None:
    found = {form: list(read_rows(write_manifest(tmp_path, form, rows), {})) for form in FORMS}
    for form in FORMS:
        assert [row.problems for row in found[form]] == [()] * len(rows), form
        assert [row.brief for row in found[form]] == [row.brief for row in found["jsonl"]], form


GOOD: dict[RowForm, str] = {
    "jsonl": '{{"kind": "narration", "id": "n-{0}", "text": "Port {0} opens."}}\n',
    "csv": 'narration,n-{0},"Port {0}\n\nopens."\n',
    "yaml": "- kind: narration\n  id: n-{0}\n  text: |\n    Port {0} opens.\n",
    "json": ' {{"kind": "narration",\n "id": "n-{0}", "text": "Port {0} opens."}}',
}
BAD: dict[RowForm, tuple[str, ...]] = {
    "jsonl": (
        '{"kind": "narration", \n',
        "[1, 2]\n",
        '{"kind": "narration", "text": "\xff"}\n',
        '"\n',
        "{" * 2000 + "\n",
    ),
    "csv": ('narration,"x" y,Hi\n', "story,,\n", "narration,a,b,c,d\n", "narration,UPPER,Hi\n", "\xff,x,y\n"),
    "yaml": (
        "- kind: [\n",
        "- 3\n",
        "- {kind: narration, text: ]\n",
        '- "unclosed\n',
        "- kind: narration\n  text: \xff\n",
    ),
    "json": (' {"kind": nothing}', " 3", ' {"kind": "narration, "text": 1}', ' "unclosed', ' {"kind": "\xff"}'),
}
HEAD, JOIN, TAIL = {"csv": "kind,id,text\n", "json": "[\n"}, {"json": ",\n"}, {"json": "\n]\n"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=st.sampled_from(LINED), faults=st.lists(st.integers(-1, 4), min_size=1, max_size=8))
def test_a_bad_row_hides_no_other_and_says_its_line(tmp_path: Path, form: RowForm, faults: list[int]) -> None:
    text, wanted = HEAD.get(form, ""), dict[int, int]()
    for index, fault in enumerate(faults):
        wanted[text.count("\n") + 1] = fault
        text += GOOD[form].format(index) if fault < 0 else BAD[form][fault]
        text += JOIN.get(form, "") if index < len(faults) - 1 else TAIL.get(form, "")
    rows = read_text(tmp_path, form, text.encode("latin-1"))
    assert {row.number: bool(row.problems) for row in rows} == {line: fault >= 0 for line, fault in wanted.items()}
    assert all(problem.startswith(f"line {row.number}: ") for row in rows for problem in row.problems)
    assert all(row.brief is not None or row.problems for row in rows)


def test_a_quotation_mark_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    rows = read_text(tmp_path, "csv", 'kind,text\nnarration,"Hello.\nnarration,Bye.\nnarration,"A ""quoted"" word."\n')
    assert [(row.number, row.brief is None) for row in rows] == [(2, True), (3, False), (4, False)]
    assert rows[0].problems == ("line 2: is not CSV: ',' expected after '\"'",)
    rows = read_text(tmp_path, "csv", 'kind,text\nnarration,Hi.\nnarration,"Hello.\nnarration,Bye.\n')
    assert rows[1].problems == ("line 3: has a quotation mark that is never closed",)
    assert [row.number for row in rows] == [2, 3, 4]


@pytest.mark.parametrize(
    ("form", "text", "problem"),
    [
        ("jsonl", '{"kind": "story"}', "line 1: article: is missing; give exactly one of article, scenes, script, or"),
        ("jsonl", '\n{"kind": "story", "article": 5}', "line 2: article: is 5; text is allowed, so put it in quotes"),
        ("jsonl", '{"kind": "story", "artcle": "x"}', "line 1: artcle: 'artcle' is no field; did you mean article;"),
        ("jsonl", '{"kind": "batch", "manifest": "a.csv"}', "line 1: kind: a row can't be a batch; image, narration,"),
        ("jsonl", '{"text": "Hi."}', "line 1: kind: is missing; image, narration, video, story are allowed"),
        ("jsonl", '{"kind": "stor"}', "line 1: kind: 'stor' is unknown; did you mean story; image, narration, video, "),
        ("jsonl", '{"kind": "image", "kind": "image"}', "line 1: kind: 'kind' stands twice; once is allowed"),
        ("jsonl", '{"kind": }', "line 1: is not JSON: Expecting value at column 10"),
        ("json", '[\n{"kind": "image",\n "prompt": }]', "line 2: is not JSON: Expecting value in line 3, column 12"),
        ("json", '[{"kind": "image", "prompt": "x"}', "line 1: ends before the list does; a ] is missing"),
        ("yaml", "a: 1\n---\n# note\nkind: image\nprompt: [\n", "line 4: is not YAML in line 5: expected the node"),
        ("yaml", "kind: image\nprompt: *x\n", "line 1: is not YAML in line 2: found undefined alias"),
        ("csv", "kind;size;article\nstory;big;Hi.\n", "line 2: size: is 'big'; a whole number is allowed"),
        ("csv", "kind,aspects,article\nstory,9:16|3:2,Hi.\n", "line 2: aspects[1]: '3:2' is unknown;"),
        ("csv", "kind,text,\nnarration,Hi.,more\n", "line 2: has the cell 'more' in a column without a name"),
        ("csv", "kind,providers,providers.speech,text\nnarration,fake,fake,Hi.\n", "line 2: providers.speech: stan"),
    ],
)  # fmt: skip
def test_a_problem_says_where_and_what(tmp_path: Path, form: RowForm, text: str, problem: str) -> None:
    found = [line for row in read_text(tmp_path, form, text) for line in row.problems]
    assert any(line.startswith(problem) for line in found), found


def test_a_line_of_more_than_a_megabyte_is_a_problem_and_the_next_one_is_read(tmp_path: Path) -> None:
    long = json.dumps({"kind": "narration", "text": "x" * (3 << 20)})
    short = json.dumps({"kind": "narration", "text": "Hi."})
    for form, text in (
        ("jsonl", f"{long}\n{short}\n"),
        ("json", f"[{long},\n{short}]"),
        ("yaml", f"- {long}\n- {short}\n"),
    ):
        rows = read_text(tmp_path, form, text)  # type: ignore[arg-type]
        assert [(row.number, row.brief is None) for row in rows] == [(1, True), (2, False)], form
        assert "are too many; at most 1,048,576 are allowed" in rows[0].problems[0]


def test_more_rows_than_a_batch_may_have_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    with pytest.raises(InputError, match="more than 2 rows; split it"):
        read_text(tmp_path, "jsonl", '{"kind": "x"}\n' * 3)


@pytest.mark.parametrize("form", LINED)
def test_a_byte_order_mark_is_passed_over_and_utf_16_is_refused(tmp_path: Path, form: RowForm) -> None:
    text = HEAD.get(form, "") + GOOD[form].format(1) + TAIL.get(form, "")
    (row,) = read_text(tmp_path, form, text.encode("utf-8-sig"))
    assert row.brief is not None
    for coding in ("utf-16", "utf-16-le", "utf-32"):
        with pytest.raises(InputError, match="UTF-16 or UTF-32; save it as UTF-8"):
            read_text(tmp_path, form, text.encode(coding))


def test_defaults_fill_in_what_a_row_does_not_say(tmp_path: Path) -> None:
    defaults: Fields = {
        "kind": "story",
        "theme": "finance",
        "voice": "Ann",
        "providers": {"image": "artboard", "speech": "espeak"},
    }
    text = (
        '{"article": "Hi.", "id": "a", "theme": "water", "providers": {"image": "fake"}}\n'
        '{"kind": "image", "prompt": "A port.", "id": "b"}\n'
    )
    story, image = (row.brief for row in read_text(tmp_path, "jsonl", text, defaults))
    assert isinstance(story, StoryBrief)
    assert (story.theme, story.voice, story.providers.image, story.providers.speech) == (
        "water",
        "Ann",
        "fake",
        "espeak",
    )
    assert isinstance(image, ImageBrief)
    assert (image.theme, image.providers.image) == ("finance", "artboard")


def test_an_id_that_an_earlier_row_has_is_a_problem_of_the_later_one(tmp_path: Path) -> None:
    text = "kind,id,title,text\n" + "".join(
        f"narration,{cells}\n" for cells in ("a,,Hi.", "A!,,Hi.", "a,,Bye.", ",Port,Hi.", ",Port,Bye.")
    )
    rows = read_text(tmp_path, "csv", text)
    assert [row.brief is None for row in rows] == [False, True, True, False, True]
    assert rows[2].problems == ("line 4: id: 'a' is the id of line 2; give it another id",)
    assert rows[4].problems == ("line 6: id: 'port' is the id of line 5; give it another id",)
    assert rows[4].title == "Port"


def test_paths_in_a_row_are_meant_from_where_the_manifest_lies(tmp_path: Path) -> None:
    text = (
        '{"kind": "story", "article": "Hi.", "music": "beds/calm.wav", "id": "a"}\n'
        '{"kind": "video", "title": "V", "shots": [{"image": "p.jpg"}, {"image": "/p.jpg"}], "sound": "s3://b/s.wav"}\n'
    )
    story, video = (row.brief for row in read_text(tmp_path, "jsonl", text))
    assert isinstance(story, StoryBrief) and isinstance(video, VideoBrief)
    assert story.music == str(tmp_path / "beds/calm.wav")
    assert ([shot.image for shot in video.shots], video.sound) == ([str(tmp_path / "p.jpg"), "/p.jpg"], "s3://b/s.wav")
    far = manifest(tmp_path / "manifest.jsonl", "jsonl").model_copy(update={"base": "s3://bucket/nightly"})
    brief = next(read_rows(far, {})).brief
    assert isinstance(brief, StoryBrief)
    assert brief.music == "s3://bucket/nightly/beds/calm.wav"


def test_cells_become_what_their_fields_take(tmp_path: Path) -> None:
    text = (
        "kind\tarticle\taspects\tsize\thdr\trate\tproviders.image\tmusic\tguidelines\ttitle\n"
        "story\tHi.\t9:16 | 1:1\t720\tTRUE\t25\tartboard\t{\"prompt\": \"calm piano\"}\t[\"no | people\"]\t[LIVE] 7\n"
    )  # fmt: skip
    (row,) = read_text(tmp_path, "csv", text)
    brief: Any = row.brief
    assert isinstance(brief, StoryBrief), row.problems
    assert (brief.aspects, brief.size, brief.hdr, str(brief.rate)) == (("9:16", "1:1"), 720, True, "25")
    assert (brief.providers.image, brief.guidelines, brief.title) == ("artboard", ("no | people",), "[LIVE] 7")
    assert brief.music.prompt == "calm piano"  # type: ignore[union-attr]


def test_whole_numbers_that_a_table_kept_as_floats_are_whole_again(tmp_path: Path) -> None:
    rows: list[Fields] = [{"kind": "narration", "text": "Hi.", "id": name} for name in ("a", "b")]
    rows[0]["rate_wpm"] = 120.0
    found = [row.brief for row in read_rows(write_manifest(tmp_path, "parquet", rows), {})]
    assert [brief.rate_wpm for brief in found if isinstance(brief, NarrationBrief)] == [120, None]


def test_rows_of_a_table_are_counted_as_rows(tmp_path: Path) -> None:
    rows: list[Fields] = [{"kind": "narration", "text": "Hi."}, {"kind": "narration", "text": None}]
    found = list(read_rows(write_manifest(tmp_path, "parquet", rows), {}))
    assert found[1].problems == ("row 2: text: is missing; it is needed",)


@pytest.mark.parametrize(
    ("form", "text", "message"),
    [
        ("csv", "", "is empty; a first row that names the columns is needed"),
        ("csv", "kind,text,kind\n", "the column 'kind' stands twice"),
        ("csv", "kind,providers..image\n", "'providers..image' is no column"),
        ("json", "", "is empty; a list of rows is needed"),
        ("json", '{"kind": "image"}', "holds no list; one object a line is JSON Lines"),
        ("parquet", "PAR1 and more", "can't be read as Parquet"),
    ],
)
def test_a_file_that_holds_no_rows_is_refused_as_a_whole(
    tmp_path: Path, form: RowForm, text: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_text(tmp_path, form, text)


def test_documents_of_yaml_are_rows_and_so_are_the_entries_of_their_lists(tmp_path: Path) -> None:
    text = (
        "%YAML 1.2\n---\n# two forms\nkind: narration\nid: a\ntext: |\n  - not an entry\n--- # next\n"
        "  - kind: narration\n    id: b\n    text: Hi.\n\n  # and\n  - {kind: narration, id: c, text: Bye.}\n...\n"
    )
    rows = read_text(tmp_path, "yaml", text)
    assert [(row.number, row.brief and row.brief.id) for row in rows] == [(4, "a"), (9, "b"), (14, "c")]
