"""An alert flaps where one instance of it comes and goes, not where many come once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from providers.grafana import Annotation
from providers.reading import Reading, State
from sre_tui.diagnosis.checks.registry import all_checks
from sre_tui.diagnosis.checks.run import run_checks
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.topology.build import build_topology

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def flapping(instances: int, turns: int) -> tuple[Finding, ...]:
    marks = tuple(
        Annotation(
            source="grafana:main",
            id=number * 100 + turn,
            at=NOW - timedelta(minutes=5 * turn + 1),
            text=f"GuestNotRunning {{id=lxc/{100 + number}}} - Alerting",
            kind="alert",
            alert_name="GuestNotRunning",
            old_state="Pending",
            new_state="Alerting",
        )
        for number in range(instances)
        for turn in range(turns)
    )
    reading = Reading[tuple[Annotation, ...]](
        source="grafana:main", state=State.OK, observed_at=NOW, data=marks
    )
    picture = Picture(now=NOW, start=NOW - timedelta(hours=6), annotations=Part((reading,)))
    checks = [one for one in all_checks() if one.id == "alert-flapping"]
    return run_checks(checks, picture, build_topology(picture)).findings


def test_many_instances_that_fire_once_are_no_flapping() -> None:
    assert flapping(instances=13, turns=1) == ()


def test_one_instance_that_comes_and_goes_flaps() -> None:
    (found,) = flapping(instances=2, turns=12)
    assert (found.value, "12 times" in found.text) == (12.0, True)
