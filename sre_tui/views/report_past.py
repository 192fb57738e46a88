"""What changed, and what was recorded as an incident."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sre_tui.memory.report_sections import (
    Changes,
    JournalIncidents,
    ReportedChange,
    ReportedIncident,
)
from sre_tui.views.cells import state_cell, text_cell
from sre_tui.views.human import count, duration
from sre_tui.views.investigation_words import some
from sre_tui.views.report_alike import alike, without_figures
from sre_tui.views.report_chapter import chapter, rest
from sre_tui.views.report_now import TONES
from sre_tui.views.report_parts import Chapter, Paragraph, Part, Span, Table, Times, column, text
from sre_tui.views.severity import severity_rank, severity_tone
from widgets.cell import Cell, Tone, marked

MOST_CHANGES: Final = 15
MOST_INCIDENTS: Final = 10
_RANKS: Final = {"critical": 0, "warning": 1, "note": 2}
_OTHERS: Final = re.compile(r"; the same for \d+ others?: .*$")
"""What the timeline says of others to which it happened at the same time."""


def changes(section: Changes, times: Times) -> Chapter:
    """In order of time."""
    known = len(section.changes) + section.left_out
    if not known:
        return chapter("changes", section, Tone.OK, "nothing", "Nothing changed.")
    grave = [one for one in section.changes if one.severity != "note"]
    told = f", {len(grave)} of them of weight" if grave else ""
    sentence = f"{count(known, 'change')}{told}."
    word = count(known, "change")
    if not section.changes:
        return chapter("changes", section, Tone.NEUTRAL, word, f"{count(known, 'change')}, none of "
                       "them telling.")  # fmt: skip
    return chapter("changes", section, Tone.NEUTRAL, word, sentence, _changes(section, times))


def _changes(section: Changes, times: Times) -> Iterator[Paragraph]:
    groups = alike(section.changes, _kind_of)
    by_weight = sorted(groups, key=lambda one: (_RANKS[one[0].severity], -one[0].at.timestamp()))
    shown = {id(several) for several in by_weight[:MOST_CHANGES]}
    for several in groups:
        if id(several) not in shown:
            continue
        one = several[0]
        tone = TONES[one.severity]
        subjects = tuple(dict.fromkeys(each.subject for each in several))
        is_said = len(several) == 1 and one.subject in one.text
        about = "" if is_said else f"{some(subjects, 3)}: "
        times_ = sum(each.count for each in several)
        until = f", until {times.at(several[-1].at)}" if len(several) > 1 else ""
        often = f" ({_often(len(several), times_)}{until})" if times_ > 1 else ""
        yield Paragraph(
            (
                Span(f"{times.at(one.at)}  ", Tone.MUTED),
                *(
                    (Span(f"{one.severity}  ", tone, strong=True),)
                    if one.severity != "note"
                    else ()
                ),
                Span(about, strong=True),
                Span(f"{_OTHERS.sub('', one.text) if until else one.text}{often}"),
            ),
            mark=tone.glyph,
        )
    told = sum(len(several) for several in groups if id(several) in shown)
    if more := rest(len(section.changes) - told + section.left_out, "change"):
        yield text(Span(more, Tone.MUTED))


def _often(changes: int, times: int) -> str:
    """How many of the changes that were announced it stands for, and how often they happened."""
    if changes == 1:
        return f"x{times}"
    alike_ = f"{changes} changes alike"
    return alike_ if times == changes else f"{alike_}, x{times}"


def _kind_of(one: ReportedChange) -> object:
    return one.kind, one.severity, without_figures(_OTHERS.sub("", one.text), one.subject)


def incidents(section: JournalIncidents, times: Times) -> Chapter:
    """Open ones first."""
    if not section.incidents:
        none = "No incident was recorded, and none is open."
        return chapter("incidents", section, Tone.OK, "none", none)
    told = len(section.incidents)
    if told == 1:
        open_ = "it is open" if section.open else "it is closed"
    else:
        open_ = f"{section.open or 'none'} of them {'is' if section.open == 1 else 'are'} open"
    sentence = f"{count(told, 'incident')} in the journal; {open_}."
    tone = Tone.WARNING if section.open else Tone.NEUTRAL
    word = f"{section.open} open" if section.open else "all closed"
    return chapter("incidents", section, tone, word, sentence, (_incidents(section, times),))


def _incidents(section: JournalIncidents, times: Times) -> Part:
    def state(row: ReportedIncident) -> Cell:
        if row.ended is None:
            return state_cell("open", Tone.WARNING, 0)
        return state_cell("closed", Tone.OK, 1)

    def severity(row: ReportedIncident) -> Cell:
        if not row.severity:
            return Cell("", None)
        tone = severity_tone(row.severity)
        return Cell(marked(tone, row.severity), float(severity_rank(row.severity)), tone)

    return Table(
        "",
        (
            column("id", "Incident", lambda row: text_cell(row.id), 9, 3),
            column("state", "State", state, 8),
            column("title", "Title", lambda row: text_cell(row.title), 24, flexible=True),
            column("severity", "Severity", severity, 10, 2),
            column("cause", "Cause", lambda row: text_cell(row.cause), 20, 1, flexible=True),
            column("started", "Began", lambda row: times.cell(row.started), 16),
            column("lasted", "Lasted", lambda row: _lasted(row, times.made), 12, 2, right=True),
        ),
        section.incidents[:MOST_INCIDENTS],
        folded=("title", "cause"),
        more=rest(len(section.incidents) - MOST_INCIDENTS, "incident"),
    )


def _lasted(row: ReportedIncident, made: datetime) -> Cell:
    seconds = ((row.ended or made) - row.started).total_seconds()
    return Cell(duration(seconds) if row.ended else f"{duration(seconds)} so far", seconds)
