"""What the command palette finds: every action, and every place by its name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from sre_tui.screens.keys import Command, commands
from sre_tui.screens.places import HasPlaces, Place, fixed_places, named_places


class ListsPlaces(HasPlaces, Protocol):
    """The app, as far as the palette needs it."""

    async def list_runbooks(self) -> None:
        """Find out which runbooks there are."""
        ...


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


class PlaceCommands(Provider):
    """Panes, screens, alerts, guests, nodes, pools, backups and runbooks by name."""

    async def startup(self) -> None:
        """Begin to find out which runbooks there are."""
        self._listing = asyncio.create_task(self._places_of.list_runbooks())

    async def discover(self) -> Hits:
        """The panes and screens."""
        for place in self._fixed():
            yield DiscoveryHit(place.name, place.go, text=place.name, help=place.words)

    async def search(self, query: str) -> Hits:
        """Those whose name fits."""
        # The next letter gives up this search, and with it whatever it waits for.
        await asyncio.shield(self._listing)
        matcher = self.matcher(query)
        app = self._places_of
        for place in (*self._fixed(), *named_places(app)):
            score = max(matcher.match(name) for name in (place.name, *place.also))
            if score > 0:
                # A str would be parsed as markup.
                shown = Content(place.name)
                help_ = place.words.replace("[", r"\[") or None
                yield Hit(score, shown, place.go, text=place.name, help=help_)

    def _fixed(self) -> list[Place]:
        """Those that are no action of the screen already."""
        here = {command.action.id for command in commands(self.screen)}
        return list(fixed_places(self._places_of, here))

    @property
    def _places_of(self) -> ListsPlaces:
        return cast("ListsPlaces", self.app)


def _help(command: Command) -> str:
    keys = command.keys.replace("[", r"\[")
    return f"{command.action.help}  ({keys})" if keys else command.action.help
