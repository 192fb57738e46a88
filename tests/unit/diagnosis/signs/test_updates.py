"""An update is held guilty only of what followed it."""

from __future__ import annotations

import pytest

from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.signs.outside import told_apart
from sre_tui.diagnosis.signs.updates import BROKE, HARMLESS
from sre_tui.diagnosis.subject import Subject, SubjectKind
from tests.unit.diagnosis.causes.lab import DOCKER, JELLYFIN, RADARR, SITE, SONARR, finding, homelab


def kind_of_update(updated: Subject, *others: Finding) -> str:
    update = finding(BROKE, updated, 120, severity=Severity.NOTE, check="logs")
    told = list(told_apart((update, *others), homelab()))
    assert len(told) == 1 + len(others)
    return told[0].kind


def test_nothing_followed() -> None:
    assert kind_of_update(SONARR) == HARMLESS


def test_harmless_one_is_no_hypothesis() -> None:
    assert HARMLESS not in bundled()


def test_restarts_followed() -> None:
    assert kind_of_update(SONARR, finding("restart_loop", SONARR, 110)) == BROKE


def test_site_behind_it_failed() -> None:
    assert kind_of_update(JELLYFIN, finding("web_down", SITE, 100)) == BROKE


@pytest.mark.parametrize("minutes", [50, 5])
def test_trouble_came_too_late(minutes: float) -> None:
    assert kind_of_update(SONARR, finding("restart_loop", SONARR, minutes)) == HARMLESS


def test_another_program_failed() -> None:
    assert kind_of_update(SONARR, finding("restart_loop", RADARR, 110)) == HARMLESS


def test_it_was_broken_before() -> None:
    before = finding("service_errors", SONARR, 200)
    after = finding("restart_loop", SONARR, 110)
    assert kind_of_update(SONARR, before, after) == HARMLESS


def test_what_it_always_logs_does_not_acquit_it() -> None:
    always = finding("service_errors", SONARR, 300, severity=Severity.NOTE, open_start=True)
    after = finding("restart_loop", SONARR, 110)
    assert kind_of_update(SONARR, always, after) == BROKE


def test_end_of_the_old_version_is_no_trouble() -> None:
    died = finding("restart_loop", SONARR, 119.5, check="logs")
    assert kind_of_update(SONARR, died) == HARMLESS


def test_packages_of_a_machine_broke_a_service_there() -> None:
    unit = Subject(kind=SubjectKind.CONTAINER, name="docker1/postgresql@15-main")
    package = Subject(kind=SubjectKind.CONTAINER, name="docker1/postgresql-15")
    failed = finding("unit_failed", unit, 115)
    assert kind_of_update(DOCKER, failed) == BROKE
    assert kind_of_update(package, failed) == BROKE
