"""The figures as they stand in a document, between two comments that name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sre_tui.complaint import Complaint
from sre_tui.evals.goals import goals_of
from sre_tui.evals.misses import Instead
from sre_tui.evals.report import Report

BEGIN: Final = "<!-- figures -->\n"
END: Final = "<!-- end of figures -->\n"


class DocumentError(Complaint):
    """The document has no place for the figures."""

    code = "document"
    wrong_usage = True


def renew(path: Path, report: Report) -> None:
    """Write the figures of a report into a document.

    Raises:
        DocumentError: it cannot be read, or lacks the comments.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path}: cannot be read: {error}") from error
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise DocumentError(f"{path}: needs the lines {BEGIN.strip()} and {END.strip()}")
    lines = "".join(f"{line}\n" for line in figures(report))
    path.write_text(f"{before}{begin}{lines}{end}{after}", encoding="utf-8")


def figures(report: Report) -> Iterator[str]:
    """Tables in Markdown."""
    found = list(goals_of(report))
    if found:
        yield "| goal, on the reporting half | wanted | reached | |"
        yield "|---|--:|--:|---|"
        for goal in found:
            met = "met" if goal.met else "**missed**"
            yield f"| {goal.what} | {goal.wanted} | {goal.reached} | {met} |"
        yield ""
    yield from _causes(report)
    yield from _hours(report)
    yield from _misses(report)
    yield from _answers(report)
    for half in dict.fromkeys(one.half for one in report.causes):
        yield from _reliability(report, half)
    yield (
        f"{report.questions} questions of {report.scenarios} scenarios. "
        f"Half of the scenarios were read from every backend within {report.look_seconds:.1f} s, "
        "with the simulated backends in the same process."
    )


def _causes(report: Report) -> Iterator[str]:
    yield (
        "| causes, no model | situation | questions | rank 1 | top 3 | certain and right "
        "| controls | false alarms | calibration error |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|"
    for one in report.causes:
        each = one.figures
        cells = (
            one.half, one.situation, each.questions, _percent(each.rank_1), _percent(each.top_3),
            _percent(each.confirmed_right), each.controls, each.false_on_controls,
            _figure(each.calibration_error),
        )  # fmt: skip
        yield _row(cells)
    yield ""


def _hours(report: Report) -> Iterator[str]:
    if not report.hours:
        return
    yield (
        "| asked at (UTC) | half | questions | rank 1 | top 3 | controls | false alarms "
        "| calibration error |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for one in report.hours:
        each = one.figures
        cells = (
            one.hour, one.half, each.questions, _percent(each.rank_1), _percent(each.top_3),
            each.controls, each.false_on_controls, _figure(each.calibration_error),
        )  # fmt: skip
        yield _row(cells)
    yield ""


def _misses(report: Report) -> Iterator[str]:
    halves = dict.fromkeys(one.half for one in report.causes)
    found = {half: each.misses for half in halves if (each := report.conclusions(half)) is not None}
    if not any(each.count for each in found.values()):
        return
    yield _row(("first came, instead of a true cause", *(f"{half} half" for half in found)))
    yield f"|---|{'--:|' * len(found)}"
    for instead in Instead:
        yield _row((instead.value, *(each.instead.get(instead, 0) for each in found.values())))
    yield _row(
        ("**all**, and with a true cause second or third",
         *(f"**{each.count}**, {each.later}" for each in found.values()))
    )  # fmt: skip
    yield ""


def _answers(report: Report) -> Iterator[str]:
    yield (
        "| answers by | half | answers | passed | name the cause | mentions | avoids | tools "
        "| unsupported | citations right | tool calls | tokens |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for one in report.answers:
        if one.situation != "all":
            continue
        each = one.figures
        cells = (
            one.subject, one.half, each.answers, _percent(each.passed), _percent(each.cause_named),
            _percent(each.mention), _percent(each.clean), _percent(each.tools), each.unsupported,
            _percent(each.citations_right), f"{each.tool_calls:.1f}", f"{each.tokens:.0f}",
        )  # fmt: skip
        yield _row(cells)
    yield ""


def _reliability(report: Report, half: str) -> Iterator[str]:
    found = report.conclusions(half)
    if found is None or not found.hypotheses:
        return
    yield f"| confidence, {half} half | hypotheses | said | right |"
    yield "|---|--:|--:|--:|"
    for one in found.bins:
        if one.count:
            span = f"{one.low:.1f} to {one.high:.1f}"
            yield _row((span, one.count, _percent(one.confidence), _percent(one.right)))
    yield ""


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
