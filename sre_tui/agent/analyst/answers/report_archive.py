"""Answers what is in the archive of reports: which is last week's, and how many there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from sre_tui.memory.report import ArchivedReport

_IT: Final = r"(?:reports?|(?:wochen)?bericht\w*)"
_WEEKLY: Final = timedelta(days=6)
"""Length from which on a report is one of a week."""
_OF_LAST_WEEK: Final = re.compile(
    rf"\b(?:last|previous|letzte\w*|vorige\w*) (?:week|woche)(?:'?s)?\b(?: \w+)? {_IT}\b"
    rf"|\b{_IT} (?:of|from|for|von|der|aus) (?:der )?(?:last|the last|letzte\w*|vorige\w*) "
    r"(?:week|woche)\b"
)
_OF_A_WEEK: Final = re.compile(rf"\b(?:weekly|wöchentliche\w*) {_IT}\b|\bwochenbericht\w*")


def week_meant(folded: str) -> str:
    """What a report of a week is called in a question; empty if none is meant."""
    if _OF_LAST_WEEK.search(folded):
        return "report of last week"
    return "weekly report" if _OF_A_WEEK.search(folded) else ""


def is_weekly(one: ArchivedReport) -> bool:
    """Whether it is about a week or more."""
    return one.until - one.since >= _WEEKLY


def of_week(
    archive: Sequence[ArchivedReport], meant: str, now: datetime, zone: tzinfo
) -> ArchivedReport | None:
    """The report of a week that is meant; None if the archive has none.

    Args:
        archive: the latest first.
        meant: as :func:`week_meant` calls it.
        now: the moment of asking.
        zone: whose weeks are meant.
    """
    weekly = [one for one in archive if is_weekly(one)]
    if meant == "weekly report":
        return next(iter(weekly), None)
    recent = [one for one in weekly if now - one.until <= timedelta(days=7)]
    here = now.astimezone(zone)
    today = here.replace(hour=0, minute=0, second=0, microsecond=0)
    end = today - timedelta(days=here.weekday())
    begin = end - timedelta(days=7)
    told = [
        one
        for one in archive
        if begin < one.until <= end or (one.since <= begin and end <= one.until)
    ]
    return next(iter((*recent, *(one for one in told if is_weekly(one)), *told)), None)
