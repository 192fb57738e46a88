"""The operator's own checks: the documented example, and mistakes in such a file."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers.reading import Reading, State
from providers.series import Series, SeriesStats
from sre_tui.diagnosis.checks.check import Check
from sre_tui.diagnosis.checks.own import OwnCheckError, with_own
from sre_tui.diagnosis.checks.registry import all_checks
from sre_tui.diagnosis.checks.run import run_checks
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.picture.metrics import sweeps_of
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import MetricQuery, Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology

DOCUMENT = Path(__file__).parents[4] / "docs" / "extending.md"
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SENSOR = """
id: sensor-battery
title: a sensor whose battery is nearly empty
area: power
kind: ups_battery_worn
value: zigbee_battery_percent / 100
sign: "<"
trigger: 0.1
clear: 0.15
unit: ratio
subject: container
named_by: friendly_name
says: "the battery of {friendly_name} is at {value}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "checks"
    place.mkdir()
    return place


def own(folder: Path, text: str) -> tuple[Check, ...]:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return with_own(all_checks(), folder, bundled())


def documented() -> str:
    section = DOCUMENT.read_text(encoding="utf-8").partition("## A check\n")[2]
    block = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return block.group(1)


def the_check(checks: tuple[Check, ...], name: str) -> Check:
    return next(one for one in checks if one.id == name)


def found(check: Check, labels: dict[str, str], value: float) -> tuple[Finding, ...]:
    """What it finds where a value was so for an hour."""
    topology = Topology()
    topology.add(Subject(kind=SubjectKind.NAS, name="nas1"))
    points = tuple((NOW - timedelta(minutes=each), value) for each in range(60, -1, -3))
    stats = SeriesStats(points=len(points))
    series = (Series(source="prometheus:main", labels=labels, stats=stats, points=points),)
    reading = Reading[object](source="prometheus:main", state=State.OK, observed_at=NOW, data=())
    picture = Picture(
        now=NOW, start=NOW - timedelta(hours=6), step=180.0,
        sweeps=Part((reading,)), series={check.id: series},  # type: ignore[arg-type]
    )  # fmt: skip
    return run_checks([check], picture, topology).findings


def test_the_documented_check_finds_what_it_says(folder: Path) -> None:
    checks = own(folder, documented())
    assert {one.id for one in checks} - {one.id for one in all_checks()} == {"disk-age"}
    (one,) = found(
        the_check(checks, "disk-age"), {"device": "sdc", "instance": "nas1:9633"}, 95_036_400.0
    )
    assert one.subject.key == "disk:nas1/sdc"
    assert one.severity is Severity.NOTE
    assert re.fullmatch(r"sdc has run for 3 y\w*.*|sdc has run for 1,?0\d\d d.*", one.text), (
        one.text
    )
    assert one.kind not in bundled()
    assert found(the_check(checks, "disk-age"), {"device": "sdc"}, 1000.0) == ()


def test_a_label_names_the_subject_on_its_machine(folder: Path) -> None:
    check = the_check(own(folder, SENSOR), "sensor-battery")
    (one,) = found(check, {"friendly_name": "hall door", "instance": "nas1:9100"}, 0.05)
    assert (one.kind, one.subject.key) == ("ups_battery_worn", "container:nas1/hall door")
    assert one.text == "the battery of hall door is at 5 %"


def test_one_of_a_bundled_name_replaces_it(folder: Path) -> None:
    checks = own(folder, SENSOR.replace("sensor-battery", "pool-fill"))
    assert len(checks) == len(all_checks())
    assert the_check(checks, "pool-fill").title.startswith("a sensor")


def test_its_query_is_asked_alone_and_in_brackets(folder: Path) -> None:
    (query,) = the_check(own(folder, SENSOR), "sensor-battery").queries
    plain = MetricQuery("plain", "up", "==", 0)
    shared, alone = sweeps_of([plain, query])
    assert (shared.apart, alone.apart) == ("", "check sensor-battery")
    assert "label_replace((zigbee_battery_percent / 100) < 0.15," in alone.expression


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("kind: ups_batery", "kind: ups_battery_worn", r"kind: there is no pattern 'ups_batery'.*"),
        ("treshold: 0.1", "trigger: 0.1", r"trigger: is missing"),
        ("sevrity: note\ntrigger: 0.1", "trigger: 0.1", r"sevrity: unknown .*mean severity\?"),
        ("area: battery", "area: power", r"area: .*'power'"),
        ("clear: 0.05", "clear: 0.15", r"clear must be at least the trigger 0\.1"),
        ('says: "{value"', r'says: "the battery of {friendly_name} is at {value}"', r"says: .*"),
        ("delay: 90000\ntrigger: 0.1", "trigger: 0.1", r"delay: .*86400"),
    ],
)
def test_a_mistake_is_told_with_file_entry_and_field(
    folder: Path, wrong: str, right: str, told: str
) -> None:
    assert right in SENSOR
    with pytest.raises(OwnCheckError, match=rf"mine\.yaml: sensor-battery: {told}"):
        own(folder, SENSOR.replace(right, wrong))


def test_text_that_is_no_yaml_is_told_with_its_line(folder: Path) -> None:
    with pytest.raises(OwnCheckError, match=r"mine\.yaml:\d+: "):
        own(folder, "- id: [")
    with pytest.raises(OwnCheckError, match=r"mine\.yaml: a check or a list of checks belongs"):
        own(folder, "word")


def test_no_folder_is_no_mistake(tmp_path: Path) -> None:
    assert with_own(all_checks(), tmp_path / "checks", bundled()) == all_checks()
