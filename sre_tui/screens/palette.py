"""What the command palette finds: every action, and every row of every pane by its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Final

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from sre_tui.screens.about.tab import ToNode
from sre_tui.screens.keys import Command, commands
from sre_tui.screens.rows_pane import RowChosen, RowsPane
from sre_tui.screens.wanted import OpeningWanted
from widgets.text import plain_line, truncate

_LONGEST: Final = 200
"""Cells of a name; matching a longer one would take its time."""


class ActionCommands(Provider):
    """The actions that can be taken now."""

    async def discover(self) -> Hits:
        """All of them."""
        for command in commands(self.screen):
            label = command.action.label
            yield DiscoveryHit(label, self._call(command), text=label, help=_help(command))

    async def search(self, query: str) -> Hits:
        """Those whose name or help fits."""
        matcher = self.matcher(query)
        for command in commands(self.screen):
            label, words = command.action.label, command.action.help
            score = max(matcher.match(label), matcher.match(words) * 0.9)
            if score > 0:
                yield Hit(score, label, self._call(command), text=label, help=_help(command))

    def _call(self, command: Command) -> Callable[[], Awaitable[bool]]:
        return partial(self.app.run_action, command.action.call, command.node)


class RowCommands(Provider):
    """Alerts, guests, nodes, pools and backups, to open their details."""

    async def search(self, query: str) -> Hits:
        """Those whose name fits."""
        matcher = self.matcher(query)
        for pane in self._panes():
            for row in pane.rows:
                noun = pane.kind.noun.capitalize()
                name = truncate(plain_line(f"{noun} {pane.kind.name(row)}").rstrip(), _LONGEST)
                score = matcher.match(name)
                if score > 0:
                    chosen = RowChosen(pane.spec.id, pane.kind.key(row))
                    # A str would be parsed as markup.
                    shown = Content(name)
                    yield Hit(score, shown, partial(pane.post_message, chosen), text=name)
        for node in self._nodes():
            name = truncate(f"Node {plain_line(node)}", _LONGEST)
            score = matcher.match(name)
            if score > 0:
                wanted = OpeningWanted(ToNode(node))
                yield Hit(score, Content(name), partial(self.app.post_message, wanted), text=name)

    def _nodes(self) -> list[str]:
        """Nodes that anything runs on."""
        found = (pane.kind.node(row) for pane in self._panes() for row in pane.rows)
        return sorted({node for node in found if node})

    def _panes(self) -> Iterator[RowsPane]:
        yield from self.screen.query(RowsPane)


def _help(command: Command) -> str:
    keys = command.keys.replace("[", r"\[")
    return f"{command.action.help}  ({keys})" if keys else command.action.help
