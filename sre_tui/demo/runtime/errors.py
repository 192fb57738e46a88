"""Why the demo cannot do what was asked."""

from __future__ import annotations

from sre_tui.complaint import Complaint


class DemoError(Complaint):
    """The demo cannot run or does not obey; the text says why."""

    code = "demo"


class DemoBusy(DemoError):
    """It runs, and is too busy to answer in time."""
