"""Errors in the logs: by service, against the window before, with samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from providers.text import both_ends
from sre_tui.memory.report_sections import LoggedErrors, Logs
from sre_tui.views.cells import text_cell
from sre_tui.views.human import count, percent
from sre_tui.views.report_chapter import chapter, rest
from sre_tui.views.report_figures import against, change_cell
from sre_tui.views.report_parts import (
    Bars,
    Chapter,
    Paragraph,
    Part,
    Span,
    Stack,
    Table,
    Times,
    column,
    item,
    verbatim,
)
from widgets.cell import Cell, Tone, marked

MOST: Final = 10
DRAWN: Final = 8
SAMPLED: Final = 3
"""Services whose lines are quoted: the ones with most errors, and those that are new."""
SAMPLES: Final = 2
_LINE: Final = 300
_MUCH: Final = 2.0
"""Times as many errors as in the window before from which on it is worth a warning."""
_FEW: Final = 20
"""Errors below which twice as many are chance."""


def logs(section: Logs, times: Times) -> Chapter:
    """Most errors first."""
    if section.errors is None:
        sentence = "How many errors were logged is not known."
        return chapter("logs", section, Tone.STALE, "not known", sentence)
    change = against(section.errors, section.errors_before, times.before)
    if not section.errors and not section.services:
        return chapter("logs", section, Tone.OK, "none", f"No error was logged, {change}.")
    before = section.errors_before
    grown = ""
    if before and section.errors > before:
        grown = f" (+{percent(section.errors / before - 1)})"
    sentence = f"{count(section.errors, 'error line')}, {change}{grown}."
    worse = [one for one in section.services if _is_worse(one)]
    tone = Tone.WARNING if worse else Tone.NEUTRAL
    word = f"{len(worse)} worse" if worse else "as before" if before is not None else "seen"
    return chapter("logs", section, tone, word, sentence, _parts(section, worse, times))


def _is_worse(one: LoggedErrors) -> bool:
    if one.before is None or one.count < _FEW:
        return False
    return one.count >= _MUCH * one.before


def _parts(section: Logs, worse: Sequence[LoggedErrors], times: Times) -> Iterator[Part]:
    def compared(row: LoggedErrors) -> Cell:
        cell = change_cell(row.count, row.before)
        if row in worse:
            return Cell(marked(Tone.WARNING, cell.text), cell.sort, Tone.WARNING)
        return Cell(cell.text, cell.sort, Tone.MUTED if cell.tone is Tone.MUTED else Tone.NEUTRAL)

    if section.services:
        yield Table(
            "",
            (
                column("service", "Service", lambda row: text_cell(row.service), 24, flexible=True),
                column("count", "Errors", lambda row: Cell(f"{row.count:,}", row.count), 9,
                       right=True),
                column("before", "Before", lambda row: Cell(
                    "" if row.before is None else f"{row.before:,}", row.before), 9, right=True),
                column("change", "Change", compared, 12, right=True),
            ),
            section.services[:MOST],
            more=rest(len(section.services) - MOST, "service"),
        )  # fmt: skip
        yield _by_service(section)
    quoted = dict.fromkeys(one.service for one in (*worse, *section.services) if one.samples)
    by_name = {one.service: one for one in section.services}
    for service in list(quoted)[:SAMPLED]:
        yield from _samples(by_name[service])


def _samples(one: LoggedErrors) -> Iterator[Paragraph]:
    yield item(Span(one.service, strong=True), " wrote, for example:")
    for sample in one.samples[:SAMPLES]:
        yield verbatim(both_ends(sample, _LINE), Tone.MUTED)


def _by_service(section: Logs) -> Bars:
    shown = section.services[:DRAWN]
    known = all(one.before is not None for one in shown)
    stacks = [Stack("this window", Tone.ERROR, tuple(float(one.count) for one in shown))]
    if known:
        before = tuple(float(one.before or 0) for one in shown)
        stacks.append(Stack("the window before", Tone.MUTED, before))
    told = ", ".join(
        f"{one.service} {one.count:,}" + (f" (before: {one.before:,})" if known else "")
        for one in shown
    )
    return Bars(
        "errors-by-service",
        "Error lines, by service",
        tuple(one.service for one in shown),
        tuple(stacks),
        f"Error lines, by service: {told}.",
        beside=True,
        days=False,
    )
