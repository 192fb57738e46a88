"""Since when something lasts is told in one way, whenever it is asked about."""

from __future__ import annotations

from datetime import timedelta

from sre_tui.diagnosis.checks.run import CheckReport
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.investigate import Insight, Knowledge, investigate
from sre_tui.diagnosis.picture.picture import Picture
from tests.unit.diagnosis.causes.lab import DISK, NOW, finding, homelab


def headline(minutes: float, *, open_start: bool, asked_later: timedelta) -> str:
    failing = finding(
        "disk_failing", DISK, minutes, severity=Severity.CRITICAL, by="api", open_start=open_start
    )
    picture = Picture(now=NOW, start=NOW - timedelta(hours=6))
    insight = Insight(picture, homelab(), CheckReport((), (), ()), (failing,))
    return investigate(insight, "", Knowledge(), now=NOW + asked_later).headline


def test_it_names_the_time_and_says_if_it_may_have_been_before() -> None:
    told = headline(60 * 6, open_start=True, asked_later=timedelta())
    assert told.endswith("is failing since 2026-11-22 09:00 UTC (6 h ago) or before.")


def test_the_age_is_that_of_today_also_where_the_past_is_looked_at() -> None:
    told = headline(60, open_start=False, asked_later=timedelta(hours=8))
    assert told.endswith("is failing since 2026-11-22 14:00 UTC (9 h ago).")
