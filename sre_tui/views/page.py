"""A page: titled paragraphs and trees for people, where a table would tear apart what belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from widgets.cell import Cell, Tone


@dataclass(frozen=True)
class Line:
    """One paragraph, made of pieces that stand one behind the other.

    Attributes:
        pieces: texts with what they mean.
        indent: columns it is moved to the right.
        mark: stands before its first line, such as ``1.`` or ``+``; further lines hang under the
            text.
        whole: is never broken, so that it can be copied: a command.
        about: what it tells, for a front in which it can be opened.
    """

    pieces: tuple[Cell, ...]
    indent: int = 0
    mark: str = ""
    whole: bool = False
    about: object = None


@dataclass(frozen=True)
class Block:
    """Paragraphs under a heading; the first block of a page has none.

    Attributes:
        title: the heading.
        lines: the paragraphs.
        key: tells it apart when the page is made anew with another heading; the title if empty.
        about: what all of it tells, for a front in which it can be folded.
    """

    title: str
    lines: tuple[Line, ...]
    key: str = ""
    about: object = None


@dataclass(frozen=True)
class Branch:
    """A tree: a label, and what hangs on it."""

    pieces: tuple[Cell, ...]
    children: tuple[Branch, ...] = ()


Page: TypeAlias = Sequence[Block | Branch]


def piece(text: str, tone: Tone = Tone.NEUTRAL) -> Cell:
    """A piece of a paragraph."""
    return Cell(text, text, tone)


def line(
    *texts: str | Cell, indent: int = 0, mark: str = "", whole: bool = False, about: object = None
) -> Line:
    """A paragraph of plain texts and pieces."""
    pieces = tuple(piece(each) if isinstance(each, str) else each for each in texts)
    return Line(pieces, indent, mark, whole, about)
