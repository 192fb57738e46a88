"""Compares logs before and after a moment: what began, what stopped, what was restarted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from providers.grafana import Annotation
from providers.loki import Change, ChangeKind, LogEntry, StreamCount
from providers.loki.levels import ORDER
from providers.loki.patterns import masked, message_of
from providers.series import Labels, Sample
from providers.text import one_line
from sre_tui.diagnosis.timeline.log_lines import kind_of
from sre_tui.views.human import count
from sre_tui.views.logs import subject_text

MIN_LINES: Final = 20
"""Lines a service must have written for a change of its volume to mean anything."""
MANY_TIMES: Final = 4.0
"""Factor from which on a volume counts as changed."""
ERROR_TIMES: Final = 3.0
SILENT_AFTER: Final = 10
"""Lines from which on it is worth saying that there are none on the other side."""


def subject_of(labels: Mapping[str, str], service_label: str, host_label: str | None) -> str:
    """Who wrote the lines of a label set."""
    service = labels.get(service_label) or "unknown stream"
    host = labels.get(host_label, "") if host_label else ""
    return f"{service} on {host}" if host and host != service else service


def stream_counts(
    source: str,
    service_label: str,
    host_label: str | None,
    samples: tuple[Sequence[Sample], Sequence[Sample], Sequence[Sample], Sequence[Sample]],
) -> tuple[StreamCount, ...]:
    """Counts per service from those of all lines and error lines, before and after."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    labels: dict[str, Labels] = {}
    for place, each in enumerate(samples):
        for sample in each:
            subject = subject_of(sample.labels, service_label, host_label)
            found[subject][place] += round(sample.value or 0)
            labels[subject] = sample.labels
    counts = [
        StreamCount(
            source=source,
            subject=subject,
            before=numbers[0],
            after=numbers[1],
            errors_before=numbers[2],
            errors_after=numbers[3],
            labels=labels[subject],
        )
        for subject, numbers in found.items()
    ]
    counts.sort(key=lambda item: (item.errors_before - item.errors_after, item.subject))
    return tuple(counts)


def count_changes(
    counts: Iterable[StreamCount],
    around: datetime,
    ratio: float,
    first_errors: Mapping[str, LogEntry],
) -> Iterator[Change]:
    """Changes that the counts tell of.

    Args:
        counts: lines per service.
        around: the moment between before and after.
        ratio: length of the window after it in terms of the one before.
        first_errors: first error line after the moment by subject, for time and example.
    """
    for item in counts:
        expected = item.before * ratio
        expected_errors = item.errors_before * ratio
        example = first_errors.get(item.subject)
        since = example.at if example is not None else around
        numbers = f"{count(item.errors_after, 'error line')} after, {item.errors_before} before"
        if item.errors_after and not item.errors_before:
            yield _counted(item, "error_started", since, numbers, item.errors_after, example)
        elif item.errors_after >= max(5.0, ERROR_TIMES * expected_errors):
            yield _counted(item, "error_rate", since, numbers, item.errors_after, example)
        volume = f"{count(item.after, 'line')} after, {item.before} before"
        if item.before and not item.after and expected >= SILENT_AFTER:
            yield _counted(item, "went_silent", around, volume, 0, None)
        elif item.after >= SILENT_AFTER and not item.before:
            yield _counted(item, "appeared", around, volume, item.after, None)
        elif item.after >= max(MIN_LINES, MANY_TIMES * expected):
            yield _counted(item, "volume_up", around, volume, item.after, None)
        elif expected >= MIN_LINES and item.after * MANY_TIMES <= expected:
            yield _counted(item, "volume_down", around, volume, item.after, None)


def _counted(
    item: StreamCount,
    kind: ChangeKind,
    at: datetime,
    text: str,
    amount: int,
    example: LogEntry | None,
) -> Change:
    return Change(
        source=item.source,
        at=at,
        kind=kind,
        subject=item.subject,
        level="error" if kind.startswith("error") else "unknown",
        text=text,
        count=amount,
        example=one_line(example.line, 500) if example is not None else "",
        labels=item.labels,
    )


def lifecycle_changes(entries: Iterable[LogEntry]) -> Iterator[Change]:
    """Restarts, updates, deploys and kills that log lines tell of, alike ones together."""
    groups: dict[tuple[str, ChangeKind, tuple[str, ...]], list[LogEntry]] = defaultdict(list)
    for entry in entries:
        told = kind_of(entry.line)
        if told is not None:
            words = masked(message_of(entry.line))
            groups[subject_text(entry), told, words].append(entry)
    for (subject, kind, _), group in groups.items():
        yield _told(group, kind, subject, message_of(_oldest(group).line))


def new_messages(entries: Iterable[LogEntry], around: datetime) -> Iterator[Change]:
    """Warnings and errors whose template occurs after the moment and not before."""
    groups: dict[tuple[str, tuple[str, ...]], list[LogEntry]] = defaultdict(list)
    for entry in entries:
        groups[subject_text(entry), masked(message_of(entry.line))].append(entry)
    for (subject, _), group in groups.items():
        if all(entry.at >= around for entry in group):
            yield _told(group, "new_message", subject, message_of(_oldest(group).line))


def annotated_changes(annotations: Iterable[Annotation]) -> Iterator[Change]:
    """Marks of deploys and notes, and changes of alert states, those of one alert together."""
    transitions: dict[tuple[str, str, str], list[Annotation]] = defaultdict(list)
    for annotation in annotations:
        if annotation.kind == "alert":
            states = f"{annotation.old_state or 'unknown'} → {annotation.new_state or 'unknown'}"
            name = annotation.alert_name or "an alert"
            transitions[annotation.source, name, states].append(annotation)
        else:
            yield _marked(annotation)
    for (source, name, states), group in transitions.items():
        yield Change(
            source=source,
            at=min(annotation.at for annotation in group),
            kind="alert",
            subject=name,
            level="unknown",
            text=states,
            count=len(group),
        )


def _marked(annotation: Annotation) -> Change:
    text = " ".join((annotation.text, *(f"#{tag}" for tag in annotation.tags)))
    updates = "updat" in text.lower() or "upgrad" in text.lower()
    return Change(
        source=annotation.source,
        at=annotation.at,
        kind="update" if updates else "deploy",
        subject="annotation",
        level="unknown",
        text=one_line(text),
        count=1,
    )


def _told(group: Sequence[LogEntry], kind: ChangeKind, subject: str, text: str) -> Change:
    oldest = _oldest(group)
    return Change(
        source=oldest.source,
        at=oldest.at,
        kind=kind,
        subject=subject,
        level=min((entry.level for entry in group), key=ORDER.index),
        text=one_line(text),
        count=len(group),
        example=one_line(oldest.line, 500),
        labels=oldest.labels,
    )


def _oldest(group: Sequence[LogEntry]) -> LogEntry:
    return min(group, key=lambda entry: entry.time_ns)
