"""Answers what an archived report said, as a whole or of one of its sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from typing import Final, cast, get_args

from sre_tui.agent.analyst.answers.report_archive import REPORT, no_report, of_week, week_meant
from sre_tui.agent.analyst.answers.since_report import HEALTH, is_since_report, tell_since
from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import code, plain
from sre_tui.memory.report import PreviousReport, zone_named
from sre_tui.memory.report_sections import Heading
from sre_tui.tools.report_text import chapter_lines
from sre_tui.views.human import ago
from sre_tui.views.report import document_of, times_of
from sre_tui.views.report_markup import paragraphs
from sre_tui.views.report_parts import Chapter, Document
from widgets.cell import Display

MOST: Final = 10
"""Lines of a section that are told; the evidence has all."""
_IT: Final = r"(?:reports?|(?:wochen)?bericht\w*)"
_SAYS: Final = (
    r"(?:sa(?:y|ys|id|ying)|t(?:ell|ells|old)|mention\w*|show\w*|contain\w*|stand|stood|report(?:ed)?|"
    r"steht|stand|sagt\w*)"
)
_WHICH: Final = (
    r"(?:last|latest|previous|recent|weekly|monthly|daily|yesterday'?s|this (?:week|month)'?s|"
    r"(?:last|previous) (?:week|month)'?s|letzte\w*|vorige\w*|wöchentliche\w*)"
)
_ASKED: Final = re.compile(
    rf"\b{_WHICH}\b[\w' ]*\b{_IT}\b"
    rf"|\b(?:the|our|my|der|dem|im) {_IT}\b.*\b{_SAYS}\b"
    rf"|\b{_SAYS}\b.*\b(?:in|of|by|im|der|dem) (?:the |our |my )?{_IT}\b"
)
_MAKES: Final = re.compile(
    r"^(?:please )?(?:make|create|send|mail|write|generate|schedule|erstell\w*|schick\w*)\b"
)
_ABOUT: Final[dict[Heading, str]] = {
    "backups": r"back\w*up\w*|restor\w*|vzdump|pbs|sicherung\w*|datastores?",
    "alerts": r"alerts?|alarm\w*|fir(?:ed|ing)|nois\w+|flapp\w+",
    "capacity": r"capacity|space|full|fill\w*|grow\w*|forecast|pools?|platz|kapazität|voll",
    "objectives": r"slos?|objectives?|availab\w*|uptime|reachab\w*|verfügbar\w*",
    "logs": r"logs?|errors?|fehler",
    "changes": r"chang\w*|updat\w*|upgrad\w*|änder\w*",
    "incidents": r"incidents?|journal|vorfälle?",
    "usage": r"usage|cost\w*|tokens?|kosten",
    "health": r"wrong|health\w*|problems?|troubles?|findings?|probleme?",
}


async def tell_report(look: Look) -> Iterator[str] | None:
    """What a report said; None if that is not asked."""
    folded = look.question.folded
    if not _ASKED.search(folded) or _MAKES.match(folded) or not look.caller.offers(REPORT):
        return None
    if is_since_report(folded) and look.caller.offers(HEALTH):
        last = (await look.ask(report=Call(REPORT, {})))["report"]
        report = last.data(PreviousReport)
        if report is None:
            return iter([no_report(look, last)])
        return await tell_since(look, last, report)
    arguments: dict[str, object] = {}
    scope = look.question.scope
    # A week, or "recently", is no day: the latest report is the one that tells of it.
    if scope.said and scope.end - scope.start <= timedelta(days=1):
        arguments["report"] = f"{scope.start:%Y-%m-%d}"
    section = _section(folded)
    if section is not None:
        arguments["section"] = section
    found = (await look.ask(report=Call(REPORT, arguments)))["report"]
    report = found.data(PreviousReport)
    if report is None:
        return iter([no_report(look, found)])
    meant = week_meant(folded)
    if not meant or "report" in arguments:
        return _told(look, report, section, found)
    one = of_week(report.archive, meant, look.now, zone_named(report.timezone))
    if one is None:
        lacking = f"**There is no {meant} in the archive**; this is the latest.{found.cite}\n\n"
        return chain([lacking], _told(look, report, section, found))
    if one.id != report.id:
        found = (await look.ask(report=Call(REPORT, {**arguments, "report": one.id})))["report"]
        report = found.data(PreviousReport)
        if report is None:
            return iter([no_report(look, found)])
    return _told(look, report, section, found)


def _section(folded: str) -> Heading | None:
    """The section that is asked about; None for all of it."""
    rest = re.sub(r"\breport\w*|\bbericht\w*", " ", folded)
    for heading in get_args(Heading):
        if re.search(rf"\b(?:{_ABOUT[heading]})\b", rest):
            return cast(Heading, heading)
    return None


def _told(
    look: Look, report: PreviousReport, section: Heading | None, found: Found
) -> Iterator[str]:
    document = document_of(report, Display(report.made, None, True))
    times = times_of(report)
    window = f"{times.on(report.since)} to {times.on(report.until)}"
    which = f"The report of {window}, made {ago(report.made, look.now)}"
    whole = f"\nAll of it: {code(f'sre report show {report.id}')}\n"
    chapters = [one for one in document.chapters if one.key == section]
    if not chapters:
        lines = [plain(each.text, 400) for each in paragraphs(report.summary.text)]
        lead = f"**{which}: {document.verdict}: {plain(document.sentence)}**{found.cite}"
        return chain(told(look, lead, ("What it said", lines)), [whole])
    (chapter,) = chapters
    lead = f"**{which}, said of {chapter.title.casefold()}: {plain(chapter.sentence)}**{found.cite}"
    return chain(told(look, lead, ("", _lines(chapter, document))), [whole])


def _lines(chapter: Chapter, document: Document) -> list[str]:
    """What bore it out; the first line is the sentence itself."""
    _, *lines = chapter_lines(chapter, document)
    shown = [plain(line.strip().removeprefix("- "), 300) for line in lines[:MOST]]
    return [*shown, f"and {len(lines) - MOST} more lines"] if len(lines) > MOST else shown
