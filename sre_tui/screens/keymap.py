"""Keys that the operator chose in place of the app's own, by the id of an action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from textual.binding import Binding

from sre_tui.nearest import nearest
from sre_tui.screens.actions import ACTIONS
from sre_tui.screens.key_names import MOVING, SIGNS, UnknownKey, is_typed, key_of

_TYPED_IN: Final = frozenset({"prompt", "query", "filter", "go-to", "record", "file"})
"""Parts that are text fields: a letter is typed there, and runs nothing."""
_TOGETHER: Final = (
    ("table", "list", "rows", "main", "app"),
    ("tool-line", "transcript", "chat", "main", "app"),
    ("prompt", "chat", "main", "app"),
    ("filter", "rows", "main", "app"),
    ("table", "list", "rows", "timeline", "level", "app"),
    ("table", "list", "rows", "incidents", "incident", "level", "app"),
    ("table", "list", "page", "detail", "level", "app"),
    ("page", "detail", "incident", "level", "app"),
    ("page", "reader", "level", "app"),
    ("outline", "investigation", "level", "app"),
    ("lines", "logs", "level", "app"),
    ("query", "logs", "level", "app"),
    ("filter", "logs", "level", "app"),
    ("page", "charts", "level", "app"),
    ("query", "charts", "level", "app"),
    ("page", "log-line", "level", "app"),
    ("page", "report", "level", "app"),
    ("page", "evidence"),
    ("choice",),
    ("record",),
    ("file",),
    ("go-to",),
    ("help",),
)
"""Parts whose keys work at the same time, from where the focus is outwards."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What can be given another key: its id, the keys it has by itself, and what it does."""

    id: str
    keys: tuple[str, ...]
    help: str
    priority: bool = False

    @property
    def part(self) -> str:
        """The part of the app it belongs to."""
        return self.id.partition(".")[0]


def all_bound() -> dict[str, Bound]:
    """Everything that has an id and a key, or may have one, by that id."""
    found: dict[str, Bound] = {}
    for action in ACTIONS:
        keys = tuple(key_of(key) for key in action.keys.split(",") if key)
        found[action.id] = Bound(action.id, keys, action.help, action.priority)
    for binding in _of_widgets():
        if binding.id:
            keys = tuple(key_of(key) for key in binding.key.split(","))
            found.setdefault(binding.id, Bound(binding.id, keys, binding.description))
    return found


def key_shown(key: str) -> str:
    """A key as people write it, for example ``?`` for ``question_mark``."""
    return SIGNS.get(key, key)


def keymap_of(chosen: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], list[str]]:
    """The keymap as Textual takes it, and one line for each thing that is wrong with it.

    Args:
        chosen: keys by the id of an action, as they are written in settings.
    """
    known = all_bound()
    problems: list[str] = []
    new: dict[str, tuple[str, ...]] = {}
    for name, written in chosen.items():
        bound = known.get(name)
        if bound is None:
            close = nearest(name, known, limit=1)
            hint = f"; did you mean {close[0]}?" if close else "; ? in the app shows them"
            problems.append(f"there is no action {name!r}{hint}")
            continue
        keys, wrong = _keys(bound, written)
        problems += wrong
        if not wrong:
            new[name] = keys
    problems += _clashes(known, new)
    return {name: ",".join(keys) for name, keys in new.items()}, problems


def _keys(bound: Bound, written: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    keys: list[str] = []
    wrong: list[str] = []
    for each in written:
        try:
            key = key_of(each)
        except UnknownKey as error:
            wrong.append(f"{bound.id}: {error}")
            continue
        if key in MOVING and key not in bound.keys:
            wrong.append(f"{bound.id}: {key} moves the cursor")
        elif is_typed(key) and (bound.part in _TYPED_IN or _reaches_typing(bound)):
            wrong.append(f"{bound.id}: {each} is typed as text there; ctrl+{each} would do")
        else:
            keys.append(key)
    if not written:
        wrong.append(f"{bound.id}: no key is given; leave the line out for {_shown(bound.keys)}")
    return tuple(dict.fromkeys(keys)), wrong


def _reaches_typing(bound: Bound) -> bool:
    """Whether its key is taken from a text field that has the focus."""
    return bound.priority and bound.part in ("app", "chat") and bound.id != "app.go-to"


def _clashes(known: Mapping[str, Bound], new: Mapping[str, Sequence[str]]) -> Iterator[str]:
    told: set[tuple[str, str]] = set()
    for parts in _TOGETHER:
        here = [one for one in known.values() if one.part in parts]
        for one, other in combinations(here, 2):
            pair = (one.id, other.id)
            if pair in told or (one.id not in new and other.id not in new):
                continue
            both = set(new.get(one.id, one.keys)) & set(new.get(other.id, other.keys))
            # Some keys mean the inner thing where there is one, as esc does.
            for key in sorted(both - (set(one.keys) & set(other.keys))):
                told.add(pair)
                mine, kept = pair if one.id in new else (other.id, one.id)
                said = f"{kept} ({known[kept].help})"
                yield f"{mine}: {key_shown(key)} is the key of {said} already"


def _shown(keys: Sequence[str]) -> str:
    return " and ".join(key_shown(key) for key in keys) or "none"


def _of_widgets() -> Iterator[Binding]:
    from widgets.line_view import LineView
    from widgets.outline import Outline
    from widgets.prompt import _Field
    from widgets.table import KeyedTable
    from widgets.tool_line import ToolLine

    for widget in (KeyedTable, LineView, Outline, ToolLine, _Field):
        for binding in widget.BINDINGS:
            if isinstance(binding, Binding):
                yield binding
