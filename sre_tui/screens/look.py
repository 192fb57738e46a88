"""Settings of how the app looks and is operated, checked as far as only the app can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sre_tui.nearest import nearest
from sre_tui.settings.problems import SettingsError

if TYPE_CHECKING:
    from sre_tui.settings import AppSettings


@dataclass(frozen=True, slots=True)
class Look:
    """Theme and keys as the app takes them.

    Attributes:
        theme: the name of a theme; None for the one that fits the terminal.
        keymap: keys by the id of an action, as Textual takes them.
    """

    theme: str | None = None
    keymap: Mapping[str, str] = field(default_factory=dict)


def look_of(settings: AppSettings, where: str) -> Look:
    """The look that settings ask for.

    Args:
        settings: those of the app.
        where: the file that keys are set in, for what is said of mistakes.

    Raises:
        SettingsError: with one line for each theme, action or key there is not, and for each key
            that would do two things.
    """
    problems: list[str] = []
    theme = None
    if settings.theme is not None:
        theme = _theme(settings.theme, problems)
    keymap: Mapping[str, str] = {}
    if settings.keys:
        from sre_tui.screens.keymap import keymap_of

        keymap, wrong = keymap_of(settings.keys)
        problems += [f"{where}: app.keys: {line}" for line in wrong]
    if problems:
        raise SettingsError(problems)
    return Look(theme, keymap)


def _theme(wanted: str, problems: list[str]) -> str | None:
    from widgets.themes import SHORT, theme_names

    name = wanted.strip().lower()
    name = SHORT.get(name, name)
    known = theme_names()
    if name in known:
        return name
    close = nearest(wanted, [*SHORT, *known], limit=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join([*SHORT, *known])}"
    problems.append(f"app.theme: there is no theme {wanted!r}; {hint}")
    return None
