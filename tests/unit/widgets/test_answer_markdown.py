from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.widgets.hostile import hostile
from widgets.answer_markdown import answer_parser


def _links(text: str) -> list[tuple[str, str]]:
    links = []
    for block in answer_parser().parse(text):
        children = block.children or []
        for index, child in enumerate(children):
            if child.type == "link_open":
                links.append((str(child.attrs["href"]), children[index + 1].content))
    return links


def _shown(text: str, flagged: list[str]) -> str:
    blocks = answer_parser(flagged).parse(text)
    return "".join(child.content for block in blocks for child in block.children or [])


def test_citations_become_links() -> None:
    assert _links("slow [E1], see [E2, E13] and [Events]") == [
        ("evidence:E1", "E1"),
        ("evidence:E2", "E2"),
        ("evidence:E13", "E13"),
    ]


def test_text_cannot_point_a_citation_elsewhere() -> None:
    assert _links("a [E1]\n\n[E1]: https://evil.example") == [("evidence:E1", "E1")]
    assert ("evidence:E1", "E1") in _links("a [E1](https://evil.example)")
    assert _links("code `[E1]`") == []


def test_flagged_phrases_are_marked_whole() -> None:
    assert _shown("9 of 1942 at 9.", ["9"]) == "⚑9 of 1942 at ⚑9."
    assert _shown("is 97% and `97%`", ["97%", " "]) == "is ⚑97% and ⚑97%"
    assert _shown("host db-1 down", ["db-1", "db"]) == "host ⚑db-1 down"


def test_html_is_shown_as_text() -> None:
    assert _shown("is <critical> now", []) == "is <critical> now"


@given(text=hostile, flagged=st.lists(hostile, max_size=3))
def test_any_text_parses(text: str, flagged: list[str]) -> None:
    answer_parser(flagged).parse(text)
