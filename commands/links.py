"""Shows the Markdown links of an answer as it comes in a way that a terminal can."""

from __future__ import annotations

import re
from typing import Final

_PLACE_BEGUN: Final = r"[^()\s]{0,300}(?:\([^()\s]{0,100}(?:\)[^()\s]{0,100})?)?"
"""Brackets may stand in the place of a link as long as they are closed there."""
_MAY_BE_LINK: Final = re.compile(rf"\[[^\[\]\n]{{0,200}}(?:\](?:\({_PLACE_BEGUN})?)?")
_LINK: Final = re.compile(r"\[[^\[\]\n]+\]\((?:[^()\s]|\([^()\s]*\))+\)")


class LinkShower:
    """Takes text in pieces and gives it back with links as their words and the place.

    A bundled runbook is shown by its command. Code stays as it is.
    """

    def __init__(self) -> None:
        self._held = ""
        self._line = ""
        self._in_block = False
        self._in_code = False
        self._brackets = 0
        """Round ones that are open on this line."""

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
            self._line, self._in_code, self._brackets = "", False, 0
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
        self._count(character)
        return character

    def _go_on(self, character: str) -> str:
        self._held += character
        if _MAY_BE_LINK.fullmatch(self._held):
            return ""
        held = self.end()
        if _LINK.fullmatch(held):
            from sre_tui.diagnosis.steps import with_places

            # The place of a link inside brackets gets none of its own.
            before = "(" if self._brackets else ""
            return with_places(before + held).removeprefix(before)
        self._count(held[:-1])
        # What ends this may itself be the beginning of a link, or of code.
        return held[:-1] + self._take(character)

    def _count(self, text: str) -> None:
        for character in text:
            if character == "(":
                self._brackets += 1
            elif character == ")":
                self._brackets = max(0, self._brackets - 1)
