"""What changed around a moment, from every source, in a window that is moved and widened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final

from textual.binding import BindingType

from providers.clock import Clock
from sre_tui.screens.actions import bindings
from sre_tui.screens.list_level import ListLevel
from sre_tui.screens.panes import PaneSpec
from widgets.pane import PaneState
from widgets.text import duration

WINDOWS: Final = tuple(
    timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 360, 720, 1440, 4320)
)
"""How far can be looked to each side of the moment."""
_FIRST: Final = timedelta(minutes=30)
_MOST: Final = 500
"""Changes that are listed."""


class TimelineScreen(ListLevel):
    """A window of time; without a moment its end is now."""

    PART: ClassVar[str] = "timeline"
    BINDINGS: ClassVar[list[BindingType]] = bindings("timeline")
    QUIET: ClassVar[frozenset[str]] = frozenset({"rows.investigate", "rows.logs", "rows.sort-next"})
    SPEC: ClassVar[PaneSpec] = PaneSpec(
        "changes",
        "Changes",
        ("what_changed",),
        nothing="Nothing changed in this window: ] widens it",
    )

    def __init__(self, clock: Clock, host: str = "", at: datetime | None = None) -> None:
        """What changed with a thing, or everywhere if it has no name, around a moment."""
        super().__init__(clock)
        self._host = host
        self._everywhere = not host
        self._at = at
        self._window = _FIRST
        self._routine = False

    @property
    def crumbs(self) -> tuple[str, ...]:
        """What is listed, and the window."""
        about = "everywhere" if self._everywhere else self._host
        routine = ", routine too" if self._routine else ""
        return (self.SPEC.title, f"{about}, {self.span}{routine}")

    @property
    def span(self) -> str:
        """The window in words."""
        length = duration(self._window.total_seconds())
        if self._at is None:
            return f"the last {length}"
        return f"{length} before and after {self._at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    def state_of(self, name: str, *, rows: int = 1, nothing: str = "") -> PaneState:
        """Where a thing has no such name here, say how to see all."""
        state = super().state_of(name, rows=rows, nothing=nothing)
        last = self.answer(name)
        if last is None or last.complaint is None or self._everywhere:
            return state
        return replace(state, hint="o lists what changed everywhere")

    def on_mount(self) -> None:
        """Ask what changed."""
        self._ask_anew()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what changes nothing."""
        match action:
            case "narrow":
                return True if self._window > WINDOWS[0] else None
            case "widen":
                return True if self._window < WINDOWS[-1] else None
            case "later" | "now":
                return True if self._at is not None else None
            case "subject":
                return True if self._host else None
        return True

    def action_narrow(self) -> None:
        """Look less far."""
        self._step(-1)

    def action_widen(self) -> None:
        """Look further."""
        self._step(1)

    def action_earlier(self) -> None:
        """Move the window back by half its length."""
        self._at = (self._at or self.clock()) - self._window
        self._ask_anew()

    def action_later(self) -> None:
        """Move the window on by half its length, to now at most."""
        if self._at is not None:
            moved = self._at + self._window
            self._at = moved if moved < self.clock() else None
            self._ask_anew()

    def action_now(self) -> None:
        """Back to now."""
        self._at = None
        self._ask_anew()

    def action_subject(self) -> None:
        """Everything, or only the thing it was opened for."""
        self._everywhere = not self._everywhere
        self._ask_anew()

    def action_routine(self) -> None:
        """Routine too, or not."""
        self._routine = not self._routine
        self._ask_anew()

    def _step(self, step: int) -> None:
        place = WINDOWS.index(self._window) + step
        self._window = WINDOWS[min(max(0, place), len(WINDOWS) - 1)]
        self._ask_anew()

    def _ask_anew(self) -> None:
        wanted: dict[str, object] = {
            "window": f"{round(self._window.total_seconds() / 60)}m",
            "limit": _MOST,
        }
        if self._at is not None:
            wanted["at"] = self._at.isoformat()
        if not self._everywhere:
            wanted["host"] = self._host
        if self._routine:
            wanted["all"] = True
        self.list_what(wanted)
        self.show_crumbs()
        self.refresh_bindings()
