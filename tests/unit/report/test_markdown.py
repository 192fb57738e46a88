"""A report as Markdown: tables that hold together, and texts of outsiders that stay texts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from markdown_it import MarkdownIt
from syrupy.assertion import SnapshotAssertion

from sre_tui.memory.report import Report
from sre_tui.report.markdown import code, escaped, markdown_of
from tests.stubs.reports import HOSTILE, full_report, hostile_report, partial_report, quiet_report
from tests.unit.widgets.hostile import hostile
from widgets.text import plain_line

GITHUB = MarkdownIt("gfm-like", {"html": True})


def flat(text: str) -> str:
    return " ".join(plain_line(text).split())


@pytest.mark.parametrize("made", [full_report, quiet_report, partial_report])
def test_it_looks_like_this(made: Callable[[], Report], snapshot: SnapshotAssertion) -> None:
    text = markdown_of(made())
    tokens = GITHUB.parse(text)
    headings = [
        tokens[place + 1].content for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2"
    ]  # fmt: skip
    assert headings[0] == "Summary"
    assert len(headings) == len(set(headings))
    assert text == snapshot


@pytest.mark.parametrize("made", [full_report, hostile_report])
def test_every_row_has_as_many_cells_as_its_table(made: Callable[[], Report]) -> None:
    rows: list[int] = []
    widths: list[int] = []
    for token in GITHUB.parse(markdown_of(made())):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append(0)
        elif token.type in ("th_open", "td_open"):
            rows[-1] += 1
        elif token.type == "table_close":
            assert set(rows) == {rows[0]}
            widths.append(rows[0])
    assert len(widths) > 5


def test_the_marks_of_a_summary_are_kept() -> None:
    text = markdown_of(full_report())
    assert "The pool **tank** is degraded" in text
    assert "- Replace `sdc` in tank" in text
    assert "> ▲ Not borne out by the figures below: “three times”." in text


def test_nothing_of_strangers_acts() -> None:
    text = markdown_of(hostile_report())
    kinds = set()
    for token in GITHUB.parse(text):
        kinds |= {token.type, *(child.type for child in token.children or ())}
    assert not kinds & {"link_open", "image", "html_inline", "html_block", "s_open", "fence", "hr"}
    rendered = GITHUB.render(text)
    assert "<script" not in rendered
    assert "<img" not in rendered


@given(hostile)
@example(HOSTILE)
@example("1. one")
@example("---")
@example("- x\n# y\n\n    z")
@example("xmpp:a@b.example mailto:a@b.example ftp://e.example _a_ __b__ a_b_c")
@settings(max_examples=40, deadline=None)
def test_an_escaped_text_is_read_as_it_is(text: str) -> None:
    tokens = GITHUB.parse(escaped(text))
    assert [token.type for token in tokens] in (
        ["paragraph_open", "inline", "paragraph_close"], []
    )  # fmt: skip
    children = tokens[1].children or [] if tokens else []
    assert {child.type for child in children} <= {"text"}
    assert flat("".join(child.content for child in children)) == flat(text)


@given(hostile)
@example("a ` b `` c")
@example("`")
@settings(max_examples=40, deadline=None)
def test_code_is_read_as_it_is(text: str) -> None:
    tokens = GITHUB.parse(f"x {code(text)} y")
    assert len(tokens) == 3
    children = tokens[1].children or []
    assert [child.content for child in children if child.type == "code_inline"] == (
        [flat(text)] if flat(text) else []
    )
