"""Troubles of two reports side by side: which of them tell the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from sre_tui.memory.report_sections import Trouble
from sre_tui.views.report_alike import without_figures

Match = tuple[tuple[Trouble, ...], tuple[Trouble, ...]]
"""What tells the same in the older and in the newer one; one side is empty where nothing does."""

_LIST: Final = re.compile(r", | and \d+ more$")
"""What stands between the subjects of one trouble."""


def matches(before: Sequence[Trouble], after: Sequence[Trouble]) -> list[Match]:
    """Troubles of both with their counterparts, in the order of the newer ones, then the older.

    All rows of one side of a match are of one severity. Many alike and a few of the same kind are
    the same trouble: of many some come and go, and which of them are named tells nothing.
    """
    # Reports that were archived without the checks are compared by their wording.
    by_check = all(one.check for one in (*before, *after))

    def family(one: Trouble) -> object:
        return (one.check, one.kind) if by_check else _wording(one)

    found: list[Match] = []
    for name in dict.fromkeys(family(one) for one in (*after, *before)):
        olds, news = ([one for one in rows if family(one) == name] for rows in (before, after))
        found += _matches(olds, news)
    places = {id(one): place for place, one in enumerate((*after, *before))}
    return sorted(found, key=lambda match: _place(match, places))


def names_of(one: Trouble) -> tuple[str, ...]:
    """The subjects that a trouble names."""
    if one.findings == 1:
        return (one.subject,)
    return tuple(name for name in _LIST.split(one.subject) if name)


def _place(match: Match, places: Mapping[int, int]) -> int:
    # What is of another severity by now stands for an older one, and has no place of its own.
    return next(places[id(one)] for one in (*match[1], *match[0]) if id(one) in places)


def _matches(olds: Sequence[Trouble], news: Sequence[Trouble]) -> Iterator[Match]:
    """Of one kind: of the same severity first, then what is of another severity by now."""
    gone, come = list(olds), list(news)
    for severity in dict.fromkeys(one.severity for one in news):
        was, now = (tuple(one for one in rows if one.severity == severity) for rows in (olds, news))
        if was and any(one.findings > 1 for one in (*was, *now)):
            yield was, now
            gone, come = _without(gone, was), _without(come, now)
    for one in tuple(come):
        same = [each for each in gone if _is_same(each, one) and each.severity == one.severity]
        if same:
            yield (same[0],), (one,)
            gone, come = _without(gone, same[:1]), _without(come, [one])
    yield from _moved(olds, news, gone, come)


def _moved(
    olds: Sequence[Trouble], news: Sequence[Trouble], gone: list[Trouble], come: list[Trouble]
) -> Iterator[Match]:
    """What is left: the same things at another severity, also in or out of many alike."""
    for one in come:
        others = [
            each
            for each in olds
            if each.severity != one.severity
            and (each.findings > 1 or any(each is left for left in gone))
            and not set(names_of(each)).isdisjoint(names_of(one))
        ]
        yield tuple(others[:1]), (one,)
        gone = _without(gone, others)
    for one in gone:
        joined = [
            each
            for each in news
            if each.findings > 1
            and each.severity != one.severity
            and not set(names_of(each)).isdisjoint(names_of(one))
        ]
        yield (one,), tuple(one.model_copy(update={"severity": each.severity})
                            for each in joined[:1])  # fmt: skip


def _is_same(one: Trouble, other: Trouble) -> bool:
    return one.subject == other.subject and _wording(one) == _wording(other)


def _wording(one: Trouble) -> str:
    return without_figures(one.text, *names_of(one))


def _without(rows: Iterable[Trouble], left_out: Sequence[Trouble]) -> list[Trouble]:
    return [one for one in rows if not any(one is each for each in left_out)]
