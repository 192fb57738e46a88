"""How the usage is shown: what was aimed at and reached, and what was called."""

from __future__ import annotations

from collections.abc import Iterator

from sre_tui.usage.summary import LEAST, Objective, UsageSummary, Used
from sre_tui.views.cells import span_cell, state_cell, text_cell
from sre_tui.views.human import count, duration, number, percent
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

_VERDICTS = {
    "fail": (Tone.ERROR, "fail", 0),
    "too_few": (Tone.MUTED, "too few", 1),
    "no_calls": (Tone.MUTED, "no calls", 2),
    "pass": (Tone.OK, "pass", 3),
}


def dollars(cost: float) -> str:
    """US dollars, so that a tenth of a cent is seen."""
    return f"${cost:.2f}" if cost >= 10 or not cost else f"${cost:.4f}"


def headline(usage: UsageSummary) -> str:
    """One line: since when, how much, and what it cost."""
    days = round((usage.until - usage.since).total_seconds() / 86400)
    if not usage.calls:
        return f"Nothing was counted in the last {count(days, 'day')}."
    asked = [used for used in usage.calls if used.kind in ("question", "command")]
    models = [used for used in usage.calls if used.kind == "model"]
    told = [
        count(_calls(asked, "question"), "question"),
        count(_calls(asked, "command"), "command"),
    ]
    told.append(count(_calls(list(usage.calls), "tool"), "tool call"))
    told.append(f"{count(_calls(models, 'model'), 'model call')}{_price(models)}")
    return f"The last {count(days, 'day')}: {', '.join(told)}."


def notes(usage: UsageSummary) -> Iterator[str]:
    """What a reader could take for more than it is."""
    if any(one.verdict == "too_few" for one in usage.objectives):
        yield f"too few: fewer than {LEAST} calls tell no share and no 95th percentile"
    unpriced = sum(used.unpriced for used in usage.calls)
    if unpriced:
        yield f"the price of {count(unpriced, 'model call')} is not known, and in no sum"


def _price(models: list[Used]) -> str:
    if not models:
        return ""
    tokens = sum((used.tokens_in or 0) + (used.tokens_out or 0) for used in models)
    costs = [used.cost for used in models if used.cost is not None]
    cost = dollars(sum(costs)) if costs else "cost not known"
    return f" ({count(tokens, 'token')}, {cost})"


def _calls(used: list[Used], kind: str) -> int:
    return sum(each.calls for each in used if each.kind == kind)


def _target(row: Objective, _: Display) -> Cell:
    bound = "under" if row.bound == "below" else "over"
    return Cell(f"{bound} {_measure(row, row.target)}", row.target)


def _measured(row: Objective, _: Display) -> Cell:
    return Cell("" if row.measured is None else _measure(row, row.measured), row.measured)


def _measure(row: Objective, value: float) -> str:
    return duration(value) if row.unit == "seconds" else percent(value)


def _verdict(row: Objective, _: Display) -> Cell:
    tone, word, rank = _VERDICTS[row.verdict]
    return state_cell(word, tone, rank)


def _success(row: Used, _: Display) -> Cell:
    if row.success is None:
        return Cell("", None)
    tone = Tone.NEUTRAL if not row.failed else Tone.WARNING
    return Cell(percent(row.success), row.success, tone)


def _amount(value: float | None) -> Cell:
    return Cell("" if value is None else number(value), value)


def _cost(row: Used, _: Display) -> Cell:
    return Cell("" if row.cost is None else dollars(row.cost), row.cost)


OBJECTIVES: TableView[Objective] = TableView(
    columns=(
        Column("title", "Objective", lambda row, _: text_cell(row.title), 31, flexible=True),
        Column("target", "Target", _target, 12, align="right"),
        Column("measured", "Measured", _measured, 9, align="right"),
        Column("calls", "Calls", lambda row, _: _amount(row.calls), 6, 1, align="right"),
        Column("verdict", "Result", _verdict, 10),
    ),
    rows=lambda data: data.objectives,
    key=lambda row: row.name,
)
USED: TableView[Used] = TableView(
    columns=(
        Column("kind", "Kind", lambda row, _: text_cell(row.kind), 8),
        Column("name", "Name", lambda row, _: text_cell(row.name), 16, flexible=True),
        Column("calls", "Calls", lambda row, _: _amount(row.calls), 6, align="right"),
        Column("success", "Success", _success, 8, align="right"),
        Column("median", "Median", lambda row, _: span_cell(row.median), 8, 1, align="right"),
        Column("p95", "95 %", lambda row, _: span_cell(row.p95), 8, 2, align="right"),
        Column("tokens_in", "Tokens in", lambda row, _: _amount(row.tokens_in), 9, 3, "right"),
        Column("tokens_out", "Tokens out", lambda row, _: _amount(row.tokens_out), 10, 4, "right"),
        Column("cost", "Cost", _cost, 8, 2, align="right"),
    ),
    rows=lambda data: data.calls,
    key=lambda row: f"{row.kind} {row.name}",
)
