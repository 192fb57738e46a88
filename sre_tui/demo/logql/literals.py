"""Looks for the words that a line must have before it tries an expression on it.

Python tries every alternative of an expression at every character; looking for a few words first
spares that on the lines that cannot match.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

from sre_tui.literals import alternatives, needed, without_longer, words_expression

_SHORTEST = 3
_FEW = 12
"""As many words are found one after the other in less time than all at once."""
_LINES = 1 << 15
"""Lines of which an expression remembers whether it matches: whoever looks at a homelab asks for
the same ones again and again."""


@functools.lru_cache(maxsize=8)
def searching(expression: re.Pattern[str]) -> Callable[[str], bool]:
    """Whether the expression matches somewhere in a line."""
    parts = [(one.search, needed_words(one)) for one in alternatives(expression)]
    if not all(words for _, words in parts):
        search = expression.search
        return lambda line: search(line) is not None
    any_case = bool(expression.flags & re.IGNORECASE)
    has_any = _any_of(needed_words(expression))
    # An expression of nothing but words matches where one of them is.
    plain = _is_plain(expression)

    @functools.lru_cache(maxsize=_LINES)
    def found(line: str) -> bool:
        # Outside of ASCII, characters of other alphabets count as upper case of these words.
        if not line.isascii():
            return expression.search(line) is not None
        text = line.lower() if any_case else line
        return has_any(text) and (
            plain
            or any(
                any(word in text for word in words) and search(line) is not None
                for search, words in parts
            )
        )

    return found


@functools.lru_cache(maxsize=512)
def _is_plain(expression: re.Pattern[str]) -> bool:
    return all(
        re.fullmatch(r"(?:\\[^\w]|[^\\.^$*+?{}\[\]()|])+", one.pattern)
        for one in alternatives(expression)
    )


def _any_of(words: Sequence[str]) -> Callable[[str], bool]:
    """Whether a text has one of the words."""
    if len(words) <= _FEW:
        return lambda text: any(word in text for word in words)
    search = _compiled(tuple(words)).search
    return lambda text: search(text) is not None


@functools.lru_cache(maxsize=64)
def _compiled(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(words_expression(words))


@functools.lru_cache(maxsize=4096)
def needed_words(expression: re.Pattern[str]) -> tuple[str, ...]:
    """Words of which every matching ASCII line has one, in lower case if the case is ignored.

    Empty if there are none worth looking for.
    """
    return without_longer(needed(expression.pattern, _merit, expression.flags))


def _merit(words: frozenset[str]) -> tuple[float, ...]:
    shortest = min(map(len, words))
    return (-len(words), shortest) if shortest >= _SHORTEST else ()
