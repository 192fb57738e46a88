"""What is told again and again is told once, and nothing else is folded into it."""

from datetime import UTC, datetime, timedelta

from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.event import Event, EventKind
from sre_tui.diagnosis.timeline.repeats import folded

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def event(
    name: str, minutes: int, text: str, kind: EventKind = "log_burst", **more: object
) -> Event:
    subject = Subject(kind=SubjectKind.CONTAINER, name=name)
    at = NOW - timedelta(minutes=minutes)
    made = Event(at=at, kind=kind, subject=subject, severity=Severity.WARNING, text=text)
    return made.model_copy(update=more)


def test_the_same_of_several_and_of_one_again_is_one_row() -> None:
    bursts = [
        event(f"docker1/{name}", 60 - at, f"{name} wrote {at + 9} error lines within 30 min")
        for at, name in enumerate(("sonarr", "radarr", "gitea", "sonarr"))
    ]
    found = folded(reversed(bursts))
    last = "last at 14:03 UTC"
    others = "gitea on docker1, radarr on docker1"
    assert [one.text for one in found] == [
        f"sonarr wrote 9 error lines within 30 min; the same for 2 others: {others}, {last}"
    ]
    assert found[0].at == bursts[0].at
    assert found[0].count == 4
    starts = [event("docker1/app", at, "container app was started", "started") for at in (35, 15)]
    assert [one.text for one in folded(starts)] == [
        "container app was started; 2 times, last at 14:45 UTC"
    ]


def test_what_differs_in_more_than_figures_stays_apart() -> None:
    several = (
        event("docker1/app", 50, "new error: cannot open /a", "log_new"),
        event("docker1/app", 40, "new error: cannot open /b", "log_new"),
        event("docker1/app", 30, "container app was started", "started"),
        event("docker1/app", 20, "container app was started", "started",
              severity=Severity.CRITICAL),
        event("docker1/app", 10, "container app was stopped", "stopped"),
    )  # fmt: skip
    assert folded(several) == several
