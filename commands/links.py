"""Shows the Markdown links of an answer as it comes in a way that a terminal can."""

from __future__ import annotations

import re
from typing import Final

_MAY_BE_LINK: Final = re.compile(r"\[[^\[\]\n]{0,200}(?:\](?:\([^()\s]{0,300})?)?")
_LINK: Final = re.compile(r"\[[^\[\]\n]+\]\([^()\s]+\)")


class LinkShower:
    """Takes text in pieces and gives it back with links as their words and the place.

    A bundled runbook is shown by its command. Code stays as it is.
    """

    def __init__(self) -> None:
        self._held = ""
        self._line = ""
        self._in_block = False
        self._in_code = False

    def feed(self, piece: str) -> str:
        """The piece, as far as no link may begin at its end."""
        return "".join(map(self._take, piece))

    def end(self) -> str:
        """What was held back because it might have become a link."""
        held, self._held = self._held, ""
        return held

    def _take(self, character: str) -> str:
        if self._held:
            return self._go_on(character)
        if character == "\n":
            self._line, self._in_code = "", False
            return character
        self._line += character if len(self._line) < len("```") or not self._line.strip() else ""
        if character == "`":
            if self._line.strip() == "```":
                self._in_block, self._line = not self._in_block, "a fence"
            elif not self._in_block:
                self._in_code = not self._in_code
        if character == "[" and not (self._in_block or self._in_code):
            self._held = character
            return ""
        return character

    def _go_on(self, character: str) -> str:
        self._held += character
        if _MAY_BE_LINK.fullmatch(self._held):
            return ""
        held = self.end()
        if _LINK.fullmatch(held):
            from sre_tui.diagnosis.steps import with_places

            return with_places(held)
        # What ends this may itself be the beginning of a link, or of code.
        return held[:-1] + self._take(character)


__all__ = ["LinkShower"]
