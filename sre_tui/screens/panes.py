"""Which panes there are beside the chat, and what each lives on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from sre_tui.live.homelab import (
    ALERTS,
    COVERAGE,
    DATASTORES,
    FORECAST,
    GUEST_LOAD,
    GUESTS,
    POOLS,
    SNAPSHOTS,
)

if TYPE_CHECKING:
    from sre_tui.screens.rows.kind import RowKind


@dataclass(frozen=True, slots=True)
class PaneSpec:
    """One pane of rows.

    Attributes:
        id: its widget id, and the name of its rows' module.
        title: its heading.
        feeds: where its rows come from; their state is its state.
        beside: feeds that only add to the rows, and whose failure leaves cells empty.
        nothing: said when all of them answered and there is no row.
    """

    id: str
    title: str
    feeds: tuple[str, ...]
    beside: tuple[str, ...] = ()
    nothing: str = ""

    @property
    def lives_on(self) -> frozenset[str]:
        """All feeds it shows something of."""
        return frozenset((*self.feeds, *self.beside))

    @property
    def module(self) -> str:
        """Where its kind of row is said; importing it takes the views along."""
        return f"sre_tui.screens.rows.{self.id}"

    def kind(self) -> RowKind[Any]:
        """Its kind of row."""
        kind: RowKind[Any] = import_module(self.module).KIND
        return kind


PANES: Final[Sequence[PaneSpec]] = (
    PaneSpec("alerts", "Alerts", (ALERTS,), nothing="No alert is firing or pending"),
    PaneSpec("guests", "Guests", (GUESTS,), (COVERAGE, GUEST_LOAD), "There is no guest"),
    PaneSpec("pools", "Pools", (POOLS,), (FORECAST, SNAPSHOTS), "There is no pool"),
    PaneSpec("backups", "Backups", (COVERAGE, DATASTORES), (), "No guest and no datastore"),
)
CHAT: Final = "chat"
