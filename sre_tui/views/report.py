"""A report in words, tables and charts: said once, for the terminal, Markdown, HTML and mail."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from sre_tui.memory.report import Report, Summary, zone_named
from sre_tui.views.page import Page
from sre_tui.views.report_alerts import alerts, fired_figure
from sre_tui.views.report_backups import backed_up_figure, backups
from sre_tui.views.report_capacity import capacities, pressing_of
from sre_tui.views.report_chapter import TITLES
from sre_tui.views.report_figures import against
from sre_tui.views.report_logs import logs
from sre_tui.views.report_markup import paragraphs
from sre_tui.views.report_now import now, verdict_of
from sre_tui.views.report_objectives import objectives
from sre_tui.views.report_page import page
from sre_tui.views.report_parts import Chapter, Document, Figure, Times
from sre_tui.views.report_past import changes, incidents
from sre_tui.views.report_usage import usage
from sre_tui.views.usage import dollars
from widgets.cell import Display, Tone

_VERSE: Final = {"critical": "CRITICAL", "warning": "WARNING", "ok": "OK", "unknown": "UNKNOWN"}


def page_of(report: Report, display: Display, width: int | None = None) -> Page:
    """The report as a page.

    Args:
        report: what is told.
        display: whether its times are in UTC instead of its own zone.
        width: cells a line may have; None for any number, as in a pipe.
    """
    return page(document_of(report, display), width)


def document_of(report: Report, display: Display) -> Document:
    """The report, worded; its times are absolute, for it is read long after it was made."""
    times = times_of(report, utc=bool(display.utc))
    tone, word = verdict_of(report.health)
    chapters = (
        now(report.health, times),
        alerts(report.alerts, times),
        objectives(report.objectives),
        capacities(report.capacity, times),
        backups(report.backups, times),
        logs(report.logs, times),
        changes(report.changes, times),
        incidents(report.incidents, times),
        usage(report.usage),
    )
    return Document(
        title=f"Report on {report.homelab}" if report.homelab else "Report on the homelab",
        window=_window(times, report.timezone, utc=bool(display.utc)),
        tone=tone,
        verdict=_VERSE[word],
        sentence=report.health.sentence or "Nothing is known: no check could look",
        figures=tuple(_figures(report, chapters, times)),
        summary=paragraphs(report.summary.text),
        signature=_signature(report.summary),
        remarks=tuple(_remarks(report.summary)),
        lacking=_lacking(report),
        chapters=chapters,
        origin=f"Report {report.id}, made {times.at(report.made)}: sre report show {report.id} "
        "shows it again, with --json all of its figures.",
        display=Display(report.made, display.utc, True),
    )


def times_of(report: Report, *, utc: bool = False) -> Times:
    """Its window and its zone; UTC where this machine does not know that zone."""
    return Times(
        report.since, report.until, report.made, UTC if utc else zone_named(report.timezone)
    )


def _window(times: Times, zone: str, *, utc: bool) -> str:
    named = "UTC" if utc or times.zone is UTC else zone
    last = times.until.astimezone(times.zone)
    first = times.since.astimezone(times.zone)
    begins = f"{first:%a} {first.day} {first:%b}" + (
        f" {first.year}" if first.year != last.year else ""
    )
    ends = f"{last:%a} {last.day} {last:%b} {last.year} {last:%H:%M}"
    return f"{begins} {first:%H:%M} to {ends} ({times.length}), times in {named}"


def _lacking(report: Report) -> tuple[str, ...]:
    return tuple(
        TITLES[name] for name, section in report.sections()
        if section.state in ("partial", "missing")
    )  # fmt: skip


def _signature(summary: Summary) -> str:
    if not summary.text:
        return ""
    if summary.by == "analyst":
        return "Written by the built-in analyst from the figures below."
    cost = f" for {dollars(summary.cost)}" if summary.cost is not None else ""
    return f"Written by {summary.model or 'a model'} from the figures below{cost}."


def _remarks(summary: Summary) -> list[str]:
    told = []
    if summary.unsupported:
        words = ", ".join(f"“{each}”" for each in summary.unsupported)
        told.append(f"Not borne out by the figures below: {words}.")
    if summary.note:
        told.append(summary.note)
    return told


def _figures(report: Report, chapters: tuple[Chapter, ...], times: Times) -> list[Figure]:
    """What tells most at a glance; only of sections about which something is known."""
    tones = {chapter.key: chapter.tone for chapter in chapters}
    known = {
        key: section.state in ("ok", "partial") and tones[key] is not Tone.MUTED
        for key, section in report.sections()
    }
    told: list[Figure] = []
    errors = report.logs.errors
    if known["alerts"] and (fired := fired_figure(report.alerts, times, tones["alerts"])):
        told.append(fired)
    passed, failed = report.objectives.passed or 0, report.objectives.failed or 0
    aimed = passed + failed
    # One that was met, as of a lone backup server, tells nothing at a glance.
    if known["objectives"] and (aimed > 1 or failed):
        told.append(Figure(f"{passed} of {aimed}", "objectives met", "", tones["objectives"]))
    if known["backups"] and (backed_up := backed_up_figure(report.backups, tones["backups"])):
        told.append(backed_up)
    if known["capacity"]:
        pressing = len(pressing_of(report.capacity))
        told.append(Figure(f"{pressing}", "full or expired soon", "", tones["capacity"]))
    if known["logs"] and errors is not None:
        told.append(
            Figure(
                f"{errors:,}",
                "error line" if errors == 1 else "error lines",
                against(errors, report.logs.errors_before, times.before),
                tones["logs"],
            )
        )
    return told
