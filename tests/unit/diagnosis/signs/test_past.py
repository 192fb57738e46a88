"""What logs of the days before tell: since when errors come, and damage that was told once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from providers.loki import LogEntry
from providers.loki.patterns import grouped
from providers.reading import Reading, State
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.picture.lines import LineGroup
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.past import Past, loud_since
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.signs.lines import from_lines
from sre_tui.diagnosis.signs.unexplained import unexplained
from tests.unit.diagnosis.signs.stage import NOW, START, homelab, written

HOUR = timedelta(hours=1)
YESTERDAY = NOW - timedelta(hours=26)
ALL_ALONG = tuple(range(1, 360, 6))


def counts(hours: Iterable[float], errors: float = 20.0) -> dict[datetime, float]:
    """So many errors in each of the hours that ended so many hours ago."""
    return {NOW - each * HOUR: errors for each in hours}


@pytest.mark.parametrize(
    ("hourly", "since"),
    [
        (counts(range(26)), YESTERDAY),
        ({**counts(range(26)), **counts((60, 90, 120), 1.0)}, YESTERDAY),
        (counts(range(170)), None),
        (counts(range(4)), None),
        (counts(range(26), 1.0), None),
        (counts((25, 26)), None),
        (counts((0, 25, 26)), None),
    ],
    ids=["from yesterday on", "hardly any before", "for ever", "within the window", "a few",
         "yesterday alone", "now and then"],
)  # fmt: skip
def test_errors_come_since_they_clearly_do_so_more_often(
    hourly: Mapping[datetime, float], since: datetime | None
) -> None:
    assert loud_since(hourly, START, NOW) == since


def seen(
    now: Iterable[LogEntry], before: Iterable[LogEntry] = (), since: datetime | None = None
) -> list[Finding]:
    def read(data: object) -> Part[Any]:
        return Part((Reading[Any](source="loki", state=State.OK, observed_at=NOW, data=data),))

    def groups(entries: Iterable[LogEntry]) -> tuple[LineGroup, ...]:
        return tuple(LineGroup(*group) for group in grouped(entries))

    began = {} if since is None else {("docker1", "app"): since}
    picture = Picture(
        now=NOW, start=START, lines=read(groups(now)), errors=read(groups(now)),
        past=read(Past(began, groups(before))),
    )  # fmt: skip
    topology = homelab()
    return [*from_lines(picture, bundled(), topology), *unexplained(picture, bundled(), topology)]


def errors(line: str) -> list[LogEntry]:
    return [one.model_copy(update={"level": "error"}) for one in written(line, ALL_ALONG)]


def test_a_known_error_all_along_the_window_is_new_where_few_came_before() -> None:
    locked = errors("sqlite3.OperationalError: database is locked")
    (always,) = seen(locked)
    assert (always.severity, always.open_start) == (Severity.NOTE, True)
    (new,) = seen(locked, since=YESTERDAY)
    assert (new.severity, new.open_start) == (Severity.WARNING, False)
    assert new.since == YESTERDAY


def test_an_unknown_error_all_along_the_window_is_new_where_few_came_before() -> None:
    odd = errors("flux phase jitter in quadrant 7")
    assert seen(odd) == []
    (new,) = seen(odd, since=YESTERDAY)
    assert (new.kind, new.since, new.count) == ("service_errors", YESTERDAY, len(odd))


def test_damage_that_was_told_once_days_ago_lasts() -> None:
    told = written("pool 'backup': permanent errors detected in 2 files", (3 * 24 * 60,),
                   host="docker1", service="zfs-zed")  # fmt: skip
    (damage,) = seen((), told)
    assert (damage.kind, damage.subject.name) == ("checksum_errors", "docker1/backup")
    assert damage.since == NOW - timedelta(days=3)
    assert damage.active
    assert not damage.hearsay
