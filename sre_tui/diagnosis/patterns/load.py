"""Loads failure patterns: the bundled ones, and those the operator adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from importlib import resources
from itertools import groupby
from pathlib import Path

from sre_tui.complaint import Complaint
from sre_tui.diagnosis.own_files import entries_of, files_in
from sre_tui.diagnosis.patterns.pattern import LineSign, Pattern
from sre_tui.diagnosis.patterns.search import LineSearch, Recogniser, expressions_of
from sre_tui.nearest import nearest


class PatternError(Complaint):
    """A pattern file has a mistake; ``str(error)`` names file, entry and what is allowed."""

    code = "patterns"
    wrong_usage = True


class Patterns:
    """Patterns by id."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._by_id: dict[str, Pattern] = {one.id: one for one in patterns}
        self._made: dict[tuple[bool, ...], Recogniser[tuple[Pattern, LineSign]]] = {}

    def __getitem__(self, name: str) -> Pattern:
        return self._by_id[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_id

    def __iter__(self) -> Iterator[Pattern]:
        return iter(self._by_id.values())

    def get(self, name: str) -> Pattern | None:
        """The pattern of that id."""
        return self._by_id.get(name)

    def line_signs(self) -> Iterator[tuple[Pattern, LineSign]]:
        """Every sign in the logs, the searched ones first: they are the more certain."""
        return iter(self._signs)

    @cached_property
    def _signs(self) -> Sequence[tuple[Pattern, LineSign]]:
        signs = [(pattern, sign) for pattern in self for sign in pattern.lines]
        return sorted(signs, key=lambda pair: pair[1].order)

    def telling(self, line: str) -> tuple[Pattern, LineSign] | None:
        """The first sign that a line shows, with its pattern."""
        return next((told for one in self._recognisers() if (told := one.first(line))), None)

    def search(self) -> LineSearch:
        """How logs are searched for the lines that matter."""
        return self._search

    def _recognisers(self) -> Iterator[Recogniser[tuple[Pattern, LineSign]]]:
        """What knows the surest signs, then what knows the next, made when it is needed first."""
        stages = groupby(self._signs, lambda pair: pair[1].order)
        for stage, signs in stages:
            if stage not in self._made:
                self._made[stage] = Recogniser([(each, each[1]) for each in signs])
            yield self._made[stage]

    @cached_property
    def _search(self) -> LineSearch:
        searched = [sign for _, sign in self._signs if sign.searched]
        known = Recogniser([(sign, sign) for sign in searched])
        words = {word for sign in searched for word in sign.words}
        kept = [sign for sign in searched if sign.remembered]
        return LineSearch(
            expressions_of(words),
            lambda line: known.first(line) is not None,
            expressions_of({word for sign in kept for word in sign.words}) if kept else (),
            lambda line: (sign := known.first(line)) is not None and sign.remembered,
        )

    def for_alert(self, text: str) -> Pattern | None:
        """The pattern that words of an alert speak of."""
        signs = sorted(
            ((one.alerts, one) for one in self if one.alerts is not None),
            key=lambda pair: pair[0].order,
        )
        return next((pattern for sign, pattern in signs if sign.regex.search(text)), None)


@cache
def bundled() -> Patterns:
    """The patterns that come with the program."""
    folder = resources.files("sre_tui.diagnosis.patterns")
    found: list[Pattern] = []
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        if item.name.endswith(".yaml"):
            found += _read(item.name, item.read_text(encoding="utf-8"))
    patterns = Patterns(found)
    _check_references(patterns, "bundled patterns")
    return patterns


def with_own(folder: Path) -> Patterns:
    """The bundled patterns and the operator's: ``*.yaml`` of a folder, which need not exist.

    One with the id of a bundled pattern replaces it.

    Raises:
        PatternError: with one line that says what is wrong where.
    """
    own = [one for file, text in files_in(folder, PatternError) for one in _read(file, text)]
    if not own:
        return bundled()
    replaced = {one.id for one in own}
    # The first that knows a line has it, and the operator knows it better.
    patterns = Patterns([*own, *(one for one in bundled() if one.id not in replaced)])
    _check_references(patterns, str(folder))
    return patterns


def _read(file: str, text: str) -> list[Pattern]:
    return entries_of(file, text, Pattern, PatternError, "pattern")


def _check_references(patterns: Patterns, where: str) -> None:
    for pattern in patterns:
        for name in (*pattern.brings, *pattern.same_as, *pattern.mechanism_of):
            if name not in patterns:
                close = nearest(name, [one.id for one in patterns], limit=1)
                hint = f"; did you mean {close[0]}?" if close else ""
                raise PatternError(f"{where}: {pattern.id} names unknown pattern {name!r}{hint}")
