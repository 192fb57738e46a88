"""Holds conclusions and answers against the truth of a scenario; nothing here reads anything."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatch

from sre_tui.demo.scenario import Cause as TrueCause
from sre_tui.demo.scenario import Tools, Truth
from sre_tui.diagnosis.causes.model import Cause
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.subject import Subject
from sre_tui.evals.outcome import Named

INVESTIGATE = "investigate"
"""The tool that reads every backend: it stands for each tool that an answer must use."""


def is_true(kind: str, subject: Subject, truth: Truth, patterns: Patterns) -> bool:
    """Whether a cause of this pattern and subject is one of the true ones.

    Args:
        kind: id of a failure pattern.
        subject: what it is about. A part of the machine that the truth names is right as well:
            ``docker1/sshd`` says more than ``docker1``. The reverse is not.
        truth: what is true; each of ``also`` counts as much as ``cause``.
        patterns: tells by what other words the pattern is called.
    """
    words, meant = _words(kind, patterns), _meant(subject)
    return any(one.kind in words and one.subject in meant for one in truth.causes)


def _words(kind: str, patterns: Patterns) -> set[str]:
    pattern = patterns.get(kind)
    return {kind, *(pattern.also_called if pattern is not None else ())}


def _meant(subject: Subject) -> set[str]:
    return {subject.name, subject.host} - {""}


def named_causes(
    causes: Iterable[Cause],
    truth: Truth,
    patterns: Patterns,
    elsewhere: Collection[Cause] = (),
    others: Sequence[Truth] = (),
) -> tuple[Named, ...]:
    """Causes in their order, each with whether it is true.

    Args:
        causes: as they are told.
        truth: what is true.
        patterns: tells by what other words a pattern is called.
        elsewhere: those of them that are told as having nothing to do with the question.
        others: what is true of the other questions of the scenario.
    """
    return tuple(_named(one, truth, patterns, one in elsewhere, others) for one in causes)


def _named(
    cause: Cause, truth: Truth, patterns: Patterns, elsewhere: bool, others: Sequence[Truth]
) -> Named:
    kinds = (cause.kind, *cause.how)

    def right(of: Truth) -> bool:
        return any(is_true(kind, cause.subject, of, patterns) for kind in kinds)

    words = set().union(*(_words(kind, patterns) for kind in kinds))
    return Named(
        kind=cause.kind,
        subject=cause.subject.name,
        confidence=cause.confidence,
        confirmed=cause.confirmed,
        right=right(truth),
        elsewhere=elsewhere,
        right_kind=any(one.kind in words for one in truth.causes),
        right_subject=any(one.subject in _meant(cause.subject) for one in truth.causes),
        right_of_another=not right(truth) and any(right(other) for other in others),
    )


def missing_groups(text: str, groups: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Groups of words of which the text has none, whatever the case and the spaces."""
    said = _plain(text)
    return tuple(group for group in groups if not any(_plain(word) in said for word in group))


def phrases_said(text: str, avoid: Iterable[str]) -> tuple[str, ...]:
    """Phrases of ``avoid`` that the text has."""
    said = _plain(text)
    return tuple(phrase for phrase in avoid if _plain(phrase) in said)


def names_cause(text: str, causes: Sequence[TrueCause]) -> bool | None:
    """Whether the subject of any true cause is named in the text; None without a true cause."""
    if not causes:
        return None
    said = _plain(text)
    names = {one.subject.rpartition("/")[2].casefold() for one in causes}
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said) for name in names)


def tools_not_called(called: Iterable[str], tools: Tools) -> tuple[str, ...]:
    """Tools that had to be used and were not, unless everything was read at once."""
    used = set(called)
    return () if INVESTIGATE in used else tuple(one for one in tools.must if one not in used)


def tools_wrongly_called(called: Iterable[str], tools: Tools) -> tuple[str, ...]:
    """Tools that were used though they must not be; ``never`` may hold wildcards."""
    return tuple(
        one
        for one in dict.fromkeys(called)
        if any(fnmatch(one, pattern) for pattern in tools.never)
    )


def _plain(text: str) -> str:
    """Without emphasis, spaces made one, case folded."""
    return re.sub(r"\s+", " ", re.sub(r"[*`]", "", text)).casefold()
