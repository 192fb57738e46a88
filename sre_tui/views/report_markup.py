"""The Markdown of a summary as paragraphs: bold stays bold, lists stay lists, nothing of it acts.

A model wrote it after reading what strangers wrote, so its links, pictures and HTML are shown as
the text they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from sre_tui.views.report_parts import Paragraph, Span
from widgets.cell import Tone

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_DEEPEST: Final = 3
"""Levels of lists that are told apart."""
_ACTING: Final = (
    "link", "image", "autolink", "linkify", "html_inline", "html_block", "reference", "entity",
)  # fmt: skip


def paragraphs(markdown: str) -> tuple[Paragraph, ...]:
    """Paragraphs and items of lists; headings become bold paragraphs, code keeps its lines."""
    return tuple(_paragraphs(_parser().parse(markdown)))


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").disable(list(_ACTING), ignoreInvalid=True)


def _paragraphs(tokens: Sequence[Token]) -> Iterator[Paragraph]:
    lists: list[int | None] = []
    mark = ""
    strong = False
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                number = lists[-1]
                mark = "·" if number is None else f"{number}."
                if number is not None:
                    lists[-1] = number + 1
            case "heading_open":
                strong = True
            case "heading_close":
                strong = False
            case "inline":
                depth = min(_DEEPEST, max(0, len(lists) - (1 if mark else 0)))
                yield Paragraph(tuple(_spans(token.children or [], strong)), mark, depth)
                mark = ""
            case "fence" | "code_block":
                for line in token.content.splitlines():
                    yield Paragraph((Span(line, code=True),), "", len(lists), verbatim=True)
            case _:
                pass


def _spans(tokens: Sequence[Token], strong: bool) -> Iterator[Span]:
    bold = 1 if strong else 0
    for token in tokens:
        match token.type:
            case "strong_open":
                bold += 1
            case "strong_close":
                bold -= 1
            case "softbreak" | "hardbreak":
                yield Span(" ", strong=bold > 0)
            case "code_inline":
                yield Span(token.content, Tone.INFO, bold > 0, code=True)
            case _ if token.content:
                yield Span(token.content, strong=bold > 0)
            case _:
                pass
