"""What fills up, in the words and the order of a report."""

from __future__ import annotations

from sre_tui.memory.report_sections import (
    Backups,
    Capacities,
    ReportedCapacity,
    ReportedDatastore,
)
from sre_tui.views.report import times_of
from sre_tui.views.report_backups import backups
from sre_tui.views.report_capacity import capacities, pressing_of
from sre_tui.views.report_parts import Table
from tests.stubs.reports import MADE, TIB, full_report
from widgets.cell import Display

TIMES = times_of(full_report())
MAIN = ReportedCapacity(
    name="main", kind="datastore", outlook="full", used=6.9 * TIB, size=7 * TIB, presses=True
)
BELOW = MAIN.model_copy(update={"name": "backup on pbs", "kind": "pool", "space_of": "main"})
DRAWER = ReportedCapacity(name="usb", kind="datastore", outlook="too little data")
TANK = ReportedCapacity(
    name="tank", kind="pool", outlook="growing", used=4 * TIB, size=9 * TIB,
    full_at=MADE.replace(year=2040),
)  # fmt: skip


def outlooks(section: Capacities) -> list[tuple[str, str]]:
    (table,) = (part for part in capacities(section, TIMES).parts if isinstance(part, Table))
    (shown,) = (column for column in table.columns if column.key == "outlook")
    display = Display(MADE, None, True)
    return [(row.name, shown.cell(row, display).text) for row in table.rows]


def test_one_full_disk_is_one_that_wants_room() -> None:
    section = Capacities(state="ok", rows=(MAIN, BELOW, TANK))
    assert pressing_of(section) == (MAIN,)
    chapter = capacities(section, TIMES)
    assert chapter.sentence == "1 wants room or renewal soon: main (full already)."
    assert outlooks(section)[:2] == [
        ("main", "full already ✗"),
        ("backup on pbs", "full already, the space of main ✗"),
    ]
    # Where the datastore presses not, whoever presses counts.
    calm = MAIN.model_copy(update={"presses": False, "outlook": "not growing"})
    assert pressing_of(Capacities(rows=(calm, BELOW))) == (BELOW,)


def test_a_disk_in_a_drawer_is_told_last() -> None:
    told = outlooks(Capacities(state="ok", rows=(DRAWER, TANK)))
    assert [name for name, _ in told] == ["tank", "usb"]


def test_of_a_datastore_that_is_not_plugged_in_nothing_is_missing() -> None:
    stores = (
        ReportedDatastore(name="main", used=TIB, size=2 * TIB, problem="full"),
        ReportedDatastore(name="usb", plugged_in=False),
    )
    parts = backups(Backups(state="ok", runs=3, datastores=stores), TIMES).parts
    (table,) = (part for part in parts if isinstance(part, Table))
    display = Display(MADE, None, True)
    usb = [column.cell(stores[1], display).text for column in table.columns]
    assert usb == ["usb", "not plugged in", "", "", "", ""]
