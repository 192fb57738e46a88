"""Badges side by side in one line: never cut, but shorter, and fewer, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from widgets.cell import Tone, marked
from widgets.text import plain_line
from widgets.tones import tone_style

GAP = 2
"""Cells between two badges."""
_WORST_FIRST = (
    Tone.CRITICAL,
    Tone.ERROR,
    Tone.WARNING,
    Tone.STALE,
    Tone.INFO,
    Tone.MUTED,
    Tone.NEUTRAL,
    Tone.OK,
)

Shown = tuple[str, Tone]
"""Text with its glyph, and what it means."""


@dataclass(frozen=True, slots=True)
class LineBadge:
    """One badge of a line.

    Attributes:
        name: What it is about, for example ``loki:main``.
        tone: How that is.
        word: The same in a word, empty when all is well.
        short: The name where there is little room, for example ``loki``.
        note: What is left out first, for example an age.
    """

    name: str
    tone: Tone
    word: str = ""
    short: str = ""
    note: str = ""


def fit_badges(badges: Sequence[LineBadge], width: int) -> list[Shown]:
    """As much of the badges as fits into `width` terminal cells.

    Notes go first, then long names; then those that are well are counted instead of named, then
    words go, and at last the worst are named and the others counted. The order is as given as
    long as all are named, else the worst come first.
    """
    shown: list[Shown] = []
    for shown in _shorter_and_shorter(badges):
        if sum(cell_len(text) + GAP for text, _ in shown) - GAP <= width:
            return shown
    return shown[:1] if shown and cell_len(shown[0][0]) <= width else []


def _shorter_and_shorter(badges: Sequence[LineBadge]) -> Iterator[list[Shown]]:
    yield [_shown(badge, badge.name, badge.word, badge.note) for badge in badges]
    yield [_shown(badge, badge.name, badge.word) for badge in badges]
    yield [_shown(badge, badge.short or badge.name, badge.word) for badge in badges]
    ranked = sorted(badges, key=lambda badge: _WORST_FIRST.index(badge.tone))
    troubled = sum(badge.tone is not Tone.OK for badge in ranked)
    for words in (True, False):
        for count in range(len(ranked) - 1, troubled - 1, -1):
            yield _first(ranked, count, words)
    for count in range(min(troubled, len(ranked)) - 1, -1, -1):
        yield _first(ranked, count, words=False)


def _first(ranked: Sequence[LineBadge], count: int, words: bool) -> list[Shown]:
    """The first `count` by name, the rest as a number with the worst tone among them."""
    named = [
        _shown(badge, badge.short or badge.name, badge.word if words else "")
        for badge in ranked[:count]
    ]
    rest = ranked[count:]
    what = "ok" if all(badge.tone is Tone.OK for badge in rest) else "more"
    number = f"+{len(rest)}" if named else str(len(rest))
    return [*named, (marked(rest[0].tone, f"{number} {what}"), rest[0].tone)]


def _shown(badge: LineBadge, *words: str) -> Shown:
    said = " ".join(plain_line(word) for word in words if word)
    return marked(badge.tone, said), badge.tone


class BadgeLine(Widget):
    """Assign `badges`; those that the width has room for are shown."""

    DEFAULT_CSS = """
    BadgeLine {
        width: 1fr;
        height: 1;
        padding: 0 1;
    }
    """

    badges: reactive[tuple[LineBadge, ...]] = reactive(())

    def __init__(
        self,
        badges: Sequence[LineBadge] = (),
        *,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """A line of these badges."""
        super().__init__(id=id, classes=classes)
        self.set_reactive(BadgeLine.badges, tuple(badges))

    def render(self) -> Text:
        """The badges that fit."""
        line = Text(no_wrap=True, end="")
        for text, tone in fit_badges(self.badges, self.content_size.width):
            if line:
                line.append(" " * GAP)
            line.append(text, tone_style(self, tone))
        return line
