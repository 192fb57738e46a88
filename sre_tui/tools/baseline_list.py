"""The baselines that are kept, for listing and for dropping them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from providers.text import one_line
from sre_tui.complaint import Complaint
from sre_tui.diagnosis.signals.baseline_rows import KeptBaseline, kept_rows
from sre_tui.diagnosis.signals.measures import plain
from sre_tui.memory.baseline import WHOLE_WEEK
from sre_tui.nearest import no_such
from sre_tui.tools.baseline_names import is_on, known_as, measures_of, no_baseline_of
from sre_tui.tools.context import ToolContext
from sre_tui.tools.memory_data import with_baselines

if TYPE_CHECKING:
    from sre_tui.memory.baselines import Baselines


class UnknownBaseline(Complaint):
    """What was named has no baseline; ``str(error)`` suggests the nearest."""

    code = "not_found"
    wrong_usage = True


async def kept_baselines(
    context: ToolContext, metric: str | None, host: str | None, *, hourly: bool
) -> tuple[KeptBaseline, ...]:
    """The baselines of a metric and host, or of all.

    Args:
        context: gives the memory and the clock.
        metric: a name, a word or PromQL.
        host: a machine, guest or what is on it.
        hourly: whether hours of the week have rows of their own.

    Raises:
        BackendError: if the memory cannot be read.
        UnknownBaseline: if there is none of that metric or host, though there are others.
    """
    now = context.clock()
    return await with_baselines(context, lambda each: _rows(each, metric, host, now, hourly=hourly))


async def forget_baselines(context: ToolContext, metric: str, host: str | None) -> int:
    """Drop the baselines of a metric, of one host or of all; how many hosts had any.

    Args:
        context: gives the memory.
        metric: its name as it is listed.
        host: its name as it is listed.

    Raises:
        BackendError: if the memory cannot be used.
        NotKept: if it cannot be written.
        UnknownBaseline: if there is none of that name.
    """

    def work(baselines: Baselines) -> int:
        kept = baselines.metrics()
        if metric not in kept:
            raise UnknownBaseline(no_baseline_of(metric, kept))
        hosts = baselines.forget(metric, host)
        if not hosts:
            known = {one.host for one in baselines.of(metric, hours=[WHOLE_WEEK])}
            what = f"host with a baseline of {one_line(metric, 80)}"
            raise UnknownBaseline(no_such(what, one_line(host or "", 80), known))
        return hosts

    return await with_baselines(context, work)


def _rows(
    baselines: Baselines, metric: str | None, host: str | None, now: datetime, *, hourly: bool
) -> tuple[KeptBaseline, ...]:
    kept = baselines.metrics()
    if not kept:
        return ()
    measures = known_as(metric, kept) if metric is not None else measures_of(kept)
    if not measures:
        raise UnknownBaseline(no_baseline_of(metric or "", kept))
    if metric is not None and plain(measures[0].name) == plain(metric):
        measures = measures[:1]
    found = baselines.of([one.name for one in measures], hours=() if hourly else [WHOLE_WEEK])
    chosen = [one for one in found if host is None or is_on(one.host, host)]
    if not chosen:
        known = {one.host for one in found}
        of = f" of {measures[0].name}" if metric is not None else ""
        raise UnknownBaseline(no_such(f"host with a baseline{of}", one_line(host or "", 80), known))
    return tuple(kept_rows(chosen, measures, baselines.hours_of(), now))
