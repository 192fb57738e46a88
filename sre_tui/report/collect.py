"""Collects a report, each section for itself.

What fails, or takes too long, costs its own section, which says why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any, Final
from zoneinfo import ZoneInfo

from providers.errors import BackendError, InvalidQuery
from providers.reading import SourceStatus, State
from providers.shared_reads import shared_reads
from providers.text import one_line
from sre_tui.complaint import Complaint
from sre_tui.memory.incidents import new_id
from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import (
    Alerts,
    Backups,
    Capacities,
    Changes,
    Heading,
    Health,
    JournalIncidents,
    Logs,
    Objectives,
    ProgramUsage,
    Section,
    SectionState,
)
from sre_tui.report.scope import UTC_ZONE, Scope, scope_of
from sre_tui.report.standing import Collected, joined
from sre_tui.settings import BACKENDS
from sre_tui.tools.context import ToolContext

log = logging.getLogger(__name__)

LIMIT: Final = 150.0
"""Seconds a section may take: several times as long as one silent backend is waited for."""
BASELINES_LIMIT: Final = 180.0
"""Seconds that computing the baselines may take."""

SECTIONS: Final[Mapping[Heading, type[Section]]] = {
    "health": Health,
    "alerts": Alerts,
    "objectives": Objectives,
    "capacity": Capacities,
    "backups": Backups,
    "logs": Logs,
    "changes": Changes,
    "incidents": JournalIncidents,
    "usage": ProgramUsage,
}

WAVES: Final[tuple[tuple[Heading, ...], ...]] = (
    ("health", "objectives", "capacity", "backups", "incidents", "usage"),
    ("alerts", "logs", "changes"),
)
"""What asks how it is now goes first and together, then what looks through weeks of rules and logs:
on a small machine that runs all backends the first would wait too long for it."""

Collector = Callable[[Scope], Awaitable[Collected]]
Told = Callable[[Heading, SectionState], None]
"""Is told of each section as soon as it is there."""


def collectors() -> dict[Heading, Collector]:
    """The collector of each section."""
    return {name: import_module(f"sre_tui.report.collectors.{name}").collect for name in SECTIONS}


async def collect_report(
    context: ToolContext,
    window: timedelta,
    *,
    objective: float = 0.995,
    zone: ZoneInfo = UTC_ZONE,
    baselines: bool = False,
    told: Told = lambda heading, state: None,
    limit: float = LIMIT,
) -> Report:
    """Everything that a report says, but for its summary.

    Args:
        context: settings, folders and clock; backends are asked through connections of its own.
        window: how far back it looks, an hour to 90 days.
        objective: the share of the window that targets, probes and nodes are to be there.
        zone: the operator's own time, by which days are told.
        baselines: whether the baselines are computed anew as well.
        told: is told of each section as soon as it is there.
        limit: seconds that each section may take.

    Raises:
        ValueError: if the window is too short or too long.
    """
    scope = scope_of(context, window, objective=objective, zone=zone)
    async with scope.context, shared_reads():
        refreshing = asyncio.ensure_future(_refreshed(scope) if baselines else _nothing())
        try:
            found: dict[str, Collected] = {}
            every = collectors()
            for wave in WAVES:
                guarded = (_guarded(name, every[name], scope, told, limit) for name in wave)
                found |= zip(wave, await asyncio.gather(*guarded), strict=True)
            trouble = await refreshing
        finally:
            refreshing.cancel()
    sections: dict[str, Section] = {name: each.section for name, each in found.items()}
    if trouble:
        # Of the program's own doings: all that the checks saw is seen without them.
        sections["usage"] = _lessened(sections["usage"], trouble)
    fields: dict[str, Any] = sections
    return Report(
        id=new_id(),
        homelab=one_line(context.settings.homelab_name, 120),
        made=scope.until,
        since=scope.since,
        until=scope.until,
        timezone=scope.zone.key,
        sources=_sources(scope, [one for each in found.values() for one in each.sources]),
        **fields,
    )


async def _guarded(
    heading: Heading, collector: Collector, scope: Scope, told: Told, limit: float
) -> Collected:
    try:
        async with asyncio.timeout(limit):
            found = await collector(scope)
    except TimeoutError:
        log.warning("the section %s of a report took longer than %g s", heading, limit)
        found = _missing(heading, f"it took longer than {limit:g} s")
    except (BackendError, InvalidQuery, Complaint) as error:
        log.warning("the section %s of a report is missing: %s", heading, error)
        found = _missing(heading, one_line(str(error)))
    except Exception as error:
        # Whatever mistake is in one section, the others are made, and mailed.
        log.exception("the section %s of a report could not be made", heading)
        name = type(error).__name__
        found = _missing(heading, f"it could not be made ({name}; the log has details)")
    told(heading, found.section.state)
    return found


def _missing(heading: Heading, reason: str) -> Collected:
    return Collected(SECTIONS[heading](state="missing", reasons=(reason,)))


def _lessened(section: Section, reason: str) -> Section:
    """The section with something more that is missing."""
    state: SectionState = "missing" if section.state == "missing" else "partial"
    return section.model_copy(update={"state": state, "reasons": (*section.reasons, reason)})


def _sources(scope: Scope, heard: list[SourceStatus]) -> tuple[SourceStatus, ...]:
    """How far each configured instance could be asked."""
    known = {one.source: one for one in joined(heard)}
    settings = scope.context.settings
    names = [f"{each}:{one.name}" for each in BACKENDS for one in settings.endpoints(each)]
    return tuple(known.get(name) or _unheard(name, scope) for name in names)


def _unheard(name: str, scope: Scope) -> SourceStatus:
    return SourceStatus(
        source=name,
        state=State.UNREACHABLE,
        observed_at=scope.until,
        detail="no section that asks it could be made",
    )


async def _nothing() -> str:
    return ""


async def _refreshed(scope: Scope) -> str:
    """Compute the baselines anew; why they were not, or not all of them."""
    from sre_tui.tools.baseline_refresh import refresh_baselines

    if not scope.context.settings.prometheus:
        return ""
    try:
        async with asyncio.timeout(BASELINES_LIMIT):
            answer = await refresh_baselines(scope.context)
    except TimeoutError:
        return f"the baselines were not all computed: it took longer than {BASELINES_LIMIT:g} s"
    except (BackendError, InvalidQuery, Complaint) as error:
        return one_line(f"the baselines were not computed: {error}")
    except Exception as error:
        # Nor is a report lost to a mistake in what is merely made anew beside it.
        log.exception("the baselines could not be computed for a report")
        name = type(error).__name__
        return f"the baselines were not computed ({name}; the log has details)"
    if answer.warnings:
        return one_line(f"the baselines were not all computed: {answer.warnings[0]}")
    return ""
