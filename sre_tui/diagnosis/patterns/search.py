"""How log lines are searched: for plain words on the server, for whole expressions here.

An expression for all signs would be tens of kilobytes long and slow everywhere. So Loki is asked
for words of which every line that matters has one, in a few queries, and what comes back is held
against the expressions themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Generic, Protocol, TypeVar

from sre_tui.literals import alternatives, needed, without_longer

SHORTEST: Final = 4
"""Letters and digits that a word to search for has at least."""
LONGEST_EXPRESSION: Final = 3400
"""Characters of one query's expression; proxies refuse addresses of more than some kilobytes."""
_EXPENSIVE: Final = 8
"""What one more word costs, in characters of a word."""
_PUNCTUATION: Final = " :;.,-_=/()[]'\""
_COMMON: Final = """
    about accept accepted access active address after allowed already attempt authority back
    backup been before block but cache cannot cause caused change changed check checked chunk
    client clients clock closed code command complete completed config configuration connect
    connection container control could count created current data database date debug default
    delete device disk done down download during each empty enabled end error errors event
    events exchange exit expected fail failed failing failure file files find finished found
    from full getting group guest have health healthy hits host hosts http https index info into
    item items job key last less level line lines link list listen load loaded local locked log
    login main many media memory message messages method metrics mode more mounted name names
    network new next node none not now null number object only open opened operation option
    options order other over page path percent pool port process processed project query queue
    queued rate read reading ready reason receive received record records renew renewed repo
    reply request requests response restart result retry retrying return root rule running
    schedule scheduled scrub second seconds send sent server service services session set share
    since size skipped some source space start started starting state status stop stopped
    stopping storage store success successful system table task tasks test than that then thin
    this thread time timed timeout timer times token took total true type unit until update
    updated user users using value version wait waiting warning warnings web when which while
    with without work worker write written
    """.replace(" ", "\n")
"""What ordinary lines are full of: to search for it is to read nearly all logs."""


class NoWordError(ValueError):
    """An expression has nothing in it that logs can be searched for."""


@lru_cache(maxsize=4096)
def search_words(expression: str) -> frozenset[str]:
    """Words to look for, of which every line that matches has one, in lower case.

    Raises:
        NoWordError: an alternative has none that is long and rare enough.
    """
    words = needed(expression, _merit, re.IGNORECASE)
    if words:
        return words
    parts = [one.pattern for one in alternatives(re.compile(expression, re.IGNORECASE))]
    bare = [part for part in parts if not needed(part, _merit, re.IGNORECASE)] or parts
    raise NoWordError(
        f"{bare[0]!r} has no word to search for: every alternative needs {SHORTEST} letters or "
        "digits on end that are no everyday word of logs, such as error; say more, or say "
        "'searched: false'"
    )


@lru_cache(maxsize=4096)
def any_words(expression: str) -> frozenset[str]:
    """Words, however common, of which every line that matches has one; empty if there are none."""
    return needed(expression, _any_merit, re.IGNORECASE)


def _any_merit(words: frozenset[str]) -> tuple[float, ...]:
    shortest = min(map(len, words))
    return (shortest > 1, -len(words), shortest) if shortest else ()


def _merit(words: frozenset[str]) -> tuple[float, ...]:
    return (-sum(len(word) + _EXPENSIVE for word in words),) if all(map(_is_rare, words)) else ()


@lru_cache(maxsize=16384)
def _is_rare(word: str) -> bool:
    plain = word.strip(_PUNCTUATION)
    if sum(character.isalnum() for character in plain) < SHORTEST:
        return False
    return plain not in _COMMON


@dataclass(frozen=True)
class LineSearch:
    """What to look for in logs.

    Attributes:
        expressions: RE2 expressions of plain words, each for a query of its own.
        keeps: whether a line that has one of the words is meant.
        remembered: expressions of the words of lines that still count days later.
        remembers: whether a line that has one of those is such a line.
    """

    expressions: tuple[str, ...]
    keeps: Callable[[str], bool]
    remembered: tuple[str, ...] = ()
    remembers: Callable[[str], bool] = lambda _: False


def expressions_of(words: Iterable[str]) -> tuple[str, ...]:
    """The words as a few RE2 expressions of about the same length, in order."""
    escaped = [re.escape(word).replace("\\ ", " ") for word in without_longer(words)]
    parts = -(-sum(len(word) + 1 for word in escaped) // LONGEST_EXPRESSION)
    queries: list[list[str]] = [[] for _ in range(parts)]
    whole, taken = sum(map(len, escaped)), 0
    for word in escaped:
        queries[min(parts - 1, taken * parts // whole)].append(word)
        taken += len(word)
    return tuple(f"(?i){'|'.join(one)}" for one in queries if one)


T = TypeVar("T")


class Shown(Protocol):
    """A sign that lines show."""

    @property
    def regex(self) -> re.Pattern[str]:
        """Matches the lines."""

    @property
    def words(self) -> frozenset[str]:
        """Words of which every such line has one, in lower case; empty if unknown."""


class Recogniser(Generic[T]):
    """Tells which of many expressions a line matches first.

    To find words takes a fraction of the time that an expression takes: only those are tried whose
    words are there.
    """

    def __init__(self, known: Sequence[tuple[T, Shown]]) -> None:
        """Know what each sign tells."""
        self._known = known
        self._always = [place for place, (_, sign) in enumerate(known) if not sign.words]
        self._by_beginning: dict[str, list[tuple[str, int]]] = {}
        for place, (_, sign) in enumerate(known):
            for word in sign.words:
                self._by_beginning.setdefault(word[:SHORTEST], []).append((word, place))
        self._short = [word for word in self._by_beginning if len(word) < SHORTEST]

    def first(self, line: str) -> T | None:
        """What the first expression tells that matches a line."""
        for place in self._candidates(line):
            told, sign = self._known[place]
            if sign.regex.search(line):
                return told
        return None

    def _candidates(self, line: str) -> Iterable[int]:
        # Beyond ASCII, a letter may have more than one lower case.
        if not line.isascii():
            return range(len(self._known))
        text = line.lower()
        begun = {text[at : at + SHORTEST] for at in range(len(text) - SHORTEST + 1)}
        places = set(self._always)
        for beginning in (*(begun & self._by_beginning.keys()), *self._short):
            places.update(place for word, place in self._by_beginning[beginning] if word in text)
        return sorted(places)
