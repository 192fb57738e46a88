"""A report in the words and pictures in which it is mailed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sre_tui.memory.report import Report
    from sre_tui.report.message import Letter


def letter_of(report: Report) -> Letter:
    """A report as it is mailed; drawing its charts takes a second or two."""
    from sre_tui.report.html import html_of
    from sre_tui.report.message import Letter
    from sre_tui.views.report_text import text_of

    return Letter(text_of(report), html_of(report, pictures="attached"))
