"""Sections that only a few commands use: a mistake in one costs the others nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NoReturn

from sre_tui.settings.problems import SettingsError

SET_ASIDE: Final = ("mail", "report")
"""Their names in the settings."""


class Mistaken:
    """Stands where a section with mistakes would, and tells them to whoever uses it."""

    def __init__(self, problems: Sequence[str]) -> None:
        self._problems = list(problems)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            # What Python itself looks for is no use of the section.
            raise AttributeError(name)
        raise SettingsError(self._problems)
