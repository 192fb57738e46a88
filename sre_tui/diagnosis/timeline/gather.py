"""Reads every backend for the timeline of a window, however far back it lies."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from providers.reading import SourceStatus, State
from providers.shared_reads import shared_reads
from sre_tui.diagnosis.investigate import Insight, Knowledge, understand
from sre_tui.diagnosis.picture.gather import DEADLINE, Wanted, take_picture
from sre_tui.diagnosis.sources import Sources
from sre_tui.diagnosis.timeline.alerts import HISTORY
from sre_tui.diagnosis.timeline.build import build_timeline
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.lifecycle import lifecycle_queries
from sre_tui.diagnosis.timeline.log_history import read_log_history
from sre_tui.diagnosis.timeline.shifts import shift_queries

SHORTEST_BASELINE: Final = timedelta(hours=1)
LONGEST_BASELINE: Final = timedelta(hours=12)


@dataclass(frozen=True)
class Timeline:
    """What changed within a window.

    Attributes:
        begin: its beginning.
        end: its end.
        events: in order of time, routine ones too.
        insight: the picture they were found in, with topology and findings.
        sources: how far each backend can be trusted.
    """

    begin: datetime
    end: datetime
    events: tuple[Event, ...]
    insight: Insight
    sources: tuple[SourceStatus, ...]


async def read_timeline(
    sources: Sources,
    begin: datetime,
    end: datetime,
    knowledge: Knowledge,
    *,
    deadline: float = DEADLINE,
) -> Timeline:
    """Ask every backend at the same time what changed within a window.

    Args:
        sources: clients of the configured backends.
        begin: beginning of the window.
        end: its end, not after now.
        knowledge: which trouble to look for.
        deadline: seconds after which a backend that has not answered is left out.
    """
    # What was so before the window tells what is new in it.
    baseline = min(max(end - begin, SHORTEST_BASELINE), LONGEST_BASELINE)
    start = begin - baseline
    wanted = Wanted(
        end=end,
        start=start,
        queries=(
            *knowledge.queries,
            HISTORY,
            *lifecycle_queries(start, end),
            *shift_queries(start, end),
        ),
        lines=knowledge.patterns.search(),
        deadline=deadline,
    )
    async with shared_reads():
        picture, (histories, log_states) = await asyncio.gather(
            take_picture(sources, wanted),
            read_log_history(
                sources.loki, begin, end, baseline=baseline, deadline=deadline, clock=sources.clock
            ),
        )
    insight = understand(picture, knowledge)
    events = build_timeline(
        picture,
        insight.topology,
        insight.findings,
        knowledge.patterns,
        since=begin,
        logs=histories,
    )
    logs = {one.source: one for one in log_states}
    states = tuple(_with(one, logs.get(one.source)) for one in picture.sources())
    return Timeline(begin, end, events, insight, states)


def _with(seen: SourceStatus, read: SourceStatus | None) -> SourceStatus:
    """How far an instance can be trusted that was asked for its logs besides the picture."""
    if read is None or seen.state is not State.OK:
        return seen
    told = tuple(dict.fromkeys((*seen.warnings, *read.warnings)))
    return read.model_copy(update={"warnings": told})
