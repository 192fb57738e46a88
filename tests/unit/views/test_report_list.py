"""The archive of reports in rows."""

from __future__ import annotations

from typing import Any

import pytest

from sre_tui.memory.report import Health
from sre_tui.memory.reports import ListedReport
from sre_tui.views.report_list import ARCHIVE
from tests.stubs.reports import MADE, SINCE, ago
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
