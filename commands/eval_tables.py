"""What `sre eval` shows: a line for each case, figures by half and situation, and the goals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from commands.output import OutputOptions, display_of, write_table
from sre_tui.evals.calibration import Bin
from sre_tui.evals.goals import Goal
from sre_tui.evals.misses import Instead
from sre_tui.evals.outcome import AnswerOutcome, CauseOutcome
from sre_tui.evals.report import AnswerGroup, CauseGroup, HourGroup, Report, Spread
from sre_tui.views.human import duration
from widgets.cell import Cell, Column, Tone, marked

if TYPE_CHECKING:
    from commands.invocation import Invocation


@dataclass(frozen=True)
class _Case:
    conclusion: CauseOutcome
    answers: tuple[AnswerOutcome, ...]


def write_report(invocation: Invocation, report: Report, goals: Sequence[Goal]) -> None:
    """Every table that has something to tell."""
    for title, columns, rows in _tables(report, goals):
        if rows:
            stdout = invocation.environment.stdout
            stdout.write(f"{title}\n")
            display = display_of(invocation, OutputOptions())
            write_table(invocation, columns, rows, display, chosen=False)
            stdout.write("\n")
    invocation.environment.stdout.write(
        f"{report.questions} questions of {report.scenarios} scenarios in "
        f"{duration(report.seconds)}; reading every backend took {report.look_seconds:.1f} s "
        "(median)\n"
    )


def _tables(
    report: Report, goals: Sequence[Goal]
) -> Iterator[tuple[str, tuple[Column[Any], ...], list[Any]]]:
    by_case: dict[tuple[str, int], list[AnswerOutcome]] = {}
    for one in report.answer_cases:
        by_case.setdefault((one.asked.case, one.asked.round), []).append(one)
    cases = [
        _Case(one, tuple(by_case.get((one.asked.case, one.asked.round), ())))
        for one in report.cause_cases
    ]
    yield "Cases", _CASES, cases
    yield "Causes, by the diagnosis alone", _CAUSES, list(report.causes)
    yield "Causes, by the hour (UTC) of the question", _HOURS, list(report.hours)
    yield "Whole answers", _ANSWERS, list(report.answers)
    yield "From round to round", _SPREAD, list(report.spread)
    for half in dict.fromkeys(one.half for one in report.causes):
        found = report.conclusions(half)
        bins = [one for one in (found.bins if found else ()) if one.count]
        yield f"Confidence and truth, {half} half", _BINS, bins
        missed = list(found.misses.instead.items()) if found else []
        yield f"First came, instead of a true cause, {half} half", _MISSES, missed
    yield "Goals, on the reporting half", _GOALS, list(goals)


def _text(key: str, title: str, told: Callable[..., str], width: int = 8) -> Column[Any]:
    return Column(key, title, lambda row, _: Cell(told(row), told(row)), width)


def _number(key: str, title: str, told: Callable[..., str]) -> Column[Any]:
    return Column(key, title, lambda row, _: Cell(told(row), told(row)), 6, align="right")


def percent(value: float | None) -> str:
    """A ratio as people read it; nothing if there is none."""
    return "" if value is None else f"{100 * value:.1f} %"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _place(row: _Case) -> Cell:
    one = row.conclusion
    if one.asked.no_cause:
        wrong = bool(one.false_causes)
        tone = Tone.ERROR if wrong else Tone.OK
        return Cell(marked(tone, "false alarm" if wrong else "quiet"), wrong, tone)
    if not one.asked.wanted:
        return Cell("", 0)
    if one.rank is None:
        return Cell(marked(Tone.ERROR, "missed"), 99, Tone.ERROR)
    tone = Tone.OK if one.rank == 1 else Tone.WARNING
    return Cell(marked(tone, f"rank {one.rank}"), one.rank, tone)


def _first_named(row: _Case) -> str:
    named = row.conclusion.named[:1]
    return "".join(f"{one.kind}@{one.subject} {one.confidence:.2f}" for one in named)


def _mistakes(row: _Case) -> str:
    told = [f"{one.subject}: {'; '.join(one.mistakes)}" for one in row.answers if not one.passed]
    return " | ".join(told)


def _cost(row: AnswerGroup) -> str:
    cost = row.figures.cost
    return "not known" if cost is None else f"${cost:.2f}"


_CASES: tuple[Column[_Case], ...] = (
    _text("case", "Case", lambda row: row.conclusion.asked.case, 24),
    Column("rank", "Cause", lambda row, _: _place(row), 13),
    _text("wanted", "True", lambda row: "".join(row.conclusion.asked.wanted[:1]), 24),
    _text("named", "Named first", _first_named, 24),
    _text("answers", "Wrong with answers", _mistakes, 30),
)  # fmt: skip
_CAUSES: tuple[Column[CauseGroup], ...] = (
    _text("half", "Half", lambda row: row.half),
    _text("situation", "Situation", lambda row: row.situation),
    _number("questions", "Questions", lambda row: str(row.figures.questions)),
    _number("rank_1", "Rank 1", lambda row: percent(row.figures.rank_1)),
    _number("top_3", "Top 3", lambda row: percent(row.figures.top_3)),
    _number("certain", "Certain and right", lambda row: percent(row.figures.confirmed_right)),
    _number("controls", "Controls", lambda row: str(row.figures.controls)),
    _number("false", "False alarms", lambda row: str(row.figures.false_on_controls)),
    _number("calibration", "Calibration error", lambda row: _figure(row.figures.calibration_error)),
    _number("seconds", "Own time", lambda row: f"{1000 * row.figures.own_seconds:.0f} ms"),
)  # fmt: skip
_HOURS: tuple[Column[HourGroup], ...] = (
    _text("half", "Half", lambda row: row.half),
    _text("hour", "Hour", lambda row: row.hour),
    _number("questions", "Questions", lambda row: str(row.figures.questions)),
    _number("rank_1", "Rank 1", lambda row: percent(row.figures.rank_1)),
    _number("top_3", "Top 3", lambda row: percent(row.figures.top_3)),
    _number("controls", "Controls", lambda row: str(row.figures.controls)),
    _number("false", "False alarms", lambda row: str(row.figures.false_on_controls)),
    _number("calibration", "Calibration error", lambda row: _figure(row.figures.calibration_error)),
)  # fmt: skip
_ANSWERS: tuple[Column[AnswerGroup], ...] = (
    _text("subject", "By", lambda row: row.subject),
    _text("half", "Half", lambda row: row.half),
    _text("situation", "Situation", lambda row: row.situation),
    _number("answers", "Answers", lambda row: str(row.figures.answers)),
    _number("passed", "Passed", lambda row: percent(row.figures.passed)),
    _number("cause", "Names cause", lambda row: percent(row.figures.cause_named)),
    _number("mention", "Mentions", lambda row: percent(row.figures.mention)),
    _number("clean", "Avoids", lambda row: percent(row.figures.clean)),
    _number("tools", "Tools", lambda row: percent(row.figures.tools)),
    _number("unsupported", "Unsupported", lambda row: str(row.figures.unsupported)),
    _number("citations", "Citations right", lambda row: percent(row.figures.citations_right)),
    _number("judged", "Judged right", lambda row: percent(row.figures.judged_right)),
    _number("calls", "Tool calls", lambda row: f"{row.figures.tool_calls:.1f}"),
    _number("tokens", "Tokens", lambda row: f"{row.figures.tokens:.0f}"),
    _number("cost", "Cost", _cost),
    _number("seconds", "Time", lambda row: f"{row.figures.seconds:.1f} s"),
    _number("failed", "Failed", lambda row: str(row.figures.failed)),
)
_SPREAD: tuple[Column[Spread], ...] = (
    _text("subject", "By", lambda row: row.subject),
    _text("half", "Half", lambda row: row.half),
    _text("figure", "Figure", lambda row: row.figure),
    _number("lowest", "Lowest", lambda row: _figure(row.lowest)),
    _number("highest", "Highest", lambda row: _figure(row.highest)),
)
_MISSES: tuple[Column[tuple[Instead, int]], ...] = (
    _text("instead", "What", lambda row: row[0].value, 40),
    _number("count", "Questions", lambda row: str(row[1])),
)

_BINS: tuple[Column[Bin], ...] = (
    _text("bin", "Confidence", lambda row: f"{row.low:.1f} to {row.high:.1f}"),
    _number("count", "Hypotheses", lambda row: str(row.count)),
    _number("confidence", "Said", lambda row: percent(row.confidence)),
    _number("right", "Right", lambda row: percent(row.right)),
)
_GOALS: tuple[Column[Goal], ...] = (
    Column(
        "met",
        "",
        lambda row, _: Cell(
            marked(Tone.OK if row.met else Tone.ERROR, "met" if row.met else "missed"),
            row.met,
            Tone.OK if row.met else Tone.ERROR,
        ),
        8,
    ),
    _text("what", "Goal", lambda row: row.what, 30),
    _number("wanted", "Wanted", lambda row: row.wanted),
    _number("reached", "Reached", lambda row: row.reached),
)
