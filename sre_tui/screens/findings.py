"""What the checks found: each thing that is wrong, the gravest first."""

from __future__ import annotations

from typing import ClassVar

from sre_tui.screens.list_level import ListLevel
from sre_tui.screens.panes import PaneSpec


class FindingsScreen(ListLevel):
    """The findings of now, followed while it is open."""

    SPEC: ClassVar[PaneSpec] = PaneSpec(
        "findings", "Findings", ("check_health",), nothing="Nothing wrong was found"
    )

    def on_mount(self) -> None:
        """Let the checks look."""
        self.list_what({})
