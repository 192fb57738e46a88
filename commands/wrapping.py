"""Breaks an answer's lines between words as it comes, for a terminal of a given width."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len

NARROWEST: Final = 20
"""Columns below which nothing is gained by breaking lines."""
_FENCE: Final = re.compile(r"\s*```+\s*$")
_MARKER: Final = re.compile(r"(?:[-*+]|\d+[.)])$")


class WordWrapper:
    """Takes text in pieces and gives it back with lines no longer than the width.

    List items get a hanging indent. Code blocks, tables and headings stay as they are, and inline
    code is not broken, so that commands can be copied.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._word = ""
        self._line = ""
        self._column = 0
        self._indent = 0
        self._at_start = True
        self._space = 0
        self._verbatim = False
        self._in_block = False
        self._in_code = False

    def feed(self, piece: str) -> str:
        """The piece with line breaks, as far as its words are whole."""
        return "".join(map(self._take, piece))

    def end(self) -> str:
        """What was held back because its word might have gone on."""
        return self._flush()

    def _take(self, character: str) -> str:
        if character == "\n":
            said = self._flush() + "\n"
            if self._in_block and _FENCE.match(self._line):
                self._in_block = False
            self._line = ""
            self._column = self._indent = self._space = 0
            self._at_start, self._verbatim, self._in_code = True, self._in_block, False
            return said
        if self._verbatim:
            self._line += character if self._in_block else ""
            return character
        if character == " " and not self._in_code:
            said = self._flush()
            self._space += 1
            return said
        if character == "`":
            self._in_code = not self._in_code
        self._word += character
        if self._word == "```" and self._at_start:
            self._in_block = self._verbatim = True
            return self._flush()
        if self._at_start and self._word[0] in "|#":
            self._verbatim = True
            return self._flush()
        return ""

    def _flush(self) -> str:
        word, self._word = self._word, ""
        if not word:
            return ""
        space, self._space = self._space, 0
        length = cell_len(word)
        fits = self._column + space + length <= self._width
        if self._at_start or fits or self._column <= self._indent:
            said = " " * space + word
            self._column += space + length
        else:
            said = f"\n{' ' * self._indent}{word}"
            self._column = self._indent + length
        if self._at_start:
            self._indent = space
            if _MARKER.match(word):
                self._indent += length + 1
            self._at_start = False
        return said


def wrapped(text: str, width: int) -> str:
    """The whole text with lines no longer than the width."""
    if width < NARROWEST:
        return text
    wrapper = WordWrapper(width)
    return wrapper.feed(text) + wrapper.end()
