from datetime import UTC, datetime, timedelta

import pytest

from providers.grafana import Annotation
from providers.loki import ChangeKind, Level, LogEntry
from providers.series import Sample
from sre_tui.diagnosis.timeline.log_lines import kind_of
from sre_tui.tools.log_changes import (
    annotated_changes,
    count_changes,
    lifecycle_changes,
    new_messages,
    stream_counts,
)

AROUND = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def entry(line: str, minutes: int, service: str = "web", level: Level = "error") -> LogEntry:
    at = AROUND + timedelta(minutes=minutes)
    return LogEntry(
        source="loki:main",
        at=at,
        time_ns=int(at.timestamp()) * 10**9,
        line=line,
        level=level,
        labels={"service_name": service},
        service=service,
        host="nas",
    )


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Started jellyfin.service - Jellyfin Media Server.", "restart"),
        ("Stopping /sonarr with SIGTERM", "restart"),
        ("container sonarr exited with code 1", "restart"),
        ("Main process exited, code=killed, status=9/KILL", "restart"),
        ("Out of memory: Killed process 4242 (java)", "oom"),
        ("oom-kill:constraint=CONSTRAINT_MEMCG", "oom"),
        ("Upgraded libc6 to 2.36", "update"),
        ("new version 1.2.3 is running", "update"),
        ("deployed release 42", "deploy"),
        ("Starting apt-daily.service - Daily apt download activities...", None),
        ("Starting man-db.service - Daily man-db regeneration...", None),
        ("LOG: checkpoint starting: time", None),
        ("backup job started", None),
        ('{"msg": "server started", "level": "info"}', "restart"),
        ("all is well", None),
    ],
)
def test_lines_that_tell_of_a_change(line: str, kind: ChangeKind | None) -> None:
    assert kind_of(line) == kind


def test_alike_events_are_one_change_at_their_first_time() -> None:
    lines = [entry(f"container web exited with code {code}", code, level="info") for code in (3, 1)]
    (change,) = lifecycle_changes(lines)
    assert (change.kind, change.count, change.at) == ("restart", 2, AROUND + timedelta(minutes=1))
    assert change.subject == "web on nas"


def test_a_message_is_new_if_its_template_was_not_there_before() -> None:
    lines = [
        entry("disk 1 is slow", -5),
        entry("disk 2 is slow", 5),
        entry("pool 7 is gone", 6),
        entry("pool 8 is gone", 7),
    ]
    (change,) = new_messages(lines, AROUND)
    assert (change.text, change.count) == ("pool 7 is gone", 2)


def counted(service: str, value: float) -> Sample:
    labels = {"service_name": service, "hostname": "nas"}
    return Sample(source="loki:main", labels=labels, at=AROUND, value=value)


@pytest.mark.parametrize(
    ("before", "after", "errors_before", "errors_after", "kinds"),
    [
        (100, 100, 0, 0, []),
        (100, 100, 0, 3, ["error_started"]),
        (100, 100, 4, 40, ["error_rate"]),
        (100, 100, 4, 6, []),
        (100, 0, 0, 0, ["went_silent"]),
        (5, 0, 0, 0, []),
        (0, 50, 0, 0, ["appeared"]),
        (10, 100, 0, 0, ["volume_up"]),
        (100, 10, 0, 0, ["volume_down"]),
    ],
)
def test_counts_tell_what_began_and_what_stopped(
    before: int, after: int, errors_before: int, errors_after: int, kinds: list[str]
) -> None:
    numbers = (before, after, errors_before, errors_after)
    samples = tuple([counted("web", value)] if value else [] for value in numbers)
    streams = stream_counts(
        "loki:main", "service_name", "hostname", (samples[0], samples[1], samples[2], samples[3])
    )
    changes = list(count_changes(streams, AROUND, 1.0, {}))
    assert [change.kind for change in changes] == kinds
    assert all(change.subject == "web on nas" for change in changes)


def test_a_shorter_window_after_is_no_fall_in_volume() -> None:
    streams = stream_counts(
        "loki:main", "service_name", None, ([counted("web", 100)], [counted("web", 9)], [], [])
    )
    assert list(count_changes(streams, AROUND, 0.1, {})) == []


def test_annotations_are_deploys_updates_or_alerts() -> None:
    def mark(text: str, kind: str = "annotation") -> Annotation:
        return Annotation.model_validate(
            {
                "source": "grafana:main",
                "id": 1,
                "at": AROUND,
                "text": text,
                "kind": kind,
                "alert_name": "DiskFull" if kind == "alert" else None,
                "old_state": "Normal",
                "new_state": "Alerting",
            }
        )

    found = list(
        annotated_changes([mark("rolled out"), mark("Updated sonarr"), mark("", kind="alert")])
    )
    assert [(change.kind, change.subject) for change in found] == [
        ("deploy", "annotation"),
        ("update", "annotation"),
        ("alert", "DiskFull"),
    ]
    assert found[2].text == "Normal → Alerting"
