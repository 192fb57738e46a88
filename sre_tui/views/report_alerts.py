"""Which alerts fired: how often against the window before, the noisiest, those that flap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sre_tui.memory.report_sections import Alerts, ReportedAlert
from sre_tui.views.cells import span_cell, text_cell
from sre_tui.views.human import count
from sre_tui.views.investigation_words import some
from sre_tui.views.report_chapter import chapter, rest
from sre_tui.views.report_figures import against
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
)
from sre_tui.views.severity import severity_rank, severity_tone
from widgets.cell import Cell, Tone, marked

MOST: Final = 10


def alerts(section: Alerts, times: Times) -> Chapter:
    """The noisiest first, and by day."""
    silenced = f"; {section.silenced} silenced" if section.silenced else ""
    if section.fired == section.firing == 0 and not section.alerts:
        sentence = f"No alert fired, {change_words(section, times)}{silenced}."
        return chapter("alerts", section, Tone.OK, "none", sentence)
    sentence = f"{_fired(section, times)}; {_fires(section.firing)}{silenced}."
    grave = any(one.firing and severity_rank(one.severity) < 2 for one in section.alerts)
    tone = Tone.ERROR if grave else Tone.WARNING if section.firing else Tone.NEUTRAL
    over = "not all known" if section.firing is None else "over"
    word = f"{section.firing} firing" if section.firing else over
    return chapter("alerts", section, tone, word, sentence, _parts(section, times))


def _fired(section: Alerts, times: Times) -> str:
    if section.fired is None:
        if not section.within:
            return "How often alerts fired is not known"
        return f"Alerts fired {_times(section.within)} at least, their history is not known"
    change = change_words(section, times)
    if section.within is None:
        return f"{count(section.fired, 'alert')} began to fire, {change}"
    if not section.within:
        return f"No alert fired, {change}"
    earlier = earlier_words(section)
    return f"Alerts fired {_times(section.within)}{earlier and f' ({earlier})'}, {change}"


def change_words(section: Alerts, times: Times) -> str:
    """How the amount of the window changed; of old reports, of what began in it."""
    if section.within is None:
        return against(section.fired or 0, section.fired_before, times.before)
    return against(section.within, section.within_before, times.before)


def earlier_words(section: Alerts) -> str:
    """How many of those that fired in the window began before it: ``2 of them began earlier``."""
    if section.fired is None or section.within is None or section.fired >= section.within:
        return ""
    earlier = section.within - section.fired
    if earlier < section.within:
        return f"{earlier:,} of them began earlier"
    return "it began earlier" if earlier == 1 else "all of them began earlier"


def fired_figure(section: Alerts, times: Times, tone: Tone) -> Figure | None:
    """How many fired, at a glance; None where nobody told."""
    if section.fired is None:
        if not section.within:
            return None
        return Figure(f"{section.within:,} or more", "alerts fired", "history not known", tone)
    change = change_words(section, times)
    if section.within is None:
        return Figure(f"{section.fired:,}", "alerts that began to fire", change, tone)
    name = "alert fired" if section.within == 1 else "alerts fired"
    note = "; ".join(filter(None, (change, earlier_words(section))))
    return Figure(f"{section.within:,}", name, note, tone)


def _fires(amount: int | None) -> str:
    if amount is None:
        return "what fires now is not known"
    return f"{amount or 'none'} {'fires' if amount == 1 else 'fire'} now"


def _times(amount: int) -> str:
    return "once" if amount == 1 else "twice" if amount == 2 else f"{amount:,} times"


def _parts(section: Alerts, times: Times) -> Iterator[Part]:
    flapping = [one for one in section.alerts if one.flapping]
    for one in flapping[:MOST]:
        of = f" of {some(one.subjects, 3)}" if one.subjects else ""
        yield Paragraph(
            (
                Span("flapping", Tone.WARNING, strong=True),
                Span(f"  {one.name}{of} came and went {_times(one.times)}"),
            ),
            mark=Tone.WARNING.glyph,
        )
    if section.alerts:
        yield _noisiest(section, times)
    if any(day.critical or day.warning or day.other for day in section.days):
        yield _by_day(section, times)


def _noisiest(section: Alerts, times: Times) -> Table:
    return Table(
        "The noisiest",
        (
            column("name", "Alert", lambda row: text_cell(row.name), 22),
            column("severity", "Severity", _severity, 10),
            column("state", "State", _state, 10),
            column("times", "Times", _began, 7, right=True),
            column("seconds", "Fired for", lambda row: _lasted(row, times), 9, 2, right=True),
            column("subjects", "About", lambda row: text_cell(some(row.subjects, 3)), 14, 1,
                   flexible=True),
            column("last", "Last", lambda row: times.cell(row.last or row.first), 16, 3),
            column("incidents", "In journal", _recorded, 10, 4, right=True),
        ),
        section.alerts[:MOST],
        more=rest(len(section.alerts) - MOST, "alert"),
    )  # fmt: skip


def _severity(row: ReportedAlert) -> Cell:
    tone = severity_tone(row.severity)
    return Cell(marked(tone, row.severity or "none"), float(severity_rank(row.severity)), tone)


def _state(row: ReportedAlert) -> Cell:
    if row.firing:
        return Cell(f"firing x{row.firing}" if row.firing > 1 else "firing", 0.0, Tone.WARNING)
    return Cell("over", 1.0, Tone.MUTED)


def _began(row: ReportedAlert) -> Cell:
    return Cell(f"{row.times:,}" if row.times else "before", float(row.times))


def _lasted(row: ReportedAlert, times: Times) -> Cell:
    window = (times.until - times.since).total_seconds()
    if row.lasted is None and row.seconds > window:
        # Old reports have but the sum over all subjects.
        return Cell("not known", None, Tone.MUTED)
    return span_cell(row.seconds if row.lasted is None else row.lasted)


def _recorded(row: ReportedAlert) -> Cell:
    return Cell(f"{row.incidents}" if row.incidents else "", float(row.incidents))


def _by_day(section: Alerts, times: Times) -> Bars:
    days = section.days
    stacks = (
        Stack("critical", Tone.CRITICAL, tuple(float(day.critical) for day in days)),
        Stack("warning", Tone.WARNING, tuple(float(day.warning) for day in days)),
        Stack("other", Tone.INFO, tuple(float(day.other) for day in days)),
    )
    told = ", ".join(
        f"{times.day(day.day)} {day.critical + day.warning + day.other}" for day in days
    )
    return Bars(
        "alerts-per-day",
        "Alerts that began to fire, per day",
        tuple(times.day(day.day) for day in days),
        tuple(stack for stack in stacks if any(stack.values)),
        f"Alerts that began to fire, per day: {told}. {_most(section)}",
    )


def _most(section: Alerts) -> str:
    critical = sum(day.critical for day in section.days)
    return f"{count(critical, 'of them was', 'of them were')} critical."
