"""How much the program was used, what models cost, and how well it did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sre_tui.memory.report_sections import ProgramUsage, ReportedGoal, ReportedUse
from sre_tui.views.cells import span_cell, text_cell
from sre_tui.views.human import MISSING, count, duration
from sre_tui.views.report_chapter import chapter, rest
from sre_tui.views.report_figures import share
from sre_tui.views.report_parts import Chapter, Paragraph, Part, Span, Table, column
from sre_tui.views.usage import dollars
from widgets.cell import Cell, Tone

MOST: Final = 8


def usage(section: ProgramUsage) -> Chapter:
    """What was asked and called; a table only where something failed or missed its goal."""
    if section.questions is None:
        return chapter(
            "usage", section, Tone.STALE, "not known", "How much it was used is not known."
        )
    questions = count(section.questions, "question")
    if not section.questions and not section.tool_calls and not section.model_calls:
        return chapter("usage", section, Tone.MUTED, "not used", "It was not used.")
    told = [questions, count(section.tool_calls or 0, "tool call")]
    if section.model_calls:
        cost = dollars(section.cost) if section.cost is not None else "cost not known"
        told.append(
            f"{count(section.model_calls, 'model call')} "
            f"({count(section.tokens or 0, 'token')}, {cost})"
        )
    else:
        told.append("no model was called")
    missed = [goal for goal in section.goals if goal.verdict == "fail"]
    failed = [one for one in section.used if one.failed]
    tone = Tone.WARNING if missed else Tone.NEUTRAL
    word = f"{len(missed)} missed" if missed else questions
    parts = _parts(section, missed) if missed or failed else ()
    return chapter("usage", section, tone, word, f"{', '.join(told)}.", parts)


def _parts(section: ProgramUsage, missed: list[ReportedGoal]) -> Iterator[Part]:
    for goal in missed:
        reached = MISSING if goal.measured is None else _measure(goal, goal.measured)
        yield Paragraph(
            (
                Span("missed", Tone.ERROR, strong=True),
                Span(f"  {goal.title}: {reached}, aim {_measure(goal, goal.target)}"),
            ),
            mark=Tone.ERROR.glyph,
        )
    yield Table(
        "",
        (
            column("kind", "Kind", lambda row: text_cell(row.kind), 9, 1),
            column("name", "Name", lambda row: text_cell(row.name), 22, flexible=True),
            column("calls", "Calls", lambda row: Cell(f"{row.calls:,}", row.calls), 7, right=True),
            column("failed", "Failed", _failed, 7, right=True),
            column("p95", "95 %", lambda row: span_cell(row.p95), 8, 2, right=True),
            column("cost", "Cost", _cost, 8, 2, right=True),
        ),
        section.used[:MOST],
        more=rest(len(section.used) - MOST, "row"),
    )


def _measure(goal: ReportedGoal, value: float) -> str:
    return duration(value) if goal.unit == "seconds" else share(value)


def _failed(row: ReportedUse) -> Cell:
    if not row.failed:
        return Cell("", 0.0)
    return Cell(f"{row.failed:,}", float(row.failed), Tone.WARNING)


def _cost(row: ReportedUse) -> Cell:
    return Cell("" if row.cost is None else dollars(row.cost), row.cost)
