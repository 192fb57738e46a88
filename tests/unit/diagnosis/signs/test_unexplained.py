"""Errors of no known kind are told where a program logs clearly more of them than before."""

from typing import Any

import pytest

from providers.loki.patterns import grouped
from providers.reading import Reading, State
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.picture.lines import LineGroup
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.signs.unexplained import unexplained
from tests.unit.diagnosis.signs.stage import NOW, START, homelab, written


def seen(line: str, minutes: tuple[float, ...]) -> list[Finding]:
    groups = tuple(LineGroup(*group) for group in grouped(written(line, minutes, service="ombi")))
    reading = Reading[Any](source="loki", state=State.OK, observed_at=NOW, data=groups)
    picture = Picture(now=NOW, start=START, errors=Part((reading,)))
    return list(unexplained(picture, bundled(), homelab()))


ODD = 'level=error msg="flux phase jitter in quadrant 7"'
BURST = tuple(float(minute) for minute in range(1, 40, 3))


def test_a_burst_of_what_nobody_knows_is_told_with_its_beginning() -> None:
    (one,) = seen(ODD, BURST)
    assert one.kind == "service_errors"
    assert one.subject.name == "docker1/ombi"
    assert one.count == len(BURST)
    assert one.active
    assert "jitter" in one.evidence[0].says


def test_what_always_comes_is_nothing_new() -> None:
    assert seen(ODD, tuple(range(1, 350, 6))) == []


def test_a_few_are_no_burst_and_known_lines_are_told_elsewhere() -> None:
    assert seen(ODD, (3, 5, 7)) == []
    assert seen("connect ECONNREFUSED: no space left on device", BURST) == []


@pytest.mark.parametrize(
    ("beside", "named"),
    [
        ("ata3.00: error: { UNC }", " (UNC: a sector that cannot be read)"),
        ("sd 2:0:2:0: [sdc] Add. Sense: Unrecovered read error", " (UNC: a sector that cannot be"),
        ("ata3.00: error: { ICRC ABRT }", " (ICRC: a transfer that was damaged on the way"),
        ("smartctl: Error: IDNF at LBA = 0x00ff", " (IDNF: a sector that is not found)"),
        ("ata3.00: error: { ABRT }", " (ABRT: a command that the disk refused)"),
        ("ata3.00: configured for UDMA/133", ", more than before"),
    ],
)
def test_lines_of_ata_errors_are_told_by_their_kind(beside: str, named: str) -> None:
    report = "ata3.00: exception Emask 0x0 SAct 0x7c00 SErr 0x0 action 0x0"
    entries = [*written(report, BURST, service="kernel"), *written(beside, (3,), service="kernel")]
    groups = tuple(LineGroup(*group) for group in grouped(entries))
    reading = Reading[Any](source="loki", state=State.OK, observed_at=NOW, data=groups)
    picture = Picture(now=NOW, start=START, errors=Part((reading,)))
    (one,) = unexplained(picture, bundled(), homelab())
    assert f"lines of ATA errors{named}" in one.text
