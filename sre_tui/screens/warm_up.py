"""Loads what keys and the first question need, in the background and only once."""

from __future__ import annotations

import logging
import threading
from importlib import import_module
from typing import Final

from sre_tui.live.answers import AnswerSource

log = logging.getLogger(__name__)

_NEEDED_LATER: Final = (
    "widgets.answer_markdown",
    "sre_tui.screens.answer_writer",
    "sre_tui.screens.logs",
    "sre_tui.screens.metric_chart",
    "sre_tui.screens.recording",
    "sre_tui.screens.report",
)
"""Modules of what keys open, too much to be loaded before the first paint or with the key."""


class WarmUp:
    """Call `begin` as soon as it disturbs nobody."""

    def __init__(self, answers: AnswerSource) -> None:
        """What this source of answers needs is loaded as well."""
        self._answers = answers
        self._has_begun = False

    def begin(self) -> None:
        """Begin, if that was not done before."""
        if not self._has_begun:
            self._has_begun = True
            # Not one of Textual's workers: the app must not wait for it when it ends.
            threading.Thread(target=self._load, name="warm-up", daemon=True).start()

    def _load(self) -> None:
        try:
            for module in _NEEDED_LATER:
                import_module(module)
            self._answers.warm_up()
        except Exception:
            log.exception("what the first question needs could not be loaded")
