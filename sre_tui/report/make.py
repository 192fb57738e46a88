"""Makes a report: collects its figures, and has its summary written."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sre_tui.memory.report import Report
from sre_tui.report.collect import Told, collect_report
from sre_tui.report.summary import write_summary
from sre_tui.settings import LlmSettings
from sre_tui.settings.zone import zone_of
from sre_tui.tools.context import ToolContext
from sre_tui.tools.report_text import report_words


async def make_report(
    context: ToolContext,
    *,
    days: int | None = None,
    llm: LlmSettings | None = None,
    baselines: bool = True,
    told: Told = lambda heading, state: None,
) -> Report:
    """A whole report, not archived yet.

    Args:
        context: settings, folders and clock.
        days: how far back it looks; as the settings say if None.
        llm: which model writes the summary; as the settings say if None.
        baselines: whether the baselines are computed anew as well.
        told: is told of each section as soon as it is there.

    Raises:
        SettingsError: if the settings of reports are mistaken.
    """
    wanted = context.settings.report
    report = await collect_report(
        context,
        timedelta(days=wanted.days if days is None else days),
        objective=wanted.availability,
        zone=zone_of(wanted),
        baselines=baselines,
        told=told,
    )
    if llm is None:
        llm = context.settings.llm if wanted.llm else LlmSettings()
    words = await asyncio.to_thread(report_words, report)
    summary = await write_summary(context, report, words, llm)
    return report.model_copy(update={"summary": summary})
