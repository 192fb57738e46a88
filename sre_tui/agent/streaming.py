"""Decides what of a model's stream is shown: not its thinking aloud, not calls written as text."""

from __future__ import annotations

import re

from providers.text import clean
from sre_tui.agent.tool_calls import OPENERS

_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)\s*", re.DOTALL)
_OPEN, _CLOSE = ("<think>", "<thinking>"), ("</think>", "</thinking>")


def without_thinking(text: str) -> str:
    """The text without the parts in which a model thinks aloud."""
    text = _THINKING.sub("", text)
    for mark in _CLOSE:
        # Some servers swallow the opening mark.
        text = text.rpartition(mark)[2]
    return text.strip()


class VisibleText:
    """Takes pieces as they come and gives what can be shown of them at once."""

    def __init__(self) -> None:
        self.whole = ""
        """All that came, thinking included."""
        self._thinking = _ThinkingFilter()
        self._start: str | None = ""
        """The beginning, until it is clear whether it is a tool call; None once text flows."""
        self._is_call = False

    def feed(self, piece: str) -> str:
        """The part of the text that can be shown after this piece; often the piece itself."""
        piece = clean(piece)
        self.whole += piece
        return self._from_start(self._thinking.feed(piece))

    def end(self) -> str:
        """What was still held back, unless it is a tool call."""
        rest = self._from_start(self._thinking.end())
        if self._start is not None and not self._is_call:
            rest, self._start = self._start.lstrip(), None
        return rest

    def _from_start(self, text: str) -> str:
        if self._start is None:
            return text
        self._start += text
        begun = self._start.lstrip()
        if any(begun.startswith(opener) for opener in OPENERS):
            self._is_call = True
        if self._is_call or not begun or any(o.startswith(begun) for o in OPENERS):
            return ""
        self._start = None
        return begun


class _ThinkingFilter:
    def __init__(self) -> None:
        self._held = ""
        self._is_inside = False

    def feed(self, piece: str) -> str:
        self._held += piece
        shown = ""
        while True:
            marks = _CLOSE if self._is_inside else _OPEN
            found = [(self._held.find(mark), mark) for mark in marks if mark in self._held]
            if not found:
                break
            at, mark = min(found)
            if not self._is_inside:
                shown += self._held[:at]
            self._held = self._held[at + len(mark) :]
            self._is_inside = not self._is_inside
        cut = len(self._held) - _begun_mark(self._held, marks)
        if not self._is_inside:
            shown += self._held[:cut]
        self._held = self._held[cut:]
        return shown

    def end(self) -> str:
        held, self._held = self._held, ""
        return "" if self._is_inside else held


def _begun_mark(text: str, marks: tuple[str, ...]) -> int:
    """How many characters at the end may be the beginning of a mark."""
    longest = max(map(len, marks)) - 1
    lengths = range(min(len(text), longest), 0, -1)
    return next((n for n in lengths if any(mark.startswith(text[-n:]) for mark in marks)), 0)
