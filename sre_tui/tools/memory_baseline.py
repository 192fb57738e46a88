"""The tool that says whether a value is normal, by the baselines that are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, BeforeValidator, Field

from providers.text import one_line
from sre_tui.diagnosis.signals.baseline_check import (
    BaselineCheck,
    check_of,
    hour_text,
    hours_at,
    telling,
)
from sre_tui.diagnosis.signals.measures import Measure
from sre_tui.memory.baseline import Baseline
from sre_tui.nearest import no_such
from sre_tui.tools.arguments import NOW, Completes, ForPeople, Positional, Short, When
from sre_tui.tools.baseline_names import is_on, known_as, no_baseline_of
from sre_tui.tools.context import ToolContext
from sre_tui.tools.gist import with_first
from sre_tui.tools.memory_data import asked_baselines
from sre_tui.tools.notes import page_of, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.tool import ArgumentError, tool
from sre_tui.tools.value_text import value_of
from sre_tui.views.human import ago, number
from sre_tui.views.units import with_unit

if TYPE_CHECKING:
    from sre_tui.memory.baselines import Baselines


class BaselineChecks(Listing[BaselineCheck]):
    """A value against the baselines of one metric, what is unusual first."""

    asked: str
    """The metric as it was asked for."""
    value: str
    """The value as it was written."""
    at: AwareDatetime
    """The moment whose hour of the week counts."""
    complaint: str = ""
    """Why there is nothing to compare with; empty if there is something."""

    def gist(self) -> str:
        """How it compares, with what."""
        if not self.items:
            return self.complaint or "no baseline"
        if len(self.items) == 1:
            one = self.items[0]
            whose = f" for {one.host}" if one.host else ""
            return f"{one.verdict}{whose} (usual {one.usual})"
        high = [one.host for one in self.items if one.verdict == "high"]
        low = [one.host for one in self.items if one.verdict == "low"]
        told = [with_first(f"high for {len(high)}", high)] if high else []
        told += [with_first(f"low for {len(low)}", low)] if low else []
        return "; ".join(told) or f"normal for all {len(self.items)}"

    def missing(self) -> str:
        """Why there is nothing to compare with."""
        return self.complaint


def _render(answer: ToolResult[BaselineChecks], view: ModelView) -> str:
    data = answer.data
    about = data.items[0] if data.items else None
    heading = f"{data.value} against the baselines of {data.asked}:"
    if about is not None:
        heading = f"{about.shown} of {about.what} ({about.metric}) at {stamp(data.at, view.now)}:"
    page = page_of(answer, view, heading, nothing=f"Unknown: {data.complaint or 'no baseline'}.")
    page.rows += [check_text(one, view.now) for one in data.items]
    page.notes += [line for line in (truncation(data, "hosts"),) if line]
    return page.text()


def check_text(one: BaselineCheck, now: datetime) -> str:
    """How a value compares, in a line for a model."""
    unit = one.unit or None
    hour = f" ({hour_text(one.hour, one.basis)})" if one.hour is not None else ""
    said = [
        f"- {one.host or 'all'}: {one.verdict}",
        f"usual {one.when}{hour} {one.usual}",
        f"median {with_unit(one.median, unit)}, p95 {with_unit(one.p95, unit)}",
        f"seen {with_unit(one.least, unit)} to {with_unit(one.most, unit)}",
    ]
    if one.score is not None and one.verdict != "normal":
        side = "above" if one.score > 0 else "below"
        said.append(f"{number(round(abs(one.score), 1))} deviations {side} the median")
    old = ", which is old" if one.outdated else ""
    said.append(f"{one.samples} values {one.since:%Y-%m-%d} to {one.until:%Y-%m-%d}{old}")
    return "; ".join(said)


def _as_text(value: object) -> object:
    return f"{value:g}" if isinstance(value, int | float) else value


@tool(
    "baselines check",
    render=_render,
    examples=(
        "baselines check cpu 85% --host media",
        "baselines check memory 0.9 --host nas1 --at 03:00 --json",
    ),
)
async def memory_check_baseline(
    context: ToolContext,
    metric: Annotated[
        str,
        Field(description="What is measured: cpu, memory, load, network, or PromQL."),
        Positional("METRIC"),
        Completes("measure|metric"),
    ],
    value: Annotated[
        str,
        BeforeValidator(_as_text),
        Field(description="With its unit: 85%, 0.85, 1.5GiB, 20ms."),
        Positional("VALUE"),
    ],
    host: Annotated[
        str | None,
        Field(description="Machine, guest, or what is on it; all if left out."),
        Completes("host"),
    ] = None,
    at: Annotated[When, Field(description="Hour to compare with.")] = NOW,
    limit: Annotated[
        int, Field(description="Most rows.", ge=1, le=5000), Short("n"), ForPeople()
    ] = 50,
) -> ToolResult[BaselineChecks]:
    """Is a value normal: high, low or usual for a host at this hour, and how unusual."""
    now = context.clock()
    moment = at.resolve(now)
    found, status = await asked_baselines(
        context, lambda each: _found(each, metric, hours_at(moment))
    )
    data = BaselineChecks(asked=metric, value=value, at=moment)
    if found is None:
        return result(data, [status], now=now)
    chosen = found.on(host, moment)
    if not chosen:
        complaint = found.complaint(metric, host)
        return result(data.model_copy(update={"complaint": complaint}), [status], now=now)
    fitting, refusal = _fitting(chosen, value)
    if not fitting:
        raise ArgumentError(refusal)
    measure, baselines, amount = fitting[0]
    rows = [check_of(measure, one, amount, now) for one in baselines]
    rows.sort(key=lambda one: (one.verdict == "normal", -abs(one.score or 0.0), one.host))
    others = [one.name for one, _, _ in fitting[1:]] if host is not None else []
    data = data.model_copy(
        update={
            "items": tuple(rows[:limit]),
            "truncated": len(rows) > limit,
            "total": len(rows),
            "hints": tuple(_hints(rows, others, now)),
        }
    )
    return result(data, [status], now=now)


@dataclass(frozen=True)
class _Found:
    """What the memory has of a metric.

    Attributes:
        kept: names of all metrics with baselines.
        measures: those that are meant, best first.
        baselines: theirs.
    """

    kept: tuple[str, ...]
    measures: tuple[Measure, ...]
    baselines: tuple[Baseline, ...]

    def on(self, host: str | None, at: datetime) -> list[tuple[Measure, list[Baseline]]]:
        """The measures that are known of a host, or of anything, with what tells most of it."""
        chosen = [one for one in self.baselines if host is None or is_on(one.host, host)]
        by_measure = (
            (measure, list(telling((one for one in chosen if one.metric == measure.name), at)))
            for measure in self.measures
        )
        return [(measure, baselines) for measure, baselines in by_measure if baselines]

    def complaint(self, metric: str, host: str | None) -> str:
        """Why there is nothing to compare with."""
        if not self.measures or host is None:
            return no_baseline_of(metric, self.kept)
        known = {one.host for one in self.baselines if one.metric == self.measures[0].name}
        what = f"host with a baseline of {self.measures[0].name}"
        return no_such(what, one_line(host, 80), known)


def _found(baselines: Baselines, metric: str, hours: tuple[int, ...]) -> _Found:
    kept = baselines.metrics()
    measures = known_as(metric, kept)
    names = [one.name for one in measures]
    return _Found(kept, measures, baselines.of(names, hours=hours) if names else ())


def _fitting(
    chosen: Sequence[tuple[Measure, list[Baseline]]], value: str
) -> tuple[list[tuple[Measure, list[Baseline], float]], str]:
    """Those whose unit the value has, with the value in it; and why the first has not."""
    fitting = []
    refusal = ""
    for measure, baselines in chosen:
        try:
            fitting.append((measure, baselines, value_of(value, measure.unit)))
        except ValueError as error:
            refusal = refusal or f"value of {measure.name}: {error}"
    return fitting, refusal


def _hints(rows: Sequence[BaselineCheck], others: Sequence[str], now: datetime) -> Iterator[str]:
    old = [one for one in rows if one.outdated]
    if old:
        oldest = min(one.until for one in old)
        yield (
            f"the baseline is old, of values until {oldest:%Y-%m-%d} ({ago(oldest, now)}): "
            "`sre baselines compute` makes it anew"
        )
    if others:
        yield f"there is a baseline of {', '.join(others)} as well"
