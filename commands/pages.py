"""Pages on stdout: paragraphs broken between words to fit the terminal, and trees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from commands.output import STYLES, console_of, flat, write_lines
from sre_tui.views.page import Block, Branch, Line, Page

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    from commands.invocation import Invocation
    from widgets.cell import Cell

NARROWEST: Final = 20
"""Columns below which nothing is gained by breaking lines."""


def write_page(invocation: Invocation, page: Page) -> None:
    """Write a page; lines are as long as their text in a pipe."""
    from rich.text import Text

    console = console_of(invocation)
    with console.capture() as capture:
        for number, part in enumerate(page):
            if number:
                console.print()
            if isinstance(part, Branch):
                console.print(_tree(part))
                continue
            if part.title:
                console.print(Text(flat(part.title), style="bold"))
            for text in _broken(part, console):
                console.print(text, soft_wrap=True)
    write_lines(invocation.environment.stdout, capture.get())


def _broken(block: Block, console: Console) -> Iterator[Text]:
    for each in block.lines:
        yield from _lines_of(each, console)


def _lines_of(each: Line, console: Console) -> Iterator[Text]:
    from rich.cells import cell_len
    from rich.text import Text

    first = " " * each.indent + (f"{each.mark} " if each.mark else "")
    hanging = " " * cell_len(first)
    text = _joined(each.pieces)
    room = max(NARROWEST, console.width - len(hanging))
    parts = [text] if each.whole else list(text.wrap(console, room, overflow="fold"))
    for number, part in enumerate(parts):
        part.rstrip()
        yield Text.assemble(hanging if number else first, part)


def _tree(branch: Branch) -> Tree:
    from rich.tree import Tree

    tree = Tree(_joined(branch.pieces), guide_style="dim", highlight=False)
    _hang(tree, branch.children)
    return tree


def _hang(tree: Tree, children: Iterable[Branch]) -> None:
    for child in children:
        _hang(tree.add(_joined(child.pieces)), child.children)


def _joined(pieces: Iterable[Cell]) -> Text:
    from rich.text import Text

    return Text.assemble(*((flat(cell.text), STYLES[cell.tone]) for cell in pieces))
