"""Checks are signs of the pattern that says most closely what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from providers.reading import Reading, State
from providers.truenas import Service, SystemReport
from sre_tui.diagnosis.checks.registry import all_checks
from sre_tui.diagnosis.checks.run import run_checks
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.topology.build import build_topology

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def services(*many: Service) -> tuple[Finding, ...]:
    report = SystemReport(source="truenas:nas1", services=many)
    reading = Reading[SystemReport](
        source="truenas:nas1", state=State.OK, observed_at=NOW, data=report
    )
    picture = Picture(now=NOW, start=NOW, nas=Part((reading,)))
    checks = [one for one in all_checks() if one.id == "nas-services"]
    return run_checks(checks, picture, build_topology(picture)).findings


def test_a_file_service_that_is_off_is_a_stopped_share_and_another_a_failed_unit() -> None:
    found = services(
        Service(name="nfs", enabled=True, running=False),
        Service(name="ssh", enabled=True, running=False),
        Service(name="ftp", enabled=False, running=False),
        Service(name="cifs", enabled=True, running=True),
    )
    told = {(one.kind, one.subject.key) for one in found}
    assert told == {("share_stopped", "nas:nas1"), ("unit_failed", "container:nas1/ssh")}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("inodes", "inodes_exhausted"),
        ("swap-traffic", "swapping"),
    ],
)
def test_the_kinds_of_checks_of_metrics(name: str, kind: str) -> None:
    assert {one.kind for one in all_checks() if one.id == name} == {kind}
