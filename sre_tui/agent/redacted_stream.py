"""Takes secrets out of a text while it is still being written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sre_tui.agent.redaction import GOES_ON, KEY, PRIVATE_KEY, SHORT_KEY, Redactor

_HINT: Final = re.compile(
    rf"{KEY}|{SHORT_KEY}(?![A-Za-z])|bearer|basic|sshpass|curl|-----BEGIN", re.IGNORECASE
)
"""Stands in every secret that has spaces in it, or before it on its line."""


class RedactedStream:
    """Takes pieces as they come and gives what can be shown of them.

    A word is held back until it is whole, and the rest of a line once a word in it tells that a
    secret may follow: what is shown never has a part of a secret in it that the whole text, cleaned
    at its end, would not have.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown after this piece."""
        self._held += piece
        cut = self._cut(self._held)
        shown, self._held = self._held[:cut], self._held[cut:]
        return self._redactor.text(shown)

    def end(self) -> str:
        """What was still held back."""
        rest, self._held = self._held, ""
        return self._redactor.text(rest)

    def _cut(self, text: str) -> int:
        """How many characters are no part of a secret that is still to come."""
        if not _last_space(text, len(text)):
            return 0
        of_words = self._redactor.of_words
        limit = min((_begun(text, secret) for secret in of_words), default=len(text))
        line = text.rfind("\n", 0, limit) + 1
        while line and GOES_ON.search(text, max(0, line - 200), line):
            line = text.rfind("\n", 0, line - 1) + 1
        # Of the last line, what stands before such a word is shown, and so are whole lines.
        hint = _HINT.search(text, line, limit)
        cut = max(line, _last_space(text, limit if hint is None else hint.start()))
        spans = [found.span() for found in PRIVATE_KEY.finditer(text)]
        spans += [found.span() for secret in of_words for found in _all(secret, text)]
        for start, end in sorted(spans, reverse=True):
            # What reaches to the end of the text may go on behind it.
            if start < cut and (cut < end or end == len(text)):
                cut = _last_space(text, start)
        return cut


def _all(secret: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(re.escape(secret), text)


def _last_space(text: str, limit: int) -> int:
    """Behind the last space before that place; 0 if there is none."""
    return max(text.rfind(space, 0, limit) for space in " \n\t") + 1


def _begun(text: str, secret: str) -> int:
    """Where the secret may have begun that goes on behind the text; its end if nowhere."""
    longest = min(len(text), len(secret) - 1)
    lengths = range(longest, 0, -1)
    return len(text) - next((n for n in lengths if text.endswith(secret[:n])), 0)
