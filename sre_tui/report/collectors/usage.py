"""How much the program was used, and what models cost."""

from __future__ import annotations

import asyncio
from typing import Final

from providers.reading import SourceStatus, State
from providers.text import one_line
from sre_tui.memory.place import SOURCE
from sre_tui.memory.report_sections import ProgramUsage, ReportedGoal, ReportedUse
from sre_tui.report.scope import Scope
from sre_tui.report.standing import Collected, Standing, standing_of
from sre_tui.usage.summary import UsageSummary, Used, summarized

MOST: Final = 40
"""Names of one kind that are told; all of them are counted."""


async def collect(scope: Scope) -> Collected:
    """The calls that began in the window.

    Raises:
        BackendError: if the memory cannot be used.
    """
    if not scope.context.settings.memory.usage:
        off = Standing("not_configured", ("usage is not counted: MEMORY_USAGE is false",))
        return Collected(ProgramUsage(**off._asdict()))
    # A database elsewhere may keep its asker waiting.
    summary, why = await asyncio.to_thread(_read, scope)
    status = SourceStatus(
        source=SOURCE,
        state=State.PARTIAL if why else State.OK,
        observed_at=scope.until,
        detail=why,
    )
    calls = summary.calls
    costs = [one.cost for one in calls if one.kind == "model" and one.cost is not None]
    return Collected(
        ProgramUsage(
            **standing_of([status])._asdict(),
            questions=_amount(summary, "question"),
            tool_calls=_amount(summary, "tool"),
            model_calls=_amount(summary, "model"),
            tokens=sum(
                (one.tokens_in or 0) + (one.tokens_out or 0) for one in calls if one.kind == "model"
            ),
            cost=sum(costs) if costs else None,
            used=tuple(_used(one) for one in _most_used(summary)),
            goals=tuple(
                ReportedGoal(
                    title=one.title,
                    verdict=one.verdict,
                    target=one.target,
                    unit=one.unit,
                    measured=one.measured,
                )
                for one in summary.objectives
            ),
        )
    )


def _read(scope: Scope) -> tuple[UsageSummary, str]:
    from sre_tui.usage.gathering import timed
    from sre_tui.usage.taking import opened_usage

    with opened_usage(scope.context.settings, scope.context.folders) as (kept, why):
        return summarized(timed(kept, scope.since), scope.since, scope.until), why


def _amount(summary: UsageSummary, kind: str) -> int:
    return sum(one.calls for one in summary.calls if one.kind == kind)


def _most_used(summary: UsageSummary) -> list[Used]:
    kinds: dict[str, list[Used]] = {}
    for one in summary.calls:
        kinds.setdefault(one.kind, []).append(one)
    return [one for several in kinds.values() for one in several[:MOST]]


def _used(one: Used) -> ReportedUse:
    return ReportedUse(
        kind=one.kind,
        name=one_line(one.name, 120),
        calls=one.calls,
        failed=one.failed,
        p95=one.p95,
        cost=one.cost,
    )
