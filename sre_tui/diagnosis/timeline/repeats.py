"""Folds what a timeline tells again and again, so that what is new in it stands out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.merge import SAME_FOR, in_time, together

_NUMBER: Final = re.compile(r"\d[\d,.]*\w*")
_UNLIKE: Final = ("new error", "error lines", "finished")
"""Beginnings of what is told in the words of each line, which mean something else each time."""


def folded(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events in order of time; what is alike but for its subject and its figures is one of them.

    It stands where it began, and says when it was seen last.

    Args:
        events: a timeline.
    """
    groups: dict[tuple[object, ...], list[Event]] = {}
    for event in in_time(events):
        groups.setdefault(_alike(event), []).append(event)
    return in_time(run[0] if len(run) == 1 else _one_of(run) for run in groups.values())


def _alike(event: Event) -> tuple[object, ...]:
    said = event.text.partition(SAME_FOR)[0]
    title, _, line = said.partition(": ")
    words = _NUMBER.sub("", title.replace(event.subject.own_name, "")).strip(" ,")
    if line and words.startswith(_UNLIKE):
        return event.severity, event.kind, event.subject.key, said
    kind = "" if event.kind.startswith("log") else event.subject.kind
    return event.severity, event.kind, event.routine, kind, words


def _one_of(run: Sequence[Event]) -> Event:
    one = together(run)
    again = f"; {len(run)} times" if not one.others else ""
    return one.model_copy(update={"text": f"{one.text}{again}, last at {run[-1].at:%H:%M} UTC"})
