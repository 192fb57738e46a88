"""Which questions hold the present against a report, and which ask for what that said."""

from __future__ import annotations

import pytest

from sre_tui.agent.analyst.answers.since_report import is_since_report


@pytest.mark.parametrize(
    "folded",
    [
        "what is new since the last report",
        "what has changed since last week's report",
        "is anything worse compared to the latest weekly report",
        "was hat sich seit dem letzten bericht geändert",
    ],
)
def test_the_present_is_held_against_a_report(folded: str) -> None:
    assert is_since_report(folded)


@pytest.mark.parametrize(
    "folded",
    [
        "which alerts fired since monday according to the last report",
        "which disks failed since last month as per the report",
        "what happened since monday in the weekly report",
        "what did the last report say about backups since friday's report",
        "how does the last report compare to the previous report",
        "did you send the report since monday",
        "what does the report say happened after the power cut",
    ],
)
def test_what_a_report_said_is_asked(folded: str) -> None:
    assert not is_since_report(folded)
