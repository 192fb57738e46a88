"""What is told at a glance above a report."""

from __future__ import annotations

import pytest

from sre_tui.views.report import document_of
from tests.stubs.reports import MADE, quiet_report
from widgets.cell import Display


@pytest.mark.parametrize(
    ("passed", "failed", "told"),
    [
        (1, 0, []),
        (0, 1, ["0 of 1"]),
        (2, 0, ["2 of 2"]),
        (0, 0, []),
    ],
)
def test_one_objective_that_was_met_is_no_figure(passed: int, failed: int, told: list[str]) -> None:
    whole = quiet_report()
    objectives = whole.objectives.model_copy(update={"passed": passed, "failed": failed})
    report = whole.model_copy(update={"objectives": objectives})
    figures = document_of(report, Display(MADE, None, True)).figures
    assert [one.value for one in figures if one.name == "objectives met"] == told
