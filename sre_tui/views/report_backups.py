"""Whether everything could be restored, and what the backup runs came to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sre_tui.memory.report_sections import Backups, FailedRun, ReportedDatastore, UncoveredGuest
from sre_tui.views.backup_coverage import VERDICTS
from sre_tui.views.cells import fill_cell, size_cell, state_cell, text_cell
from sre_tui.views.forecasts import YEAR
from sre_tui.views.human import MISSING, count
from sre_tui.views.investigation_words import some
from sre_tui.views.report_alike import alike, without_figures
from sre_tui.views.report_chapter import chapter, rest
from sre_tui.views.report_parts import (
    Bars,
    Chapter,
    Figure,
    Paragraph,
    Part,
    Span,
    Stack,
    Table,
    Times,
    column,
    item,
    text,
    verbatim,
)
from widgets.cell import Cell, Tone

MOST_GUESTS: Final = 12
MOST_FAILURES: Final = 6
PAUSE: Final = timedelta(hours=6)
"""Between two failed runs of which neither is of the same night as the other."""
_CALM: Final = ("ok", "ok_in_part", "excluded", "template")
_AGE: Final = re.compile(r"; (?:the newest good one|its newest backup) is of [^;]+")
"""It has a column of its own."""


@dataclass(frozen=True)
class _Uncovered:
    """Guests of which the same is told."""

    verdict: str
    guests: tuple[str, ...]
    reason: str
    newest: tuple[datetime | None, ...]


def backups(section: Backups, times: Times) -> Chapter:
    """Coverage, runs and datastores."""
    if not section.guests and not section.kept and not section.runs and not section.datastores:
        return chapter("backups", section, Tone.MUTED, "none", "No guest, run or datastore is "
                       "known that could be judged.")  # fmt: skip
    parts = tuple(_parts(section, times))
    tone = _tone(section)
    short, late = _short(section), _late(section)
    word = (
        f"{short - late} not covered" if short > late
        else f"{late} late" if short > 0
        else f"{section.failed_runs} failed" if section.failed_runs
        else "all covered" if section.guests else f"{section.kept} kept" if section.kept
        else "runs only"
    )  # fmt: skip
    return chapter("backups", section, tone, word, _sentence(section), parts)


def _short(section: Backups) -> int:
    """Guests that are known not to be covered."""
    return (section.guests or 0) - (section.covered or 0)


def _late(section: Backups) -> int:
    """Guests whose newest good backup is older than it should be, which is still there."""
    return min(section.verdicts.get("stale", 0), max(0, _short(section)))


def backed_up_figure(section: Backups, tone: Tone) -> Figure | None:
    """How many guests have a good backup, at a glance; None where none could be judged."""
    if not section.guests:
        return None
    late, left_out = _late(section), section.verdicts.get("excluded", 0)
    notes = (
        f"{count(section.failed_runs, 'run')} failed" if section.failed_runs else "",
        f"{left_out} more left out on purpose" if left_out else "",
    )
    backed_up = f"{(section.covered or 0) + late} of {section.guests}"
    name = f"guests backed up{f', {late} of them late' if late else ''}"
    return Figure(backed_up, name, "; ".join(filter(None, notes)), tone)


def _tone(section: Backups) -> Tone:
    grave = {VERDICTS[one.verdict][2] for one in section.uncovered if one.verdict in VERDICTS}
    if grave & {Tone.CRITICAL, Tone.ERROR}:
        return Tone.ERROR
    if section.failed_runs or section.unverified or _short(section):
        return Tone.WARNING
    if any(store.problem for store in section.datastores):
        return Tone.WARNING
    return Tone.OK if section.guests else Tone.NEUTRAL


def _sentence(section: Backups) -> str:
    told: list[str] = []
    if section.guests:
        covered = f"{section.covered} of {section.guests}"
        partly = section.verdicts.get("ok_in_part", 0)
        without = f", {partly} of them without some disks" if partly else ""
        every = "has a good backup" if partly else "could be restored"
        late = _late(section)
        if section.covered == section.guests:
            told.append(f"every guest {every}: {covered} are covered{without}")
        elif late == _short(section):
            of = f"{late} of {section.guests}"
            told.append(
                f"every guest has a good backup, but that of {of} is older than it should be"
                f"{without and f'; {partly} lack some disks in theirs'}"
            )
        else:
            told.append(f"{covered} guests are covered as they should be{without}")
            if late:
                of = count(late, "more has", "more have")
                told.append(f"{of} a good backup that is older than it should be")
        if left_out := section.verdicts.get("excluded", 0):
            told.append(f"{left_out} more left out on purpose")
    elif section.kept is not None:
        told.append(
            f"backups of {count(section.kept, 'guest or host', 'guests and hosts')} are kept; "
            "which guests should have some only Proxmox VE could tell"
        )
    else:
        told.append("no guest could be judged")
    failed = f"{section.failed_runs} failed" if section.failed_runs else "none failed"
    if section.runs is None:
        told.append("how the backup runs ended is not known")
    else:
        told.append(f"{count(section.runs, 'backup run')}, {failed}" if section.runs else "no runs")
    if section.unverified:
        who = ("guest or host", "guests and hosts") if not section.guests else ("guest", "guests")
        told.append(f"the newest backup of {count(section.unverified, *who)} is not verified")
    sentence = "; ".join(told)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _parts(section: Backups, times: Times) -> Iterator[Part]:
    trouble = tuple(_trouble(section, times))
    yield from trouble
    yield from _in_part(section)
    if any(day.ok or day.failed for day in section.days):
        yield _by_day(section, times)
    if section.datastores and (
        trouble or any(_is_telling(store, times) for store in section.datastores)
    ):
        yield _datastores(section, times)


def _is_telling(store: ReportedDatastore, times: Times) -> bool:
    if store.problem:
        return True
    return store.full_at is not None and (store.full_at - times.made).total_seconds() < YEAR


def _trouble(section: Backups, times: Times) -> Iterator[Part]:
    others = {
        verdict: amount
        for verdict, amount in section.verdicts.items()
        if amount and verdict not in _CALM
    }
    if others:
        words = [f"{amount} {VERDICTS[v][0] if v in VERDICTS else v}" for v, amount in
                 others.items()]  # fmt: skip
        if len(words) > 1 or not section.uncovered:
            yield text(Span(f"The others: {', '.join(words)}.", Tone.MUTED))
    if section.uncovered:
        yield _uncovered(section, times)
    yield from _failures(section, times)


def _uncovered(section: Backups, times: Times) -> Table:
    groups = alike(section.uncovered, lambda one: (one.verdict, without_figures(_reason(one))))
    rows = [
        _Uncovered(
            several[0].verdict,
            tuple(one.guest for one in several),
            _reason(several[0]),
            tuple(one.newest for one in several),
        )
        for several in groups
    ]
    left = sum(len(row.guests) for row in rows[MOST_GUESTS:])
    return Table(
        "Guests whose newest good backup is older than it should be"
        if all(row.verdict == "stale" for row in rows)
        else "Guests that cannot be restored as they should be",
        (
            column("verdict", "Backup", _verdict, 13),
            column("guest", "Guest", lambda row: text_cell(some(row.guests, 3)), 18),
            column("reason", "Why", lambda row: text_cell(row.reason), 24, flexible=True),
            column("newest", "Newest good", lambda row: _newest(row, times), 18, 1),
        ),
        tuple(rows[:MOST_GUESTS]),
        folded=("guest", "reason"),
        more=rest(left, "guest"),
    )


def _in_part(section: Backups) -> Iterator[Part]:
    groups = alike(section.in_part, lambda one: one.reason)
    if not groups:
        return
    yield text(Span("Backed up without some of their disks", strong=True))
    for several in groups[:MOST_GUESTS]:
        who = some([one.guest for one in several], 3)
        yield item(Span(who), Span(f": {several[0].reason}", Tone.MUTED))
    left = section.verdicts.get("ok_in_part", 0) - sum(map(len, groups[:MOST_GUESTS]))
    if more := rest(left, "guest"):
        yield text(Span(more, Tone.MUTED))


def _reason(one: UncoveredGuest) -> str:
    return _AGE.sub("", one.reason) if one.newest else one.reason


def _verdict(row: _Uncovered) -> Cell:
    word, rank, tone = VERDICTS.get(row.verdict, (row.verdict, 4.5, Tone.WARNING))
    return state_cell(word, tone, rank)


def _newest(row: _Uncovered, times: Times) -> Cell:
    known = [each for each in row.newest if each is not None]
    if len(known) < len(row.newest):
        return Cell("not known" if row.verdict == "unknown" else "none", None, Tone.MUTED)
    oldest = min(known)
    if oldest == max(known):
        return times.cell(oldest)
    return Cell(f"from {times.on(oldest)} on", oldest)


def _failures(section: Backups, times: Times) -> Iterator[Part]:
    groups = alike(_by_night(section.failures), lambda one: one[1:])
    told = [[run for run, *_ in several] for several in groups[:MOST_FAILURES]]
    if not told:
        return
    yield text(Span("Runs that failed", strong=True))
    for several in told:
        one = several[0]
        what = some([each.what for each in several], 3)
        where = f" ({one.source})" if one.source else ""
        yield Paragraph(
            (
                Span(times.at(one.at), Tone.ERROR),
                Span(f"  {what}"),
                Span(where, Tone.MUTED),
            ),
            mark=Tone.ERROR.glyph,
        )
        if one.error:
            yield verbatim(one.error)
    left = max(section.failed_runs or 0, len(section.failures)) - sum(map(len, told))
    if more := rest(left, "failed run"):
        yield text(Span(more, Tone.MUTED))


def _by_night(
    failures: Iterable[FailedRun],
) -> Iterator[tuple[FailedRun, str, str, int]]:
    """Each with its source, its error without figures, and the number of its night among those.

    Of one night are those with less than a pause between them, and of each thing only one run.
    """
    known: dict[tuple[str, str], tuple[int, datetime, set[str]]] = {}
    for one in failures:
        key = one.source, without_figures(one.error)
        night, last, named = known.get(key, (0, one.at, set()))
        if abs(last - one.at) > PAUSE or one.what in named:
            night, named = night + 1, set()
        known[key] = night, one.at, {*named, one.what}
        yield one, *key, night


def _by_day(section: Backups, times: Times) -> Bars:
    told = ", ".join(
        f"{times.day(day.day)} {day.ok} ok{f' {day.failed} failed' if day.failed else ''}"
        for day in section.days
    )
    stacks = (
        Stack("failed", Tone.ERROR, tuple(float(day.failed) for day in section.days)),
        Stack("ok", Tone.OK, tuple(float(day.ok) for day in section.days)),
    )
    return Bars(
        "backups-by-day",
        "Backup runs, per day",
        tuple(times.day(day.day) for day in section.days),
        tuple(stack for stack in stacks if any(stack.values)),
        f"Backup runs, per day: {told}.",
    )


def _datastores(section: Backups, times: Times) -> Table:
    def collected(row: ReportedDatastore) -> Cell:
        if not row.plugged_in:
            return Cell("", None)
        if row.collecting:
            return Cell("runs now", None, Tone.INFO)
        if row.garbage_collected is None:
            return Cell(MISSING, None, Tone.MUTED)
        return times.cell(row.garbage_collected)

    def problem(row: ReportedDatastore) -> Cell:
        return Cell(row.problem, row.problem, Tone.WARNING) if row.problem else Cell("", None)

    return Table(
        "Datastores",
        (
            column("name", "Datastore", lambda row: text_cell(row.name), 18),
            column("used", "Used", _fill, 15),
            column("size", "Of", _size, 9, 2, right=True),
            column("full", "Full on", lambda row: Cell(times.on(row.full_at), row.full_at), 11, 1),
            column("collected", "GC ended", collected, 16, 2),
            column("problem", "Problem", problem, 16, flexible=True),
        ),
        section.datastores,
        bars=("used",),
        folded=("problem",),
    )


def _size(row: ReportedDatastore) -> Cell:
    return size_cell(row.size) if row.plugged_in else Cell("", None)


def _fill(row: ReportedDatastore) -> Cell:
    if not row.plugged_in:
        return Cell("not plugged in", None, Tone.MUTED)
    return fill_cell(row.used / row.size if row.used is not None and row.size else None)
