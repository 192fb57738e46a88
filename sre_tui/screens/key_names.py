"""Keys as people write them in settings, and as Textual calls them."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from typing import Final

from textual.keys import _character_to_key

from sre_tui.nearest import nearest

_MODIFIERS: Final = ("ctrl", "alt", "shift")
_OTHER_NAMES: Final = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
}
MOVING: Final = frozenset({"up", "down", "pageup", "pagedown", "home", "end"})
"""Keys that every list and page moves by, whatever else is bound to them."""
_NAMED: Final = frozenset(
    {
        *MOVING,
        *("left", "right", "enter", "tab", "escape", "space", "backspace", "delete", "insert"),
        *(f"f{number}" for number in range(1, 25)),
    }
)
SIGNS: Final = {_character_to_key(sign): sign for sign in string.punctuation}
"""Keys with a sign on them, by name."""
_SAME: Final = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace"}
"""What a terminal sends for them is the other key; nobody can tell them apart."""


class UnknownKey(ValueError):
    """No terminal sends such a key; the message says so in a few words."""


def key_of(written: str) -> str:
    """The name of a key, for example ``question_mark`` for ``?`` and ``escape`` for ``Esc``.

    Raises:
        UnknownKey: there is no such key, or terminals send another one for it.
    """
    text = written if len(written) == 1 else written.strip()
    *modifiers, base = text.split("+") if len(text) > 1 and not text.endswith("+") else [text]
    if text.endswith("++"):
        modifiers, base = text[:-2].split("+"), "+"
    modifiers = [each.strip().lower() for each in modifiers]
    strange = [each for each in modifiers if each not in _MODIFIERS]
    named = _named(base, lower=bool(modifiers))
    if named is None or strange:
        meant = _meant(modifiers, base.strip().lower() if named is None else named)
        raise UnknownKey(f"{text!r} is no key" + (f"; did you mean {meant}?" if meant else ""))
    key = "+".join([*(each for each in _MODIFIERS if each in modifiers), named])
    if key in _SAME:
        raise UnknownKey(f"terminals send {_SAME[key]} for {key}")
    if modifiers == ["shift"] and len(named) == 1:
        raise UnknownKey(f"write {named.upper()} for {key}")
    return key


def is_typed(key: str) -> bool:
    """Whether the key is a character that a text field takes."""
    return len(key) == 1 or key == "space" or key in SIGNS


def _meant(modifiers: Sequence[str], base: str) -> str:
    near = [_near(each, _MODIFIERS) for each in modifiers]
    known = base if len(base) == 1 else _near(base, [*_NAMED, *SIGNS])
    return "+".join([*near, known]) if all(near) and known else ""


def _near(name: str, known: Iterable[str]) -> str:
    return next(iter(nearest(name, known, limit=1, least=70.0)), "")


def _named(base: str, *, lower: bool) -> str | None:
    if len(base) == 1:
        if base.isspace():
            return "space"
        return _character_to_key(base.lower() if lower else base) if base.isprintable() else None
    name = base.strip().lower()
    name = _OTHER_NAMES.get(name, name)
    return name if name in _NAMED or name in SIGNS else None
