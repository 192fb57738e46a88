"""Metrics as charts: of the subject of a row, or of any query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import ItemGrid, VerticalScroll
from textual.css.query import NoMatches
from textual.widgets import Input

from providers.clock import Clock
from providers.series import Series
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.actions import bindings
from sre_tui.screens.chart_box import BoxContent, ChartBox
from sre_tui.screens.level import Level
from sre_tui.screens.query_line import QueryLeft, QueryLine, QueryRun
from sre_tui.screens.subject_queries import ChartOf, ChartsOf
from sre_tui.screens.wanted import LogsWanted
from sre_tui.views.chart_curves import framed_points, telling_names
from sre_tui.views.human import count
from sre_tui.views.mistakes import caret
from sre_tui.views.units import metric_unit, query_unit, with_unit
from widgets import plot
from widgets.pane import PaneKind, PaneState

if TYPE_CHECKING:
    from sre_tui.tools.prometheus_data import SeriesListing

RANGES: Final = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
"""How far back charts go."""
MOST_SERIES: Final = 12
"""Charts of one query; of more series those with the highest peaks."""
_POINTS: Final = 240
"""As many as a chart has room for: two dots a cell."""
_FINEST: Final = 15.0
_RATE: Final = 300.0
"""Seconds over which the queries of known subjects take rates, where steps are no longer."""
_LIMIT: Final = re.compile(r"([<>])=?\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)", re.IGNORECASE)
_BAD: Final[Mapping[str, Literal["above", "below", ""]]] = {
    "": "above", ">": "above", "<": "below",
}  # fmt: skip
"""On which side of a limit values are bad, by the sign that compares them."""
_RULE: Final = "rule"
_ONE: Final = 1_000
"""Series among which the one that is meant is looked for."""


class ChartsScreen(Level):
    """Each chart has a question, a state and a box of its own."""

    PART: ClassVar[str] = "charts"
    BINDINGS: ClassVar[list[BindingType]] = bindings("charts")
    DEFAULT_CSS = """
    ChartsScreen {
        & #charts { height: 1fr; scrollbar-size-vertical: 1; }
        & ItemGrid { height: auto; grid-rows: 12; }
        & ChartBox { height: 12; }
        &.-single ItemGrid { height: 1fr; grid-rows: 1fr; }
        &.-single ChartBox { height: 1fr; min-height: 12; }
    }
    """

    def __init__(self, clock: Clock, of: ChartsOf | None = None) -> None:
        """Charts of this; of whatever is typed without any."""
        super().__init__(clock)
        self._of = of
        self._charts: tuple[ChartOf, ...] = () if of is None else of.charts
        self._typed = False
        self._range = "1h"
        self._keys: list[str] = []
        self._asked: set[str] = set()
        self._pointed_at: Snapshot | None = None

    @property
    def crumbs(self) -> tuple[str, ...]:
        """What is charted, and how far back."""
        title = () if self._of is None or self._typed else (self._of.title,)
        return (*title, f"Metrics, last {_words(self._range)}")

    def body(self) -> ComposeResult:
        """The query above the charts."""
        yield QueryLine("PromQL", "rate(node_network_receive_bytes_total[5m])", id="query")
        with VerticalScroll(id="charts"):
            yield ItemGrid(min_column_width=56)

    def on_mount(self) -> None:
        """Ask for everything, or for a query."""
        if self._charts:
            self.query_one(VerticalScroll).focus()
            self._ask_all()
        else:
            self.query_one(QueryLine).edit()
            self.show()

    def show(self) -> None:
        """The charts of what came."""
        self._point_at_mistake()
        contents = list(self._contents())
        keys = [one.key for one in contents]
        if keys != self._keys:
            self._keys = keys
            self.call_later(self._rebuild)
            return
        for box, content in zip(self.query(ChartBox), contents, strict=False):
            box.present(content)

    def undo(self) -> bool:
        """Back from what was typed to what was there before."""
        if not self._typed or self._of is None:
            return False
        self._typed = False
        self._charts = self._of.charts
        line = self.query_one(QueryLine)
        line.text = ""
        line.complain("")
        self._ask_all()
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what there is nothing for."""
        if action == "back" and isinstance(self.focused, Input):
            return False
        if action == "logs":
            return True if self._of is not None and self._of.logs is not None else None
        if action in ("copy", "look_back", "narrower", "wider"):
            return True if self._charts else None
        return True

    def action_look_back(self, span: str) -> None:
        """Go back that far."""
        if span != self._range:
            self._range = span
            self._ask_all()

    def action_narrower(self) -> None:
        """Look less far back."""
        self._step(-1)

    def action_wider(self) -> None:
        """Look further back."""
        self._step(1)

    def action_edit_query(self) -> None:
        """Chart any query."""
        self.query_one(QueryLine).edit()

    def action_logs(self) -> None:
        """Log lines of the same."""
        if self._of is not None and self._of.logs is not None:
            self.post_message(LogsWanted(self._of.logs))

    def action_copy(self) -> None:
        """Copy queries and figures."""
        told = []
        for number, chart in enumerate(self._charts):
            mine = [one for one in self._contents() if one.key.startswith(f"{number}/")]
            told.append(": ".join(part for part in (chart.title, self._query(chart)) if part))
            told += [
                f"  {one.title}: {plot.heading(one.curve)}" for one in mine if one.curve is not None
            ]
        self.app.copy_to_clipboard("\n".join(told))
        self.notify(f"Copied {count(len(self._charts), 'query', 'queries')} with their figures")

    def _step(self, step: int) -> None:
        names = list(RANGES)
        at = names.index(self._range) + step
        if 0 <= at < len(names):
            self.action_look_back(names[at])
        else:
            self.notify(f"{_words(self._range)} is the {'longest' if step > 0 else 'shortest'}")

    @property
    def _seconds(self) -> float:
        """Seconds between two points."""
        return max(_FINEST, RANGES[self._range].total_seconds() / _POINTS)

    def _query(self, chart: ChartOf) -> str:
        """What is asked; rates are taken over the whole of long steps, so that nothing is lost."""
        if self._typed or self._seconds <= _RATE:
            return chart.query
        return chart.query.replace("[5m]", f"[{self._seconds:.0f}s]")

    def _ask_all(self) -> None:
        wanted = {self._asked_as(number) for number in range(len(self._charts))}
        for name in self._asked - wanted:
            self.rest(name)
        self._asked = wanted
        for number, chart in enumerate(self._charts):
            arguments = {
                "query": self._query(chart),
                "since": self._range,
                "step": f"{self._seconds:g}s",
                "limit": _ONE if chart.of else MOST_SERIES,
            }
            self.ask(self._asked_as(number), "prometheus_range_query", arguments)
        rule = next((chart.rule for chart in self._charts if chart.rule), "")
        if rule and self.answer(_RULE) is None:
            self.ask(_RULE, "grafana_get_alert_rules", {"search": rule, "limit": 20})
        self.show_crumbs()
        self.show()
        self.refresh_bindings()

    def _asked_as(self, number: int) -> str:
        # What was typed is no newer answer to what was there before.
        return f"{'typed' if self._typed else 'chart'} {number} {self._charts[number].query}"

    def _contents(self) -> Iterator[BoxContent]:
        if not self._charts:
            said = "There is nothing to chart yet"
            state = PaneState(PaneKind.EMPTY, said, hint="i types any PromQL, enter draws it")
            yield BoxContent("none/0", "Metrics", state)
        for number, chart in enumerate(self._charts):
            yield from self._contents_of(number, chart)

    def _contents_of(self, number: int, chart: ChartOf) -> Iterator[BoxContent]:
        name = self._asked_as(number)
        data: SeriesListing | None = self.data(name)
        found = [] if data is None else _meant(chart, data.items)
        state = self._state(name, data, len(found))
        if data is None or not found:
            yield BoxContent(f"{number}/0", chart.title or chart.query, state)
            return
        names = telling_names(found)
        for rank, (series, own) in enumerate(zip(found, names, strict=True)):
            # What was typed stands above; the room here is for what tells the series apart.
            title = " · ".join(part for part in (chart.title, own) if part) or chart.query
            if data.total and rank == len(found) - 1 and data.total > len(found) and not chart.of:
                title += f" · {data.total - len(found):,} more series"
            yield BoxContent(f"{number}/{rank}", title, state, self._curve(chart, series, data))

    def _state(self, name: str, data: SeriesListing | None, rows: int) -> PaneState:
        last = self.answer(name)
        if last is not None and last.mistake is not None and not self.is_behind(name):
            said = "Prometheus rejects this query"
            return PaneState(PaneKind.ERROR, said, last.mistake.message, "i edits it")
        nothing = f"Nothing was measured in the last {_words(self._range)}"
        state = self.state_of(name, rows=rows, nothing=nothing)
        if state.kind is PaneKind.EMPTY and data is not None and data.hints:
            return replace(state, detail="; ".join(data.hints))
        return state

    def _point_at_mistake(self) -> None:
        """Show once what is wrong with what was typed, and let the user go on typing."""
        for number in range(len(self._charts)):
            name = self._asked_as(number)
            last = self.answer(name)
            if last is None or last.mistake is None or self.is_behind(name):
                continue
            # Asking the same again would be of no use.
            self.rest(name)
            if self._typed and last is not self._pointed_at:
                self._pointed_at = last
                line = self.query_one(QueryLine)
                line.complain(caret(last.mistake))
                line.edit()

    def _curve(self, chart: ChartOf, series: Series, data: SeriesListing) -> plot.Series:
        unit = _unit(chart, series)
        limit, sign = chart.threshold, chart.sign
        if limit is None and chart.rule:
            limit, sign = self._limit_of_rule(chart.rule)
        return plot.Series(
            title="",
            points=framed_points(series, data.start, data.end, data.step),
            show=_Shown(unit),
            low=chart.low,
            threshold=limit,
            bad=_BAD.get(sign[:1], ""),
        )

    def _limit_of_rule(self, rule: str) -> tuple[float | None, str]:
        """The limit in the condition of a rule: ``C: A > 85``."""
        data = self.data(_RULE)
        for one in () if data is None else data.items:
            found = _LIMIT.search(one.threshold)
            if one.name == rule and found is not None:
                return float(found[2]), found[1]
        return None, ""

    async def _rebuild(self) -> None:
        """As many boxes as there are charts."""
        try:
            grid = self.query_one(ItemGrid)
        except NoMatches:
            # The screen was left in the meantime.
            return
        contents = list(self._contents())
        self._keys = [one.key for one in contents]
        async with grid.batch():
            await grid.remove_children()
            await grid.mount(*(ChartBox(one) for one in contents))
        self.set_class(len(contents) == 1, "-single")

    @on(QueryRun)
    def _query_run(self, event: QueryRun) -> None:
        event.stop()
        self._typed = True
        self._charts = (ChartOf("", event.text),)
        self._ask_all()
        self.query_one(VerticalScroll).focus()

    @on(QueryLeft)
    def _query_left(self, event: QueryLeft) -> None:
        event.stop()
        if self._pointed_at is not None and self.query_one(QueryLine).has_class("-wrong"):
            self.undo()
        self.query_one(VerticalScroll).focus()


class _Shown:
    """Makes a value human; two of the same unit are equal, so that a chart is not drawn anew."""

    def __init__(self, unit: str | None) -> None:
        self._unit = unit

    def __call__(self, value: float) -> str:
        return with_unit(value, self._unit)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shown) and other._unit == self._unit

    def __hash__(self) -> int:
        return hash(self._unit)


def _meant(chart: ChartOf, found: Sequence[Series]) -> list[Series]:
    """The series that are shown, in an order that does not change with their values."""
    if chart.of:
        fits = [
            one
            for one in found
            if all(chart.of.get(name, value) == value for name, value in one.labels.items())
        ]
        found = fits[:1] or found
    return sorted(found[:MOST_SERIES], key=lambda one: (sorted(one.labels.items()), one.source))


def _unit(chart: ChartOf, series: Series) -> str | None:
    if chart.unit is not None:
        return chart.unit or None
    return query_unit(chart.query) or metric_unit(series.labels.get("__name__", ""))


def _words(span: str) -> str:
    """A range as it is read: ``24 h``."""
    names = {"m": "min", "h": "h", "d": "d"}
    return f"{span[:-1]} {names[span[-1]]}"
