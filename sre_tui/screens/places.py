"""Everything one can go to by its name: panes, screens, rows, nodes, runbooks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from textual.message import Message
from textual.screen import Screen

from sre_tui.screens.about.tab import ToNode, ToRow, ToRunbook
from sre_tui.screens.actions import ACTIONS
from sre_tui.screens.rows_pane import RowsPane
from sre_tui.screens.wanted import OpeningWanted, PaneWanted
from widgets.text import plain_line, truncate

LONGEST: Final = 200
"""Cells of a name; matching a longer one would take its time."""
_PANES: Final[Mapping[str, tuple[str, ...]]] = {
    "main.alerts": ("alerts",),
    "main.guests": ("guests", "vms", "lxc", "containers", "proxmox"),
    "main.pools": ("pools", "zfs", "nas", "truenas"),
    "main.backups": ("backups", "pbs", "datastores"),
    "main.chat": ("chat", "ask"),
}
"""Actions that lead to a pane, with its id first and what else people call it."""
_SCREENS: Final[Mapping[str, tuple[str, ...]]] = {
    "main.findings": ("checks", "health"),
    "main.timeline": ("timeline", "changes"),
    "main.investigate": ("causes",),
    "main.incidents": ("incidents", "journal"),
    "main.logs": ("logs", "loki"),
    "main.metrics": ("metrics", "charts", "prometheus"),
    "app.report": ("report", "reports"),
    "app.theme": ("colours", "colors"),
    "app.help": ("keys", "?"),
    "app.refresh": (),
    "app.pause": (),
    "app.quit": ("q", "q!", "exit"),
}
"""Actions that lead elsewhere or belong to the whole app, with their other names."""


@dataclass(frozen=True, slots=True)
class RunbookName:
    """A runbook by id and title."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go.

    Attributes:
        name: what it is and what it is called, for example ``Guest immich``; safe to draw.
        words: what there is to say about it; safe to draw.
        also: what else it answers to, such as the number of a guest.
        go: goes there.
    """

    name: str
    words: str
    also: tuple[str, ...]
    go: Callable[[], object]


class HasPlaces(Protocol):
    """The app, as far as places need it."""

    @property
    def main(self) -> Screen[Any]:
        """The screen with the panes."""
        ...

    @property
    def runbooks(self) -> Sequence[RunbookName]:
        """The runbooks as far as they are known."""
        ...

    def post_message(self, message: Message) -> bool:
        """Take a message."""
        ...

    async def run_action(self, action: str, default_namespace: Any = None) -> bool:
        """Perform an action."""
        ...


def fixed_places(app: HasPlaces, without: Collection[str] = ()) -> Iterator[Place]:
    """The panes and screens, which are always there.

    Args:
        app: whose.
        without: ids of actions whose places are left out.
    """
    actions = [action for action in ACTIONS if action.id not in without]
    for action in actions:
        if (names := _PANES.get(action.id)) is not None:
            go: Callable[[], object] = partial(app.post_message, PaneWanted(names[0]))
            yield Place(action.label, action.help, names, go)
    for action in actions:
        if (names := _SCREENS.get(action.id)) is not None:
            node = app.main if action.part == "main" else app
            yield Place(
                action.label, action.help, names, partial(app.run_action, action.call, node)
            )


def named_places(app: HasPlaces) -> Iterator[Place]:
    """What has a name of its own: every row of every pane, nodes, runbooks."""
    nodes: set[str] = set()
    for pane in app.main.query(RowsPane):
        for row in pane.rows:
            kind = pane.kind
            node, also = kind.node(row), kind.also(row)
            if node:
                nodes.add(node)
            yield Place(
                _name(kind.noun.capitalize(), kind.name(row)),
                _line(f"on {node}" if node else ""),
                also,
                partial(app.post_message, OpeningWanted(ToRow(pane.spec.id, kind.key(row)))),
            )
    for node in sorted(nodes):
        go = partial(app.post_message, OpeningWanted(ToNode(node)))
        yield Place(_name("Node", node), "", (), go)
    for book in app.runbooks:
        go = partial(app.post_message, OpeningWanted(ToRunbook(book.id, book.title)))
        yield Place(_name("Runbook", book.id), _line(book.title), (), go)


def matching(places: Sequence[Place], typed: str) -> list[Place]:
    """Those that what was typed fits, the best first; all of them if nothing was typed."""
    wanted = " ".join(plain_line(typed).casefold().split())
    if not wanted:
        return list(places)
    ranked = [(rank, place) for place in places if (rank := _rank(place, wanted)) is not None]
    # Sorting keeps the order of those that fit alike.
    return [place for _, place in sorted(ranked, key=lambda one: one[0])]


def _rank(place: Place, wanted: str) -> int | None:
    name = place.name.casefold()
    own = name.partition(" ")[2]
    names = (name, own, *place.also)
    if wanted in names:
        return 0
    if any(one.startswith(wanted) for one in names if one):
        return 1
    if any(word.startswith(wanted) for word in name.replace("-", " ").split()):
        return 2
    if wanted in name:
        return 3
    words = name if not place.words else f"{name} {place.words.casefold()}"
    return 4 if all(word in words for word in wanted.split()) else None


def _name(noun: str, name: str) -> str:
    return _line(f"{noun} {name}")


def _line(text: str) -> str:
    return truncate(plain_line(text).strip(), LONGEST)
