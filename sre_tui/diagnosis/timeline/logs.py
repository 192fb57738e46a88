"""Events out of logs: starts and updates that lines tell of, new errors, bursts, silence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from providers.loki.patterns import masked, message_of
from providers.loki.selector import quote
from providers.text import both_ends, one_line
from sre_tui.diagnosis.evidence import LONGEST_SAID, Evidence
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.event import Event, EventKind
from sre_tui.diagnosis.timeline.log_lines import LineKind, kind_of
from sre_tui.diagnosis.timeline.named import named_in
from sre_tui.diagnosis.timeline.observed import Observed, Teller
from sre_tui.diagnosis.topology.from_metrics import SYSTEM_PROGRAMS
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.names import Names
from sre_tui.views.human import count, duration

if TYPE_CHECKING:
    from providers.loki import LogEntry
    from providers.series import Labels, Series
    from sre_tui.diagnosis.picture.picture import Picture
    from sre_tui.diagnosis.timeline.log_history import LogHistory

MIN_LINES: Final = 20
"""Lines of a program within a bucket for a change of its volume to mean anything."""
MANY_TIMES: Final = 5.0
MIN_ERRORS: Final = 5
ERROR_TIMES: Final = 4.0
"""Factor over its own earlier median from which on a count is a burst."""
STEADY: Final = 5.0
"""Lines per bucket, as a median, from which on silence of a program is news."""
SILENT: Final = 3
"""Empty buckets at the end of the window that make a silence."""
EARLIER: Final = 4
"""Buckets that must lie before a burst for a median to be one."""
_KINDS: Final[Mapping[LineKind, tuple[EventKind, str]]] = {
    "oom": ("killed", "oom_kill"),
    "update": ("updated", "bad_update"),
    "deploy": ("updated", "bad_update"),
    "restart": ("restarted", "started"),
}
_PACKAGE_MANAGERS: Final = ("apt", "apt-get", "dpkg", "dnf", "yum", "unattended-upgrade")
"""Programs that tell of updates of their machine, and run nothing of their own."""
_STOPS: Final = re.compile(r"(?i)\bstopp(ed|ing)\b|shutting down|\bexited\b")
_STARTS: Final = re.compile(r"(?i)\bstart(ed|ing)\b|\bbooted\b")


def observed_lines(
    history: LogHistory, topology: Topology, patterns: Patterns, since: datetime
) -> Iterator[Observed]:
    """Lifecycle lines and new kinds of errors of one Loki.

    What any machine wrote in the same words within the day before is routine.

    Args:
        history: the lines.
        topology: what is known to exist.
        patterns: lines that speak of one of them are found by it, and not told again.
        since: beginning of what is told; what is older serves to compare.
    """
    writers = _Writers(topology, history.labels)
    known = _Known(patterns)
    yield from _lifecycle(history, writers, known, since)
    yield from _new_errors(history, writers, known, since)


@dataclass(frozen=True)
class _Known:
    """Lines that a failure pattern speaks of."""

    patterns: Patterns

    def __contains__(self, line: object) -> bool:
        told = self.patterns.telling(str(line))
        return told is not None and not told[1].broad


@dataclass(frozen=True)
class _Writers:
    topology: Topology
    labels: tuple[str, str]

    def of(self, service: str, host: str) -> Subject:
        """Who writes under a name on a machine."""
        names = Names(self.topology)
        machine = names.machine(host) if host else None
        on = machine.name if machine is not None else one_line(host, 80)
        of_system = (*SYSTEM_PROGRAMS, *_PACKAGE_MANAGERS, on.casefold())
        own = service and service.casefold() not in of_system
        if own:
            name = one_line(service, 80)
            return Subject(kind=SubjectKind.CONTAINER, name=f"{on}/{name}" if on else name)
        if machine is not None:
            return machine
        return Subject(kind=SubjectKind.HOST, name=on or "unknown")

    def about(self, entry: LogEntry) -> Subject:
        """What a line of the machine's own is about: what it names, or else who wrote it."""
        writer = self.of(entry.service or "", entry.host or "")
        return named_in(message_of(entry.line), self.topology, writer.host) or writer

    def selector(self, service: str, host: str) -> str:
        """LogQL of the lines of a program on a machine."""
        pairs = [
            f"{label}={quote(value)}"
            for label, value in zip(self.labels, (service, host), strict=True)
            if label and value
        ]
        return f"{{{', '.join(pairs)}}}" if pairs else '{job=~".+"}'


def _lifecycle(
    history: LogHistory, writers: _Writers, known: _Known, since: datetime
) -> Iterator[Observed]:
    before = {masked(message_of(one.line)) for one in history.lifecycle if one.at < since}
    groups: dict[tuple[Subject, LineKind, tuple[str, ...]], list[LogEntry]] = defaultdict(list)
    for entry in history.lifecycle:
        kind = kind_of(entry.line) if entry.at >= since else None
        if kind is None or (kind != "update" and entry.line in known):
            continue
        words = masked(message_of(entry.line))
        groups[writers.about(entry), kind, words].append(entry)
    for (subject, kind, words), group in groups.items():
        oldest = min(group, key=lambda one: one.time_ns)
        event_kind, fact = _KINDS[kind]
        message = message_of(oldest.line)
        if kind == "restart" and _STOPS.search(message):
            event_kind, fact = "stopped", "program_stopped"
        elif kind == "restart" and _STARTS.search(message):
            event_kind = "started"
        times = f" ({count(len(group), 'line')})" if len(group) > 1 else ""
        yield _observed(
            group, event_kind, fact, subject, f"{both_ends(message, 200)}{times}",
            writers.selector(oldest.service or "", oldest.host or ""),
            routine=words in before,
        )  # fmt: skip


def _new_errors(
    history: LogHistory, writers: _Writers, known: _Known, since: datetime
) -> Iterator[Observed]:
    """Errors in words that nobody wrote before, those of one program together."""
    if history.complete_from >= since:
        # Without what was written before nobody can tell what is new.
        return
    groups: dict[tuple[str, str], dict[tuple[str, ...], list[LogEntry]]]
    groups = defaultdict(lambda: defaultdict(list))
    before: set[tuple[str, ...]] = set()
    for entry in history.errors:
        words = masked(message_of(entry.line))
        if entry.at < since:
            before.add(words)
        else:
            groups[entry.service or "", entry.host or ""][words].append(entry)
    for (service, host), templates in groups.items():
        new = [
            group
            for words, group in templates.items()
            if words not in before and group[0].line not in known
        ]
        if not new:
            continue
        lines = sorted((one for group in new for one in group), key=lambda one: one.time_ns)
        first = both_ends(message_of(lines[0].line), 200)
        amount = count(len(lines), "line")
        more = f" ({amount}, {len(new)} kinds)" if len(new) > 1 else f" ({amount})"
        text = f"new error: {first}{more if len(lines) > 1 else ''}"
        severe = lines[0].level == "critical" or len(lines) >= MIN_ERRORS
        yield _observed(
            lines, "log_new", "log_errors", writers.of(service, host), text,
            writers.selector(service, host),
            severity=Severity.WARNING if severe else Severity.NOTE,
        )  # fmt: skip


def _observed(
    lines: Sequence[LogEntry],
    kind: EventKind,
    fact: str,
    subject: Subject,
    text: str,
    selector: str,
    *,
    severity: Severity = Severity.NOTE,
    routine: bool = False,
) -> Observed:
    oldest = min(lines, key=lambda one: one.time_ns)
    newest = max(lines, key=lambda one: one.time_ns)
    evidence = Evidence(
        source=oldest.source,
        kind="log",
        says=both_ends(oldest.line, LONGEST_SAID),
        at=oldest.at,
        asked=selector,
        command=f"logs query '{selector}' --since 15m --end "
        f"{oldest.at + timedelta(minutes=10):%Y-%m-%dT%H:%M}",
    )
    event = Event(
        at=oldest.at,
        until=newest.at if newest.at - oldest.at > timedelta(minutes=1) else None,
        kind=kind,
        subject=subject,
        severity=severity,
        text=one_line(text, 240),
        routine=routine,
        evidence=(evidence,),
    )
    return Observed(event, fact, Teller.LOG)


def observed_counts(
    history: LogHistory, topology: Topology, since: datetime, end: datetime
) -> Iterator[Observed]:
    """Bursts and silence of programs against their own earlier median."""
    writers = _Writers(topology, history.labels)
    erring: set[Subject] = set()
    for series in history.error_counts:
        for one in _burst(series, writers, history, since, end, errors=True):
            erring.add(one.event.subject)
            yield one
    for series in history.counts:
        for one in _burst(series, writers, history, since, end, errors=False):
            if one.event.subject not in erring:
                yield one
        yield from _silence(series, writers, history, since, end)


def observed_volume(picture: Picture, topology: Topology) -> Iterator[Observed]:
    """The same out of the picture's own counts, where no history of logs was read."""
    from sre_tui.diagnosis.picture.logs import VOLUME_STEP
    from sre_tui.diagnosis.timeline.log_history import LogHistory

    for source, several in picture.log_volume.with_source():
        history = LogHistory(
            source, picture.start, (), picture.now, (), (), several, VOLUME_STEP,
            picture.log_labels,
        )  # fmt: skip
        yield from observed_counts(history, topology, picture.start, picture.now)


def _burst(
    series: Series,
    writers: _Writers,
    history: LogHistory,
    since: datetime,
    end: datetime,
    *,
    errors: bool,
) -> Iterator[Observed]:
    buckets = _buckets(series, history, end)
    least, times = (MIN_ERRORS, ERROR_TIMES) if errors else (MIN_LINES, MANY_TIMES)
    for place, (at, value) in enumerate(buckets):
        # Most have so few lines that nobody needs to know what is usual.
        if place < EARLIER or at < since or value < least:
            continue
        earlier = [amount for _, amount in buckets[:place]]
        usual = median(earlier)
        if value < times * usual or value <= 1.5 * max(earlier):
            continue
        peak, last = value, at
        for later, amount in buckets[place:]:
            if amount < max(least, times * usual):
                break
            peak, last = max(peak, amount), later
        noun = "error line" if errors else "line"
        per = duration(history.bucket)
        text = (
            f"wrote {count(round(peak), noun)} within {per}, usually {usual:.3g}"
            if usual
            else f"wrote {count(round(peak), noun)} within {per}, before hardly any"
        )
        fact = "log_errors" if errors else "log_flood"
        first = _first_error(series.labels, history, at) if errors else None
        yield _counted(
            series.labels, writers, history, "log_burst", fact, first or at, last, text,
            Severity.WARNING if errors else Severity.NOTE, exact=first is not None,
        )  # fmt: skip
        return


def _first_error(labels: Labels, history: LogHistory, at: datetime) -> datetime | None:
    """When the first error line within a bucket was written, if it was read."""
    end = at + timedelta(seconds=history.bucket)
    own = [(name, labels.get(name, "")) for name in history.labels if name]
    times = [
        one.at
        for one in history.errors
        if at <= one.at < end and all(one.labels.get(name, "") == value for name, value in own)
    ]
    return min(times, default=None)


def _silence(
    series: Series, writers: _Writers, history: LogHistory, since: datetime, end: datetime
) -> Iterator[Observed]:
    buckets = _buckets(series, history, end)
    last = max((place for place, (_, value) in enumerate(buckets) if value), default=0)
    spoken = [value for _, value in buckets[: last + 1]]
    silent = len(buckets) - 1 - last
    at = buckets[last][0] + timedelta(seconds=history.bucket) if buckets else end
    if silent < SILENT or len(spoken) < EARLIER or at < since or median(spoken) < STEADY:
        return
    text = f"writes no more logs; before {median(spoken):.3g} lines in {duration(history.bucket)}"
    yield _counted(
        series.labels, writers, history, "log_silence", "log_silence", at, None, text,
        Severity.NOTE,
    )  # fmt: skip


def _counted(
    labels: Labels,
    writers: _Writers,
    history: LogHistory,
    kind: EventKind,
    fact: str,
    at: datetime,
    until: datetime | None,
    text: str,
    severity: Severity,
    *,
    exact: bool = False,
) -> Observed:
    service, host = (labels.get(name, "") if name else "" for name in history.labels)
    subject = writers.of(service, host)
    selector = writers.selector(service, host)
    who = service or str(subject)
    evidence = Evidence(
        source=history.source,
        kind="log",
        says=one_line(f"{who} {text}", 180),
        at=at,
        asked=f"count_over_time({selector} [{history.bucket:.0f}s])",
        command=f"logs query '{selector}' --since 1h --end "
        f"{at + timedelta(minutes=30):%Y-%m-%dT%H:%M}",
    )
    event = Event(
        at=at,
        until=until,
        within=0.0 if exact else history.bucket,
        kind=kind,
        subject=subject,
        severity=severity,
        text=one_line(f"{who} {text}", 240),
        evidence=(evidence,),
    )
    return Observed(event, fact, Teller.SERIES)


def _buckets(series: Series, history: LogHistory, end: datetime) -> list[tuple[datetime, float]]:
    """Every bucket by its beginning; Loki leaves out those without a line."""
    step = timedelta(seconds=history.bucket)
    known = dict(series.points)
    if not known:
        return []
    first = min(known)
    # The first bucket reaches before what was asked for only if the backend has it; start after.
    while first - step >= history.start + step:
        first -= step
    found = []
    while first <= end:
        found.append((first - step, known.get(first, 0.0)))
        first += step
    return found
