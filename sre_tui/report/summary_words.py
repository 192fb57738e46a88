"""The summary that the built-in analyst writes: the gravest first, and nothing made up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import Health, Trouble
from sre_tui.report.markdown import escaped
from sre_tui.views.human import count
from sre_tui.views.report import document_of, times_of
from sre_tui.views.report_now import cause_words, since_words, verdict_of
from sre_tui.views.report_parts import Chapter, Times
from widgets.cell import Display, Tone

MOST_TROUBLES: Final = 4
_PRESSING: Final = (Tone.CRITICAL, Tone.ERROR, Tone.WARNING)
_TOLD_APART: Final = frozenset({"health", "changes", "usage"})
"""Sections whose sentence tells somebody in a hurry nothing: the troubles themselves are told."""


def summary_words(report: Report) -> str:
    """Items of a Markdown list: what is wrong, what is about to be, and what is not known."""
    document = document_of(report, Display(report.made, None, True))
    times = times_of(report)
    items = [
        *_troubles(report, times),
        *(_item(one) for one in document.chapters
          if one.tone in _PRESSING and one.key not in _TOLD_APART),
    ]  # fmt: skip
    unknown = document.lacking
    if not items:
        items = [_opening(report.health, is_all_known=not unknown)]
    items += [_item(one) for one in document.chapters if _is_worth_a_line(one)]
    if unknown:
        items.append(f"**Not known, or not all of it:** {', '.join(unknown)}.")
    return "\n".join(f"- {item}" for item in items)


def _opening(health: Health, *, is_all_known: bool) -> str:
    """What is said where there is nothing to tell of."""
    if verdict_of(health)[1] == "ok":
        return "Nothing is wrong." if is_all_known else "As far as is known nothing is wrong."
    if health.state == "missing" or health.critical is None:
        return "How it is now is not known."
    return "No check found anything wrong, but not everything could be looked at."


def _troubles(report: Report, times: Times) -> Iterator[str]:
    """The causes, then what is grave and no cause explains; if none is known, what is wrong."""
    health = report.health
    for cause in health.causes:
        claim = f"{cause.claim[:1].upper()}{cause.claim[1:]}"
        step = f" First: {escaped(cause.steps[0])}" if cause.steps else ""
        yield f"**{escaped(claim)}**, {escaped(cause_words(cause, times))}.{step}"
    explained = {subject for cause in health.causes for subject in cause.subjects}
    grave = [one for one in health.troubles if one.severity != "note"]
    claims = " ".join(cause.claim for cause in health.causes)
    apart = [one for one in grave if one.subject not in explained and one.subject not in claims]
    if health.causes:
        apart = [one for one in apart if one.severity == "critical"]
    told = apart[:MOST_TROUBLES]
    yield from (_trouble(one, times) for one in told)
    weighty = (health.critical or 0) + (health.warnings or 0)
    if weighty > len(told):
        many = count(weighty, "critical finding or warning", "critical findings and warnings")
        yield f"{many} in all: see Now."


def _trouble(one: Trouble, times: Times) -> str:
    about = "" if not one.subject or one.subject in one.text else f"{one.subject}: "
    since = since_words(one, times)
    advice = f": {escaped(one.advice)}" if one.advice else ""
    return f"**{escaped(about + one.text)}** ({one.severity}{since}){advice}."


def _is_worth_a_line(chapter: Chapter) -> bool:
    """Whether somebody in a hurry wants to read that it is well."""
    return chapter.key in ("alerts", "backups", "capacity") and chapter.tone not in (
        *_PRESSING,
        Tone.STALE,
        Tone.MUTED,
    )


def _item(chapter: Chapter) -> str:
    return f"**{chapter.title}:** {escaped(chapter.sentence)}"
