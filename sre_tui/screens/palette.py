"""What the command palette finds: every action, and every alert by its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from sre_tui.screens.alerts_pane import AlertChosen, AlertsPane
from sre_tui.screens.keys import Command, commands
from widgets.text import plain_line


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


class AlertCommands(Provider):
    """Alerts, to open their details."""

    async def search(self, query: str) -> Hits:
        """Those whose name or host fits."""
        matcher = self.matcher(query)
        for pane in self._panes():
            for alert in pane.alerts:
                name = plain_line(f"Alert {alert.name} {alert.host or ''}").rstrip()
                score = matcher.match(name)
                if score > 0:
                    chosen = AlertChosen(alert.key)
                    # A str would be parsed as markup.
                    shown = Content(name)
                    yield Hit(score, shown, partial(pane.post_message, chosen), text=name)

    def _panes(self) -> Iterator[AlertsPane]:
        yield from self.screen.query(AlertsPane)


def _help(command: Command) -> str:
    keys = command.keys.replace("[", r"\[")
    return f"{command.action.help}  ({keys})" if keys else command.action.help
