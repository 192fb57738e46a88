"""What was aimed at, and what was reached: what was missed first."""

from __future__ import annotations

from typing import Final

from sre_tui.memory.report_sections import Objectives, ReportedObjective
from sre_tui.views.cells import span_cell, state_cell, text_cell
from sre_tui.views.human import MISSING, count
from sre_tui.views.report_chapter import chapter, rest
from sre_tui.views.report_figures import share
from sre_tui.views.report_parts import Chapter, Part, Table, column
from widgets.cell import Cell, Tone

MOST: Final = 12
_VERDICTS: Final = {
    "fail": (Tone.ERROR, "missed", 0),
    "unknown": (Tone.STALE, "not known", 1),
    "pass": (Tone.OK, "met", 2),
}


def objectives(section: Objectives) -> Chapter:
    """Those that were missed, and those that nobody could measure; the others are counted."""
    unknown = [one for one in section.objectives if one.verdict == "unknown"]
    missed = [one for one in section.objectives if one.verdict == "fail"]
    passed, failed = section.passed or 0, max(section.failed or 0, len(missed))
    met = f"{passed:,} of {count(passed + failed, 'objective')}"
    aim = f" (aim: {share(section.target)} of the time)" if section.target else ""
    unmeasured = f"; {len(unknown)} could not be measured" if unknown else ""
    if not passed and not failed:
        none = "None could be measured" if unknown else "There is nothing to measure"
        return chapter("objectives", section, Tone.STALE if unknown else Tone.MUTED, "not known",
                       f"{none}.", _table([], unknown, 0))  # fmt: skip
    all_ = f"All {passed:,} met" if passed > 1 else "The only one was met"
    reached = f"{met} met" if failed else all_
    sentence = f"{reached}{aim}{unmeasured}."
    tone = Tone.ERROR if failed else Tone.STALE if unknown else Tone.OK
    word = f"{failed} missed" if failed else f"{len(unknown)} not known" if unknown else "all met"
    return chapter(
        "objectives", section, tone, word, sentence, _table(missed, unknown, failed - len(missed))
    )


def _table(
    missed: list[ReportedObjective], unknown: list[ReportedObjective], untold: int
) -> tuple[Part, ...]:
    rows = [*missed, *unknown]
    if not rows:
        return ()
    table = Table(
        "",
        (
            column("verdict", "Result", _verdict, 11),
            column("name", "Objective", lambda row: text_cell(row.name), 24, flexible=True),
            column("measured", "Measured", _measured, 9, right=True),
            column("target", "Aim", lambda row: Cell(share(row.target), row.target), 7, right=True),
            column("missed", "Not there", _not_there, 11, 1, right=True),
            column("kind", "Kind", lambda row: text_cell(row.kind), 8, 2),
            column("says", "Measured by", lambda row: text_cell(row.says), 24, 3, flexible=True),
        ),
        tuple(rows[:MOST]),
        more=rest(len(rows) + untold - MOST, "objective"),
    )
    return (table,)


def _verdict(row: ReportedObjective) -> Cell:
    tone, word, rank = _VERDICTS[row.verdict]
    return state_cell(word, tone, rank)


def _measured(row: ReportedObjective) -> Cell:
    if row.measured is None:
        return Cell(MISSING, None, Tone.MUTED)
    return Cell(share(row.measured), row.measured)


def _not_there(row: ReportedObjective) -> Cell:
    return span_cell(row.seconds_missed or None)
