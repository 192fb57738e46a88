"""Words that a text must have for a regular expression to match it.

Looking for a few words is many times faster than trying every alternative of an expression at
every character, and a log store has indexes and shortcuts for nothing else.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final, TypeAlias

Merit: TypeAlias = Callable[[frozenset[str]], tuple[float, ...]]
"""How good a set of words is to look for, the higher the better; empty if it is of no use."""

_Read: TypeAlias = tuple[frozenset[str] | None, frozenset[str]]
MOST_TEXTS: Final = 16
"""Texts that a part of an expression may stand for to be spelled out."""
MOST_CHARACTERS: Final = 4
_FLAGS = re.compile(r"^(?:\(\?[a-zA-Z]+\))+")
_REFERS = re.compile(r"\\[1-9]|\(\?(?:P=|\()")
# An escaped character, a class of characters, or any other character.
_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


@functools.lru_cache(maxsize=2048)
def alternatives(expression: re.Pattern[str]) -> Sequence[re.Pattern[str]]:
    """Expressions of which one matches where the whole does; itself if it is of one piece."""
    if expression.flags & re.VERBOSE or _REFERS.search(expression.pattern):
        return (expression,)
    pieces = [""]
    depth = 0
    for part in _PARTS.findall(_FLAGS.sub("", expression.pattern)):
        depth += (part == "(") - (part == ")")
        if part == "|" and not depth:
            pieces.append("")
        else:
            pieces[-1] += part
    return tuple(re.compile(piece, expression.flags) for piece in pieces)


def needed(expression: str, merit: Merit, flags: int = 0) -> frozenset[str]:
    """The best words of which every text that matches has one; none if there are none of use.

    In lower case if the expression ignores the case.

    Args:
        expression: what is to match.
        merit: tells the best of several such sets.
        flags: those of the module ``re`` with which it is matched.

    Raises:
        re.error: it is no regular expression.
    """
    tree = _parsed(expression, flags)
    any_case = bool((flags | tree.state.flags) & re.IGNORECASE)
    return _Reader(merit, any_case).read(tree)[1]


def without_longer(words: Iterable[str]) -> tuple[str, ...]:
    """The words in order, without those that hold another one, which finds their texts too."""
    every = set(words)
    return tuple(sorted(word for word in every if not _has_shorter(word, every)))


def _has_shorter(word: str, words: set[str]) -> bool:
    length = len(word)
    return any(
        word[first:end] in words
        for first in range(length)
        for end in range(first + 1, length + 1)
        if end - first < length
    )


def check_syntax(expression: str, flags: int = 0) -> None:
    """Read an expression without the cost of making it ready for use.

    Raises:
        re.error: it is no regular expression.
    """
    _parsed(expression, flags)


@functools.lru_cache(maxsize=64)
def _parsed(expression: str, flags: int) -> Any:
    return _parser.parse(expression, flags)


def words_expression(words: Iterable[str]) -> str:
    """An expression for words that reads what several begin with only once."""
    rests: dict[str, list[str]] = {}
    for word in words:
        if not word:
            return ""
        rests.setdefault(word[0], []).append(word[1:])
    parts = (re.escape(first) + words_expression(rest) for first, rest in rests.items())
    return f"(?:{'|'.join(parts)})"


@dataclass(frozen=True)
class _Reader:
    merit: Merit
    any_case: bool

    def read(
        self, items: Iterable[tuple[Any, Any]]
    ) -> tuple[frozenset[str] | None, frozenset[str]]:
        """All texts that a sequence matches, if these are few; and its best words."""
        candidates: list[frozenset[str]] = []
        whole = True
        # What matches up to here, and of that what came last and is the same in all of them.
        run, plain = frozenset(("",)), ""
        for kind, value in items:
            exact, within = self._item(kind, value)
            candidates += [within]
            if exact is None or len(exact) * len(run) > MOST_TEXTS:
                candidates += [run, frozenset((plain,))]
                run, plain, whole = frozenset(("",)), "", False
            if exact is None or len(exact) > MOST_TEXTS:
                continue
            if len(exact) > 1:
                candidates += [run, frozenset((plain,)), exact]
                plain = ""
            else:
                plain += next(iter(exact))
            run = frozenset(before + after for before in run for after in exact)
        candidates += [run, frozenset((plain,))]
        useful = [(found, sorted(one)) for one in candidates if one and (found := self.merit(one))]
        best = frozenset(max(useful)[1]) if useful else frozenset[str]()
        return (run if whole else None), best

    def _item(self, kind: Any, value: Any) -> _Read:
        none: frozenset[str] = frozenset()
        if kind is kinds.LITERAL:
            # Beyond ASCII, a letter may have more than one lower case.
            return (frozenset((self._character(value),)), none) if value < 128 else (None, none)
        if kind is kinds.AT:
            return frozenset(("",)), none
        few = kind is kinds.IN and len(value) <= MOST_CHARACTERS
        if few and all(each is kinds.LITERAL and code < 128 for each, code in value):
            return frozenset(self._character(code) for _, code in value), none
        if kind is kinds.SUBPATTERN:
            _, added, removed, items = value
            return (None, none) if added or removed else self.read(items)
        if kind is kinds.BRANCH:
            return self._branch([self.read(items) for items in value[1]])
        if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT):
            least, most, items = value
            exact, within = self.read(items)
            if least > 0:
                return (exact if most == 1 else None), within
            return (exact | {""} if exact is not None and most == 1 else None), none
        return None, none

    @staticmethod
    def _branch(found: Sequence[_Read]) -> _Read:
        none: frozenset[str] = frozenset()
        texts = [exact for exact, _ in found if exact is not None]
        sets = [within for _, within in found]
        return (
            none.union(*texts) if len(texts) == len(found) else None,
            none.union(*sets) if all(sets) else none,
        )

    def _character(self, code: int) -> str:
        return chr(code).lower() if self.any_case else chr(code)
