"""When alerts fired: out of what Prometheus and Grafana remember, each firing once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from providers.alerting import Alert, AlertState, concerned, host_of
from providers.text import one_line

if TYPE_CHECKING:
    from providers.grafana import Annotation
    from providers.series import Labels, Series

DAY: Final = timedelta(days=1)
SAME: Final = timedelta(minutes=11)
"""What two sources tell of one firing may be so far apart: each looks in its own rhythm."""
FLAPPING: Final = 6
"""Firings for one subject within a day from which on nobody looks any more."""
_LABELS_IN_TEXT: Final = re.compile(r"\{(.*)\}")
_NEXT_LABEL: Final = re.compile(r",\s*(?=[A-Za-z_]\w*=)")
_FIRES: Final = ("alerting", "error", "nodata", "firing")
_STILL: Final = ("recovering",)


@dataclass(frozen=True)
class Firing:
    """One time that an alert fired for one subject.

    Attributes:
        name: of the alert.
        about: the subject; empty if no label tells.
        severity: as its label has it.
        source: who says so.
        began: None if it fired already when what is remembered begins.
        ended: None if it still fires.
    """

    name: str
    about: str
    severity: str
    source: str
    began: datetime | None
    ended: datetime | None

    @property
    def subject(self) -> tuple[str, str]:
        """What tells its subject from that of others."""
        return self.name, self.about

    def start(self, earliest: datetime) -> datetime:
        """When it began, or the earliest that is known."""
        return self.began or earliest

    def seconds(self, since: datetime, until: datetime) -> float:
        """How long it fired within a window."""
        begin, end = max(self.start(since), since), min(self.ended or until, until)
        return max(0.0, (end - begin).total_seconds())


def from_series(
    series: Iterable[Series], start: datetime, end: datetime, step: timedelta
) -> Iterator[Firing]:
    """Firings out of ``ALERTS{alertstate="firing"}``, with a point per step while it fires.

    Args:
        series: of one range query, or of several whose windows meet.
        start: first moment that was asked for.
        end: the last one.
        step: between two points.
    """
    times: dict[tuple[str, tuple[tuple[str, str], ...]], list[datetime]] = defaultdict(list)
    for one in series:
        key = one.source, tuple(sorted(one.labels.items()))
        times[key] += [at for at, _ in one.points]
    for (source, pairs), moments in times.items():
        labels = dict(pairs)
        ordered = sorted(set(moments))
        for first, last in _runs(ordered, step * 1.5):
            yield _firing(
                labels.get("alertname", ""), labels, source,
                # The step before the first point did not see it yet.
                None if first - start < step else first,
                None if end - last < step else last + step,
            )  # fmt: skip


def _runs(moments: Sequence[datetime], gap: timedelta) -> Iterator[tuple[datetime, datetime]]:
    begin = 0
    for place, at in enumerate(moments):
        if place + 1 == len(moments) or moments[place + 1] - at > gap:
            yield moments[begin], at
            begin = place + 1


def from_annotations(marks: Iterable[Annotation]) -> Iterator[Firing]:
    """Firings out of Grafana's history of the states of its own rules, in order of time."""
    histories: dict[tuple[str, str, str], list[Annotation]] = defaultdict(list)
    for one in marks:
        if one.kind == "alert":
            found = _LABELS_IN_TEXT.search(one.text)
            told = found.group(1) if found else ""
            histories[one.source, one.alert_name or "", told].append(one)
    for (source, name, told), history in histories.items():
        labels = _labels(told)
        yield from _of_history(name or labels.get("alertname", ""), labels, source, history)


def _of_history(
    name: str, labels: Labels, source: str, history: Sequence[Annotation]
) -> Iterator[Firing]:
    ordered = sorted(history, key=lambda one: (one.at, one.id))
    began: datetime | None = None
    fires = _state(ordered[0].old_state).startswith(_FIRES + _STILL)
    for one in ordered:
        state = _state(one.new_state)
        if state.startswith(_STILL):
            continue
        if state.startswith(_FIRES):
            if not fires:
                began, fires = one.at, True
        elif fires:
            yield _firing(name, labels, source, began, one.at)
            began, fires = None, False
    if fires:
        yield _firing(name, labels, source, began, None)


def _state(text: str | None) -> str:
    return (text or "").casefold()


def from_alerts(alerts: Iterable[Alert]) -> Iterator[Firing]:
    """Firings that go on, as the sources tell them now."""
    for one in alerts:
        if one.state is AlertState.FIRING:
            yield _firing(one.name, one.labels, one.source, one.active_at, None, one.about)


def _firing(
    name: str,
    labels: Mapping[str, str],
    source: str,
    began: datetime | None,
    ended: datetime | None,
    about: str = "",
) -> Firing:
    own = dict(labels)
    return Firing(
        name=one_line(name, 120) or "an alert without a name",
        about=one_line(about or concerned(own) or host_of(own) or "", 120),
        severity=one_line(own.get("severity", ""), 40),
        source=source,
        began=began,
        ended=ended,
    )


def _labels(text: str) -> Labels:
    pairs = (part.partition("=") for part in _NEXT_LABEL.split(text))
    return {name.strip(): value for name, sign, value in pairs if sign}


def each_once(firings: Iterable[Firing], earliest: datetime, latest: datetime) -> list[Firing]:
    """Every firing once, though several sources, or several label sets of one, tell of it.

    What one source tells of a subject at overlapping times is one firing; what a further source
    tells counts only where nobody before it knows of one about then.

    Args:
        firings: those of the most exact source first.
        earliest: from where on firings are remembered.
        latest: until when.
    """
    subjects: dict[tuple[str, str], dict[str, list[Firing]]] = defaultdict(dict)
    for one in firings:
        subjects[one.subject].setdefault(one.source, []).append(one)
    found: list[Firing] = []
    for by_source in subjects.values():
        kept: list[Firing] = []
        for several in by_source.values():
            known = tuple(kept)
            kept += [
                one for one in _united(several, earliest, latest)
                if not any(_touch(one, each, earliest, latest) for each in known)
            ]  # fmt: skip
        found += kept
    return sorted(found, key=lambda one: (one.start(earliest), one.subject))


def _united(firings: Sequence[Firing], earliest: datetime, latest: datetime) -> list[Firing]:
    united: list[Firing] = []
    for one in sorted(firings, key=lambda each: each.start(earliest)):
        last = united[-1] if united else None
        if last is not None and one.start(earliest) <= (last.ended or latest):
            ended = None
            if last.ended is not None and one.ended is not None:
                ended = max(last.ended, one.ended)
            united[-1] = replace(last, ended=ended, severity=last.severity or one.severity)
        else:
            united.append(one)
    return united


def _touch(one: Firing, other: Firing, earliest: datetime, latest: datetime) -> bool:
    return (
        one.start(earliest) - SAME <= (other.ended or latest)
        and other.start(earliest) <= (one.ended or latest) + SAME
    )


def closed(firings: Iterable[Firing], still: frozenset[tuple[str, str]]) -> Iterator[Firing]:
    """The firings, of which those that no source tells now are over.

    Args:
        firings: of a history, whose end may have been missed.
        still: what fires now, by name and subject.
    """
    for one in firings:
        if one.ended is None and one.subject not in still and one.began is not None:
            # When is not known; nothing says that it went on.
            yield replace(one, ended=one.began)
        elif one.ended is not None or one.subject in still:
            yield one


def is_flapping(began: Sequence[datetime]) -> bool:
    """Whether firings of one subject, in order of time, are so many within a day."""
    return any(
        later - earlier < DAY for earlier, later in zip(began, began[FLAPPING - 1 :], strict=False)
    )
