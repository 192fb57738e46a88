"""Puts mistyped question words right, which are too short to be told by their likeness."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_ASKING: Final = ("how", "what", "which", "when", "where", "who", "why", "does", "many", "much",
                  "wieviel", "wieviele", "welche", "welcher", "welches", "wann")  # fmt: skip
_REAL: Final = frozenset({"hew", "dose", "cloud", "manly", "whose", "wow", "hwy", "ahw"})
"""Words and names of their own that one slip makes of a question word."""
_SHORTENED: Final = {"wat": "what", "wht": "what", "wher": "where", "whch": "which",
                     "wich": "which", "wihch": "which", "mnay": "many", "dos": "does"}  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_]{3,9}(?![\w./:-])")


@cache
def _slips() -> dict[str, str]:
    """Question words with two neighbouring letters changed over; the first that fits counts."""
    made: dict[str, str] = {}
    for word in _ASKING:
        for at in range(len(word) - 1):
            slip = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            if slip not in _ASKING and slip not in _REAL:
                made.setdefault(slip, word)
    return _SHORTENED | made


def with_question_words(asked: str) -> str:
    """The question with its mistyped question words put right: "hwo many" is "how many".

    Only the first word and the one after it are looked at: further on it may be a name.
    """
    head, *rest = asked.split(" ", 2)
    words = [head, *rest[:1]]
    right = [
        _slips().get(word.casefold(), word) if _WORD.fullmatch(word) else word for word in words
    ]
    return " ".join([*right, *rest[1:]])


__all__ = ["with_question_words"]
