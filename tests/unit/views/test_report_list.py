"""The archive of reports in rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from sre_tui.memory.place import Place
from sre_tui.memory.report_sections import Health
from sre_tui.memory.reports import ListedReport, Reports
from sre_tui.memory.schema import REPORTS
from sre_tui.memory.store import open_store
from sre_tui.views.report_list import ARCHIVE
from tests.stubs.reports import MADE, SINCE, ago, full_report, quiet_report
from widgets.cell import Display, Tone


@pytest.mark.parametrize(
    ("mail", "told", "tone"),
    [
        ({}, "not asked for", Tone.MUTED),
        ({"mailed": ago(0, 2)}, "✓ mailed 2 h ago", Tone.OK),
        ({"mailed": ago(0, 2), "mail_problem": "x@y refused"},
         "▲ mailed 2 h ago, but: x@y refused", Tone.WARNING),
        ({"mail_due": True}, "▲ to be mailed", Tone.WARNING),
        ({"mail_due": True, "mail_problem": "no route"}, "▲ to be mailed: no route", Tone.WARNING),
        ({"mail_problem": "too old"}, "✗ not mailed: too old", Tone.ERROR),
    ],
)  # fmt: skip
def test_what_became_of_the_mail(mail: dict[str, Any], told: str, tone: Tone) -> None:
    row = ListedReport(id="r", made=ago(1), since=SINCE, until=MADE, health=Health(), **mail)
    cells = {column.key: column.cell(row, Display(MADE, None, True)) for column in ARCHIVE.columns}
    assert (cells["mail"].text, cells["mail"].tone) == (told, tone)
    assert cells["window"].text == "2026-11-16 to 11-23, 7 days"
    assert cells["verdict"].text == "◌ unknown"
    assert cells["made"].text == "1 d ago"


def test_days_are_those_of_the_zone_it_was_made_in() -> None:
    until = datetime(2026, 11, 22, 23, tzinfo=UTC)
    window = next(column for column in ARCHIVE.columns if column.key == "window")
    row = ListedReport(
        id="r", made=MADE, since=until - timedelta(days=7), until=until,
        timezone="Europe/Berlin", health=Health(),
    )  # fmt: skip
    assert window.cell(row, Display(MADE, None, True)).text == "2026-11-16 to 11-23, 7 days"
    assert window.cell(row, Display(MADE, True, True)).text == "2026-11-15 to 11-22, 7 days"
    lost = row.model_copy(update={"timezone": "Mars/Olympus"})
    assert window.cell(lost, Display(MADE, None, True)).text == "2026-11-15 to 11-22, 7 days"


def test_the_archive_tells_how_it_was_and_survives_what_it_cannot_read(tmp_path: Path) -> None:
    with open_store(Place(path=tmp_path / "memory.db")) as store:
        reports = Reports(store)
        for age, report in enumerate((full_report(), quiet_report(), quiet_report())):
            made = {"id": f"r{age}", "made": MADE - timedelta(days=7 * age)}
            reports.add(report.model_copy(update=made))
        with store.writing() as connection:
            broken = update(REPORTS).where(REPORTS.c.id == "r2")
            connection.execute(broken.values(document={"health": {"verdict": []}}))
        rows = reports.listed()
        assert [row.id for row in reports.listed(1)] == ["r0"]
    verdict = next(column for column in ARCHIVE.columns if column.key == "verdict")
    display = Display(MADE, None, True)
    told = [(row.id, verdict.cell(row, display).text) for row in rows]
    assert told == [("r0", "◆ critical"), ("r1", "✓ ok"), ("r2", "◌ unknown")]
    zone = full_report().timezone
    assert [row.timezone for row in rows] == [zone, quiet_report().timezone, "UTC"]
    assert rows[0].health.sentence == full_report().health.sentence
