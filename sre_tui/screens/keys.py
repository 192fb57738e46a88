"""Which keys do what on a screen, read from the bindings in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from textual.app import App
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.screen import Screen

from sre_tui.screens.actions import ACTIONS, PARTS, Action, bindings


@dataclass(frozen=True, slots=True)
class KeyHelp:
    """One line of the help: keys as they are written on a keyboard, and what they do."""

    id: str
    keys: str
    help: str


@dataclass(frozen=True, slots=True)
class Command:
    """An action with the part of the screen that performs it."""

    action: Action
    node: DOMNode
    keys: str


def key_help(screen: Screen[Any]) -> dict[str, list[KeyHelp]]:
    """Everything one can press on a screen, by heading, in the order of the headings."""
    found: dict[str, dict[str, list[Binding]]] = {part: {} for part in PARTS}
    for node in _nodes(screen):
        for binding in _bindings(node, screen.app):
            part = (binding.id or "").partition(".")[0]
            if part in found and binding.id is not None:
                known = found[part].setdefault(binding.id, [])
                if binding.key not in [other.key for other in known]:
                    known.append(binding)
    for binding in _of_filter(screen.app) if found["rows"] and not found["filter"] else ():
        found["filter"].setdefault(binding.id or "", []).append(binding)
    order = [action.id for action in ACTIONS]
    shown: dict[str, list[KeyHelp]] = {}
    for part, ids in found.items():
        for name, bound in sorted(ids.items(), key=lambda it: _place(order, it[0])):
            words = bound[0].tooltip or bound[0].description
            keys = _written(screen.app, bound)
            shown.setdefault(PARTS[part], []).append(KeyHelp(name, keys, words))
    return shown


def commands(screen: Screen[Any]) -> Iterator[Command]:
    """The actions that can be taken on a screen now, for the palette."""
    parts: dict[str, DOMNode] = {}
    keys: dict[str, list[Binding]] = {}
    for node in _nodes(screen):
        new = [part for part in _parts(node) if part not in parts]
        parts |= dict.fromkeys(new, node)
        for binding in _bindings(node, screen.app):
            if (binding.id or "").partition(".")[0] in new:
                keys.setdefault(binding.id or "", []).append(binding)
    for action in ACTIONS:
        node_of = parts.get(action.part)
        if node_of is None or action.part in _ONLY_KEYS or action.label == "Back":
            continue
        if node_of.check_action(action.method, ()) is True:
            yield Command(action, node_of, _written(screen.app, keys.get(action.id, [])))


def key_of_action(app: App[Any], name: str) -> str:
    """The key of the action of that id, as it is written on a keyboard."""
    own = next(action.binding for action in ACTIONS if action.id == name)
    keys = app._keymap.get(name, own.key)  # noqa: SLF001 - the keys in force
    return app.get_key_display(replace(own, key=keys.partition(",")[0]))


_ONLY_KEYS = frozenset({"filter", "transcript"})
"""Parts whose actions mean nothing outside of them."""


def _parts(node: DOMNode) -> list[str]:
    """The parts of the app that a node is, with those of the classes it is made of."""
    own = (vars(each).get("PART", "") for each in type(node).__mro__)
    return [part for part in own if part]


def _nodes(screen: Screen[Any]) -> list[DOMNode]:
    return [*screen.walk_children(with_self=True), screen.app]


def _bindings(node: DOMNode, app: App[object]) -> Iterator[Binding]:
    # Textual has no public way to ask for the bindings of a node that is out of focus.
    bound = node._bindings.copy()  # noqa: SLF001
    bound.apply_keymap(app._keymap)  # noqa: SLF001
    for _, binding in bound:
        yield binding


def _of_filter(app: App[object]) -> Iterator[Binding]:
    """The keys of the filter, which is not there before it is used for the first time."""
    bound = BindingsMap(bindings("filter"))
    bound.apply_keymap(app._keymap)  # noqa: SLF001
    for _, binding in bound:
        yield binding


def _place(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _written(app: App[object], bound: list[Binding]) -> str:
    return " ".join(app.get_key_display(binding) for binding in bound)
