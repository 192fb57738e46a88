"""Plain text that is safe to draw: no markup, no control characters, cut by width."""

from __future__ import annotations

import re
import unicodedata

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.text import Text

ELLIPSIS = "…"

_ESCAPE_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])|\x9b[0-?]*[ -/]*[@-~]"
)
_LINE_BREAK = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
# Format characters hold the bidi controls, surrogates cannot be written to a terminal at all.
_HIDDEN = frozenset({"Cc", "Cf", "Cs"})


def plain_line(text: str) -> str:
    """One line of `text`: escape sequences and control, bidi and invisible characters removed.

    Line breaks and tabs become spaces.
    """
    if text.isprintable():
        return text
    return _strip(_LINE_BREAK.sub(" ", _ESCAPE_SEQUENCE.sub("", text)).replace("\t", " "))


def plain_lines(text: str) -> str:
    """Like `plain_line`, but line breaks are kept as line feeds and tabs become four spaces."""
    if text.isprintable():
        return text
    lines = _LINE_BREAK.sub("\n", _ESCAPE_SEQUENCE.sub("", text)).replace("\t", "    ").split("\n")
    return "\n".join(_strip(line) for line in lines)


def plain_text(text: str, style: str = "") -> Text:
    """`text` as a Rich text of one line; never parsed as markup."""
    return Text(plain_line(text), style=style, no_wrap=True, end="")


def fit(text: str, width: int, align: str = "left") -> str:
    """`text` in exactly `width` terminal cells: cut with an ellipsis or padded with spaces."""
    shown = truncate(text, width)
    gap = " " * max(0, width - cell_len(shown))
    return gap + shown if align == "right" else shown + gap


def truncate(text: str, width: int) -> str:
    """`text` in at most `width` terminal cells, ending in ``…`` where something was cut."""
    line = plain_line(text)
    if width <= 0:
        return ""
    if cell_len(line) <= width:
        return line
    return set_cell_size(line, width - 1).rstrip() + ELLIPSIS


def wrap(text: str, width: int) -> list[str]:
    """`text` on lines of at most `width` terminal cells, broken between words where that works."""
    width = max(1, width)
    lines: list[str] = []
    room = 0
    for word in plain_line(text).split():
        length = cell_len(word)
        if lines and length < room:
            lines[-1] += f" {word}"
            room -= length + 1
            continue
        parts = chop_cells(word, width) if length > width else [word]
        lines += parts
        room = width - cell_len(parts[-1])
    return lines


def duration(seconds: float) -> str:
    """A length of time in its greatest unit: ``0.4 s``, ``42 s``, ``6 min``, ``3 h``, ``3 d``."""
    if seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s"
    for unit, size, until in (("s", 1, 60), ("min", 60, 60), ("h", 3600, 48)):
        if round(seconds / size) < until:
            return f"{round(seconds / size)} {unit}"
    return f"{round(seconds / 86400)} d"


def _strip(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(char for char in line if unicodedata.category(char) not in _HIDDEN)
